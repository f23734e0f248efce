"""The record of who read and changed the data, against the environment and the declaration."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final, cast

from environments.audit import LOG_GROUP, Selector, selectors
from environments.declared import LOG_BUCKET
from validation.checks.keys import key_arn
from validation.context import Context
from validation.framework.check import check
from validation.framework.result import Finding, Json, Severity, compare
from validation.live import cloudtrail

if TYPE_CHECKING:
    from mypy_boto3_cloudtrail.type_defs import AdvancedEventSelectorOutputTypeDef

_OPERATORS: Final = {"equals": "Equals", "starts_with": "StartsWith"}
"""CloudTrail's own names of what the selectors use."""


def trails(context: Context) -> Sequence[str]:
    """The trail, where anything is recorded."""
    return (context.environment.trail_name,) if context.environment.audit.enabled else ()


def recorded(context: Context) -> Sequence[str]:
    """Names of the selectors of events."""
    return tuple(selector.name for selector in selectors(context.environment, context.model))


@check("platform.trail", "Requests for data are recorded", severity=Severity.HIGH, each=trails)
def trail(context: Context, name: str) -> Iterator[Finding]:
    """Whether the trail records now, in all regions, encrypted and signed, and where to."""
    environment = context.environment
    found = context.ask(cloudtrail.trail, name)
    yield compare("records", expected=True, found=context.ask(cloudtrail.is_logging, name))
    yield compare("in all regions", expected=True, found=found.get("IsMultiRegionTrail"))
    yield compare("files are signed", expected=True, found=found.get("LogFileValidationEnabled"))
    yield compare("key", expected=key_arn(context, "logs"), found=found.get("KmsKeyId"))
    yield compare("bucket", expected=environment.bucket_name(LOG_BUCKET), found=found.get("S3BucketName"))
    group = f":log-group:{environment.log_group_name(LOG_GROUP)}:*" if environment.audit.log_group else None
    live = found.get("CloudWatchLogsLogGroupArn")
    yield compare("log group", expected=group, found=live and live[live.index(":log-group:") :])


@check("platform.trail_events", "Every table and bucket is recorded", severity=Severity.HIGH, each=recorded)
def trail_events(context: Context, name: str) -> Iterator[Finding]:
    """Which events the trail selects: of which kind, of what, and whether reads or changes."""
    expected = {each.name: each for each in selectors(context.environment, context.model)}
    trail_name = context.environment.trail_name
    context.ask(cloudtrail.trail, trail_name)
    live = {each.get("Name"): _live_conditions(each) for each in context.ask(cloudtrail.selectors, trail_name)}
    yield compare("selected", expected=_conditions(expected[name]), found=live.get(name))


def _conditions(selector: Selector) -> dict[str, Json]:
    return {field: {_OPERATORS[operator]: sorted(values)} for field, operator, values in selector.fields}


def _live_conditions(selector: AdvancedEventSelectorOutputTypeDef) -> dict[str, Json]:
    fields = cast("list[dict[str, list[str]]]", selector["FieldSelectors"])
    return {
        str(field["Field"]): {name: sorted(values) for name, values in field.items() if name != "Field" and values}
        for field in fields
    }
