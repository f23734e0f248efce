"""The sandbox's own HTTP interface, beside AWS's: its status, and faults for drills.

`GET /_sandbox/status`, and `POST /_sandbox/faults` with `{"replication_group", "shard", "fault", "seconds"}`, and with
`"region"` where several regions have a replication group of that name.
JSON both ways; errors are `{"error": "…"}` with status 400 or 404.
"""

from __future__ import annotations

import os
from dataclasses import asdict
from typing import Any

import redis
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from sandbox.elasticache.service import ElastiCache
from sandbox.elasticache.state import Kind, Record
from sandbox.errors import SandboxError
from sandbox.redis_cluster import faults
from sandbox.redis_cluster.cluster import RedisCluster
from sandbox.redis_cluster.faults import Fault

PREFIX = "/_sandbox/"
STATUS = PREFIX + "status"
FAULTS = PREFIX + "faults"
DEFAULT_SECONDS = 2.0
LONGEST_SECONDS = 60.0

Answer = tuple[int, dict[str, Any]]


class FaultRequest(BaseModel):
    """A fault to put into a shard; `seconds` is for `cut-replica` and `hang`."""

    model_config = ConfigDict(extra="forbid")

    replication_group: str
    region: str | None = None
    shard: str
    fault: Fault
    seconds: float = Field(default=DEFAULT_SECONDS, gt=0, le=LONGEST_SECONDS)


def answer(method: str, path: str, body: bytes, *, elasticache: ElastiCache, services: list[str]) -> Answer:
    """Answer a request; blocks while Redis nodes are asked."""
    if (method, path) == ("GET", STATUS):
        return 200, _status(elasticache, services)
    if (method, path) == ("POST", FAULTS):
        return _inject(elasticache, body)
    return 404, {"error": f"There is no {method} {path}; there are GET {STATUS} and POST {FAULTS}."}


def _status(elasticache: ElastiCache, services: list[str]) -> dict[str, Any]:
    return {
        "pid": os.getpid(),
        "services": services,
        "replication_groups": _clustered(elasticache, Kind.REPLICATION_GROUP),
        "serverless_caches": _clustered(elasticache, Kind.SERVERLESS_CACHE),
    }


def _clustered(elasticache: ElastiCache, kind: Kind) -> list[dict[str, Any]]:
    return [_told(*place, *found) for place, found in elasticache.clustered(kind).items()]


def _told(region_name: str, resource_id: str, record: Record, cluster: RedisCluster | None) -> dict[str, Any]:
    roles = cluster.roles() if cluster else {}
    return {
        "id": resource_id,
        "region": region_name,
        "status": record["Status"],
        "port": cluster.topology.port if cluster else None,
        "nodes": [
            {
                "name": server.node.name,
                "shard": server.node.shard,
                "address": server.node.address,
                "pid": process.pid if (process := server.process) else None,
                "role": roles[server.node.name],
            }
            for server in (cluster.servers if cluster else ())
        ],
    }


def _inject(elasticache: ElastiCache, body: bytes) -> Answer:
    try:
        wanted = FaultRequest.model_validate_json(body)
    except ValidationError as error:
        first = error.errors()[0]
        return 400, {"error": f"{'.'.join(map(str, first['loc'])) or 'body'}: {first['msg']}"}
    known = elasticache.clustered(Kind.REPLICATION_GROUP)
    groups = {place: cluster for place, (_, cluster) in known.items() if cluster is not None}
    found = [
        cluster
        for (region_name, group_id), cluster in groups.items()
        if group_id == wanted.replication_group and wanted.region in (None, region_name)
    ]
    if len(found) > 1:
        return 400, {
            "error": f"Several regions have a replication group {wanted.replication_group!r}: name the region."
        }
    if not found:
        return 404, {
            "error": f"There is no running replication group {wanted.replication_group!r}; "
            f"running: {', '.join(f'{group_id} in {region_name}' for region_name, group_id in groups) or 'none'}."
        }
    try:
        report = faults.inject(found[0], shard_id=wanted.shard, fault=wanted.fault, seconds=wanted.seconds)
    except (SandboxError, redis.RedisError) as error:
        return 400, {"error": str(error)}
    return 200, asdict(report)
