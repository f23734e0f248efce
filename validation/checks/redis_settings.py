"""The Redis replication groups against their environment, as ElastiCache describes them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from environments.redis_users import VALIDATOR, redis_users, user_name
from environments.replication_groups import ReplicationGroup, replication_groups
from environments.schema import Environment
from tierstore.declaration.policies import KeySpaceUse
from validation.checks import scaled
from validation.checks.keys import key_arn
from validation.context import Context
from validation.framework.check import check
from validation.framework.result import Finding, Json, Severity, compare
from validation.live import logs, redis

if TYPE_CHECKING:
    from mypy_boto3_elasticache.type_defs import (
        CacheClusterTypeDef,
        ReplicationGroupTypeDef,
        UserTypeDef,
    )

LOGS: Final = ("slow-log", "engine-log")


def group_ids(context: Context) -> Sequence[str]:
    """Every replication group of an environment, the main one first."""
    return [group.id for group in replication_groups(context.environment)]


def configured(context: Context, group: str) -> ReplicationGroup:
    """A replication group as its environment has it."""
    return next(each for each in replication_groups(context.environment) if each.id == group)


def describe(context: Context, group: str) -> ReplicationGroupTypeDef:
    """The live replication group; raises `Unmet` where it is missing."""
    return context.ask(redis.replication_group, group)


def nodes(context: Context, group: str) -> list[CacheClusterTypeDef]:
    """The live nodes of a replication group; raises `Unmet` where that is missing."""
    return context.ask(redis.nodes, describe(context, group)["ReplicationGroupId"])


def every_node(context: Context) -> list[CacheClusterTypeDef]:
    """The live nodes of all replication groups; raises `Unmet` where one of these is missing."""
    return [node for group in group_ids(context) for node in nodes(context, group)]


def own_user(environment: Environment) -> str:
    """The user that checks and drills log in as."""
    return user_name(environment, VALIDATOR)


def expected_shards(context: Context, group: str) -> int:
    """As many as configured, or as ElastiCache has made of them."""
    settings = configured(context, group).settings
    return len(describe(context, group)["NodeGroups"]) if settings.autoscaling.shards else settings.shards


def expected_replicas(context: Context, group: str) -> int:
    """As many of each shard as configured, or as ElastiCache has made of them."""
    settings = configured(context, group).settings
    if settings.autoscaling.replicas is None:
        return settings.replicas_per_shard
    return min(len(shard["NodeGroupMembers"]) for shard in describe(context, group)["NodeGroups"]) - 1


@check("redis.available", "The replication group serves", severity=Severity.CRITICAL, each=group_ids)
def available(context: Context, group: str) -> Iterator[Finding]:
    """The group and each of its shards and nodes is available, not being created, changed or replaced."""
    live = describe(context, group)
    yield compare("group", expected="available", found=live["Status"])
    for shard in live["NodeGroups"]:
        yield compare(f"shard {shard['NodeGroupId']}", expected="available", found=shard["Status"])
    yield compare(
        "nodes",
        expected=dict.fromkeys(sorted(live["MemberClusters"]), "available"),
        found={node["CacheClusterId"]: node["CacheClusterStatus"] for node in nodes(context, group)},
    )


@check("redis.engine", "Nodes run the configured engine", severity=Severity.HIGH, each=group_ids)
def engine(context: Context, group: str) -> Iterator[Finding]:
    """Engine, version and node type of every node; a patch release is ElastiCache's own choice."""
    common, settings = context.environment.redis, configured(context, group).settings
    expected = {"engine": common.engine, "version": common.version, "node type": settings.node_type}
    for node in nodes(context, group):
        yield compare(
            f"node {node['CacheClusterId']}",
            expected=expected,
            found={
                "engine": node["Engine"],
                "version": ".".join(node["EngineVersion"].split(".")[:2]),
                "node type": node["CacheNodeType"],
            },
        )


@check("redis.shape", "Shards and replicas are as configured", severity=Severity.HIGH, each=group_ids)
def shape(context: Context, group: str) -> Iterator[Finding]:
    """Cluster mode, the number of shards, and the replicas of each."""
    settings = configured(context, group).settings
    shards, replicas = settings.autoscaling.shards, settings.autoscaling.replicas
    live = describe(context, group)
    yield compare("cluster mode", expected=settings.cluster_mode, found=live.get("ClusterMode"))
    yield compare(
        "shards",
        expected=scaled.expected(settings.shards, shards),
        found=scaled.found(len(live["NodeGroups"]), shards),
    )
    for shard in live["NodeGroups"]:
        yield compare(
            f"replicas of shard {shard['NodeGroupId']}",
            expected=scaled.expected(settings.replicas_per_shard, replicas),
            found=scaled.found(len(shard["NodeGroupMembers"]) - 1, replicas),
        )


@check("redis.failover", "A failed node is replaced at once", severity=Severity.CRITICAL, each=group_ids)
def failover(context: Context, group: str) -> Iterator[Finding]:
    """Automatic failover, Multi-AZ, and for Multi-AZ that the nodes of a shard really are in several zones."""
    multi_az = configured(context, group).settings.multi_az
    live = describe(context, group)
    yield compare("automatic failover", expected="enabled", found=live.get("AutomaticFailover"))
    yield compare("Multi-AZ", expected="enabled" if multi_az else "disabled", found=live.get("MultiAZ"))
    if multi_az:
        for shard in live["NodeGroups"]:
            zones = {member.get("PreferredAvailabilityZone") for member in shard["NodeGroupMembers"]}
            yield compare(
                f"zones of shard {shard['NodeGroupId']}", expected="2 or more", found=_two_or_more(len(zones))
            )


