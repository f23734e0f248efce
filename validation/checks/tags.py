"""The tags by which costs are found, on what costs something."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final, TypeAlias

from environments import arns
from environments.replication_groups import replication_groups
from monitoring.topic import topic_arn
from validation.checks.backup import in_region, vaults
from validation.checks.dynamodb_settings import describe
from validation.checks.keys import KEYS, REPLICATED, alias
from validation.checks.redis_settings import LOGS
from validation.checks.s3_replication import copied
from validation.checks.s3_settings import buckets
from validation.context import Context
from validation.framework.check import check
from validation.framework.result import Finding, Severity, compare
from validation.live import backup, kms, logs, redis, s3, sns, ssm, tags

Tagged: TypeAlias = Iterator[tuple[str, Mapping[str, str]]]
"""Names of resources with their tags; asks first for what tells that one is missing."""


def _tables(context: Context) -> Tagged:
    for table in context.model.tables:
        yield table.name, context.ask(tags.of_table, describe(context, table.name)["TableArn"])


def _table_copies(context: Context) -> Tagged:
    environment = context.environment
    for table in context.model.tables:
        if environment.table(table.name).replica:
            describe(context, table.name)
            arn = arns.table_arn(environment, table.name, region=environment.disaster_recovery_region)
            yield table.name, context.disaster_recovery.ask(tags.of_table, arn)


def _buckets(context: Context) -> Tagged:
    for bucket in buckets(context):
        name = context.environment.bucket_name(bucket)
        context.ask(s3.region, name)
        yield name, context.ask(tags.of_bucket, name)


def _bucket_copies(context: Context) -> Tagged:
    for bucket in copied(context):
        name = context.environment.replica_name(bucket)
        context.disaster_recovery.ask(s3.region, name)
        yield name, context.disaster_recovery.ask(tags.of_bucket, name)


def _keys(context: Context) -> Tagged:
    for what in KEYS:
        name = alias(context.environment, what)
        yield name, context.ask(tags.of_key, context.ask(kms.key, name)["KeyId"])


def _replica_keys(context: Context) -> Tagged:
    there = context.disaster_recovery
    for what in REPLICATED:
        name = alias(context.environment, what)
        yield name, there.ask(tags.of_key, there.ask(kms.key, name)["KeyId"])


def _caches(context: Context) -> Tagged:
    cache = redis.serverless_cache if _is_serverless(context) else redis.replication_group
    for arn in arns.cache_arns(context.environment):
        name = arn.rpartition(":")[2]
        context.ask(cache, name)
        yield name, context.ask(tags.of_cache, arn)


def _vaults(context: Context) -> Tagged:
    for region in vaults(context):
        there = in_region(context, region)
        arn = there.ask(backup.vault, context.environment.backup_vault)["BackupVaultArn"]
        yield region, there.ask(tags.of_vault, arn)


def _logs(context: Context) -> Tagged:
    for group in replication_groups(context.environment):
        for log in LOGS:
            name = context.environment.log_group_name(group.log(log))
            found = context.ask(logs.log_group, name)
            yield name, context.ask(tags.of_log_group, found["arn"].removesuffix(":*"))


def _topic(context: Context) -> Tagged:
    topic = topic_arn(context.environment)
    context.ask(sns.topic, topic)
    yield "topic", context.ask(tags.of_topic, topic)


def _connection(context: Context) -> Tagged:
    name = context.environment.connection_parameter
    context.ask(ssm.parameter, name)
    yield name, context.ask(tags.of_parameter, name)


_KINDS: Final[Mapping[str, Callable[[Context], Tagged]]] = {
    "tables": _tables,
    "copies of tables": _table_copies,
    "buckets": _buckets,
    "copies of buckets": _bucket_copies,
    "keys": _keys,
    "replicas of keys": _replica_keys,
    "caches": _caches,
    "vaults": _vaults,
    "logs of Redis": _logs,
    "topic": _topic,
    "connection document": _connection,
}


def kinds(context: Context) -> Sequence[str]:
    """What there is of what costs something: without another region no copies, without nodes no logs of theirs."""
    environment = context.environment
    absent: set[str] = set()
    if environment.disaster_recovery_region is None:
        absent |= {"copies of tables", "copies of buckets", "replicas of keys"}
    if not any(environment.table(table.name).replica for table in context.model.tables):
        absent.add("copies of tables")
    if not copied(context):
        absent.add("copies of buckets")
    if not vaults(context):
        absent.add("vaults")
    if _is_serverless(context):
        absent.add("logs of Redis")
    return [kind for kind in _KINDS if kind not in absent]


@check("platform.tags", "Costs are found under the environment", severity=Severity.MEDIUM, each=kinds)
def cost_tags(context: Context, kind: str) -> Iterator[Finding]:
    """Whether each resource has the tags by which AWS divides costs, and budgets count them."""
    expected = context.environment.resource_tags
    for name, found in _KINDS[kind](context):
        yield compare(name, expected=expected, found={key: found[key] for key in expected if key in found})


def _is_serverless(context: Context) -> bool:
    return context.environment.redis.kind == "serverless"
