"""What a cache parameter group sets, as the emulator knows it."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlencode
from xml.etree import ElementTree as ET

from sandbox.elasticache.protocol import ServiceError, model
from sandbox.elasticache.state import Region
from sandbox.wire import OK, Handler, Request, Response, parse_xml

_NAMESPACE = {"": model().metadata["xmlNamespace"]}
ET.register_namespace("", _NAMESPACE[""])


async def set_by_user(request: Request, name: str, emulator: Handler) -> dict[str, str]:
    """Return the parameters that the user has set in a parameter group; empty where there is no such group."""
    form = {"Action": "DescribeCacheParameters", "CacheParameterGroupName": name, "Source": "user"}
    status, _, body = await emulator(replace(request, body=urlencode(form).encode()))
    if status != OK:
        return {}
    return {
        parameter.findtext("ParameterName", "", _NAMESPACE): parameter.findtext("ParameterValue", "", _NAMESPACE)
        for parameter in _of_source(parse_xml(body), "user")
    }


async def family(request: Request, name: str, emulator: Handler) -> str | None:
    """Return the family of a parameter group (`redis7`), or None where there is no such group."""
    form = {"Action": "DescribeCacheParameterGroups", "CacheParameterGroupName": name}
    status, _, body = await emulator(replace(request, body=urlencode(form).encode()))
    if status != OK:
        return None
    return parse_xml(body).findtext(".//CacheParameterGroupFamily", None, _NAMESPACE)


def check_deletable(region: Region, name: str) -> None:
    """Raise InvalidCacheParameterGroupState for a parameter group that nodes still use."""
    using = [
        group["ReplicationGroupId"]
        for group in list(region.replication_groups.values())
        if group["CacheParameterGroupName"] == name
    ]
    if using:
        raise ServiceError(
            "InvalidCacheParameterGroupStateFault",
            f"One or more cache clusters are still members of this parameter group: {', '.join(using)}.",
        )


async def describe(request: Request, emulator: Handler) -> Response:
    """DescribeCacheParameters; the emulator does not filter by source."""
    status, headers, body = await emulator(request)
    source = request.form.get("Source")
    if status != OK or source is None:
        return status, headers, body
    answer = parse_xml(body)
    wanted = _of_source(answer, source)
    for parameters in answer.iterfind(".//Parameters", _NAMESPACE):
        parameters[:] = wanted
    return status, headers, ET.tostring(answer)


def _of_source(answer: ET.Element, source: str) -> list[ET.Element]:
    parameters = answer.iterfind(".//Parameter", _NAMESPACE)
    return [parameter for parameter in parameters if parameter.findtext("Source", "", _NAMESPACE) == source]