@check("redis.transit_encryption", "Traffic is encrypted", severity=Severity.CRITICAL, each=group_ids)
def transit_encryption(context: Context, group: str) -> Iterator[Finding]:
    """TLS between clients and nodes, and nothing but TLS."""
    live = describe(context, group)
    yield compare("encryption in transit", expected=True, found=live.get("TransitEncryptionEnabled", False))
    yield compare("mode", expected="required", found=live.get("TransitEncryptionMode"))


@check(
    "redis.disk_encryption",
    "Disks and snapshots are encrypted with our key",
    severity=Severity.HIGH,
    each=group_ids,
)
def disk_encryption(context: Context, group: str) -> Iterator[Finding]:
    """What a node writes to disk, and snapshots in S3, with the customer-managed key of the tier."""
    live = describe(context, group)
    yield compare("encryption at rest", expected=True, found=live.get("AtRestEncryptionEnabled", False))
    yield compare_key(context, live.get("KmsKeyId"))


def compare_key(context: Context, found: str | None) -> Finding:
    """The key that ElastiCache tells of, against the tier's."""
    key = key_arn(context, "redis")
    # ElastiCache may answer with the key's id alone.
    named = found is not None and key.endswith(f":key/{found}")
    return compare("key", expected=key, found=key if named else found)


@check("redis.users", "Each persona gets in, as far as it has to", severity=Severity.CRITICAL, each=group_ids)
def users(context: Context, group: str) -> Iterator[Finding]:
    """A user for each persona that uses a key space here, who logs in through IAM and may do what its patterns need.

    The default user, which a group must have, is off.
    """
    user_groups = describe(context, group).get("UserGroupIds", [])
    yield compare_users(context, user_groups, uses=configured(context, group).uses)


def compare_users(context: Context, user_groups: Sequence[str], *, uses: Iterable[KeySpaceUse]) -> Finding:
    """Who is in the user groups, against whose key spaces have these uses."""
    members = [
        context.ask(redis.user, user_id)
        for user_group in user_groups
        for user_id in context.ask(redis.user_group, user_group)["UserIds"]
    ]
    expected: dict[str, Json] = {
        user_name(context.environment, user.persona): {"authentication": "iam", "access": user.access_string}
        for user in redis_users()
        if not user.uses.isdisjoint(uses)
    }
    expected["default"] = {"access": "off"}
    return compare("users", expected=expected, found={user["UserName"]: _live_user(user) for user in members})


@check("redis.parameters", "The engine is tuned as needed", severity=Severity.HIGH, each=group_ids)
def parameters(context: Context, group: str) -> Iterator[Finding]:
    """The parameters that the product depends on, in the parameter group that every node uses."""
    expected = {"cluster-enabled": "yes", "maxmemory-policy": configured(context, group).settings.maxmemory_policy}
    for name in sorted({node["CacheParameterGroup"]["CacheParameterGroupName"] for node in nodes(context, group)}):
        values = context.ask(redis.parameters, name)
        yield compare(name, expected=expected, found={each: values.get(each) for each in expected})


@check("redis.snapshots", "Snapshots and maintenance are as configured", severity=Severity.HIGH, each=group_ids)
def snapshots(context: Context, group: str) -> Iterator[Finding]:
    """How long snapshots are kept, when they are taken, and when nodes may be patched."""
    settings = configured(context, group).settings
    live = describe(context, group)
    yield compare("days kept", expected=settings.snapshot_retention_days, found=live.get("SnapshotRetentionLimit", 0))
    if settings.snapshot_retention_days > 0:
        yield compare("window", expected=settings.snapshot_window, found=live.get("SnapshotWindow"))
    for node in nodes(context, group):
        yield compare(
            f"maintenance window of {node['CacheClusterId']}",
            expected=settings.maintenance_window,
            found=node.get("PreferredMaintenanceWindow"),
        )


@check("redis.logs", "Slow log and engine log arrive", severity=Severity.MEDIUM, each=group_ids)
def log_delivery(context: Context, group: str) -> Iterator[Finding]:
    """Each log is delivered to a log group of its own, which is encrypted and keeps it as long as configured."""
    environment = context.environment
    names = {log: environment.log_group_name(configured(context, group).log(log)) for log in LOGS}
    yield compare(
        "deliveries",
        expected={log: _delivery(name) for log, name in names.items()},
        found=_live_deliveries(describe(context, group).get("LogDeliveryConfigurations", [])),
    )
    for log, name in names.items():
        live = context.ask(logs.log_group, name)
        yield compare(
            f"days kept of {log}", expected=environment.logs.retention_days, found=live.get("retentionInDays")
        )
        yield compare(f"key of {log}", expected=key_arn(context, "logs"), found=live.get("kmsKeyId"))


def _two_or_more(count: int) -> str:
    return "2 or more" if count > 1 else str(count)


def _live_user(user: UserTypeDef) -> dict[str, Json]:
    """What a user may do, and how it logs in, if it can."""
    if user["AccessString"].split()[0] == "off":
        return {"access": "off"}
    return {"authentication": user["Authentication"]["Type"], "access": user["AccessString"]}


def _delivery(log_group: str) -> dict[str, Json]:
    return {"to": log_group, "format": "json", "status": "active"}


def _live_deliveries(configurations: Iterable[Mapping[str, Any]]) -> dict[str, Json]:
    return {
        each["LogType"]: {
            "to": each["DestinationDetails"].get("CloudWatchLogsDetails", {}).get("LogGroup"),
            "format": each["LogFormat"],
            "status": each["Status"],
        }
        for each in configurations
    }
