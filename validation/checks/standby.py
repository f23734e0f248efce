"""What stands by in the disaster-recovery region: the checks of Redis and its surroundings, asked there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from environments.replication_groups import replication_groups
from environments.standby import standby
from monitoring import Alarm, standby_alarms
from monitoring.redis import GLOBAL_LAG
from validation.checks import alarms, connection, keys, network, redis_settings
from validation.context import Context
from validation.framework.check import Check, check
from validation.framework.result import Finding, Severity, Unmet, compare
from validation.live import cloudwatch, redis

KEYS: Final = ("redis", "logs", "alarms")
"""What has a key of its own there."""

_BEHIND: Final = ("ALARM", "does not exist")


def _stands_by(context: Context) -> bool:
    return standby(context.environment) is not None


def _group_ids(context: Context) -> Sequence[str]:
    return redis_settings.group_ids(context.standby) if _stands_by(context) else ()


def _regions(context: Context) -> Sequence[str]:
    return [context.standby.environment.region] if _stands_by(context) else ()


@check("redis.global_datastore", "The other region follows this one", severity=Severity.CRITICAL, each=_group_ids)
def global_datastore(context: Context, replica: str) -> Iterator[Finding]:
    """The global datastore of a replica: available, the primary here and the replica there, both of the same nodes.

    After a failover between regions it fails until the primary is here again: Terraform cannot destroy it before.
    """
    there = context.standby
    own = replication_groups(context.environment)[list(_group_ids(context)).index(replica)]
    joined = redis_settings.describe(there, replica).get("GlobalReplicationGroupInfo", {})
    if "GlobalReplicationGroupId" not in joined:
        raise Unmet(f"global datastore of {replica}", expected="is a member", found="stands alone")
    live = there.ask(redis.global_datastore, joined["GlobalReplicationGroupId"])
    yield compare("status", expected="available", found=live["Status"])
    yield compare(
        "members",
        expected={
            own.id: {"region": context.environment.region, "role": "PRIMARY", "status": "associated"},
            replica: {"region": there.environment.region, "role": "SECONDARY", "status": "associated"},
        },
        found={
            member["ReplicationGroupId"]: {
                "region": member["ReplicationGroupRegion"],
                "role": member["Role"],
                "status": member["Status"],
            }
            for member in live.get("Members", [])
        },
    )
    yield compare("node type", expected=own.settings.node_type, found=live["CacheNodeType"])
    yield compare("shards", expected=own.settings.shards, found=len(live.get("GlobalNodeGroups", [])))


@check("redis.standby_lag", "The other region is not far behind", severity=Severity.HIGH, each=_group_ids)
def lag(context: Context, replica: str) -> Iterator[Finding]:
    """What CloudWatch has found out: no alarm sounds about how far a node of a replica is behind its primary."""
    there = context.standby
    live = there.ask(cloudwatch.metric_alarms, there.environment.physical_name(""))
    for alarm in _alarms(context):
        if alarm.rule is GLOBAL_LAG and alarm.dimensions[0]["CacheClusterId"].startswith(f"{replica}-0"):
            state = live[alarm.name]["StateValue"] if alarm.name in live else "does not exist"
            yield compare(alarm.name, expected="no alarm", found=state if state in _BEHIND else "no alarm")


@check("monitoring.standby_alarms", "The other region is watched", severity=Severity.HIGH, each=_regions)
def watched(context: Context, _region: str) -> Iterator[Finding]:
    """The alarms of the nodes that stand by, of how far they and copies of buckets are behind, and whom they tell."""
    yield from alarms.compare_alarms(context.standby, _alarms(context))


def _alarms(context: Context) -> tuple[Alarm, ...]:
    return standby_alarms(context.environment, context.standby.environment, context.model)


@check(
    "platform.standby_connection",
    "Applications of the other region are told how to connect",
    severity=Severity.CRITICAL,
    each=_regions,
)
def document(context: Context, _region: str) -> Iterator[Finding]:
    """The connection document of the disaster-recovery region: Redis there, under the name that applications know."""
    published = connection.published_document(context.standby, context.environment.connection_parameter)
    yield compare("environment", expected=context.environment.name, found=published.get("environment"))
    yield compare("region", expected=context.standby.environment.region, found=published.get("region"))
    expected = connection.expected_redis(context.standby)
    for part in sorted(expected):
        yield compare(part, expected=expected[part], found=published.get(part))


def _there(original: Check[Context]) -> Check[Context]:
    """The same check of what stands by."""
    tier, _, what = original.id.partition(".")
    return replace(
        original,
        id=f"{tier}.standby_{what}",
        title=f"{original.title}, in the other region",
        resources=lambda context: original.resources(context.standby) if _stands_by(context) else (),
        examine=lambda context, resource: original.examine(context.standby, resource),
    )


available = _there(redis_settings.available)
engine = _there(redis_settings.engine)
shape = _there(redis_settings.shape)
failover = _there(redis_settings.failover)
transit_encryption = _there(redis_settings.transit_encryption)
disk_encryption = _there(redis_settings.disk_encryption)
users = _there(redis_settings.users)
snapshots = _there(redis_settings.snapshots)
logs = _there(redis_settings.log_delivery)
endpoints = _there(network.endpoints)
interface_endpoints = _there(network.interface_endpoints)
subnets = _there(network.subnets)
ingress = _there(network.ingress)
topic = _there(alarms.topic)
encryption_keys = replace(_there(keys.keys), resources=lambda context: KEYS if _stands_by(context) else ())
