"""Settings that are each allowed but do not fit together, or that AWS would refuse halfway through a deployment."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from environments.declared import APPLICATIONS, BUCKETS, OPERATIONS, OWNERS, TABLES, USED_BUCKETS
from environments.problems import FieldPath, Finding
from environments.redis_users import user_names
from environments.regions import partition
from environments.replication_groups import cache_ids, replication_groups
from environments.rules import addresses, audit, backups, buckets, global_datastores, redis, tables
from environments.schema import BudgetSettings, CreatedNetwork, Environment, ExistingNetwork, PlanSettings, Trust
from environments.standby import with_standby
from environments.wording import given, one_of, unknown

LONGEST_CACHE_ID = 40
"""Limit of ElastiCache (CreateReplicationGroup, CreateServerlessCache)."""

LONGEST_CACHE_USER_ID = 40
"""Limit of ElastiCache (CreateUser)."""

LONGEST_BUCKET_NAME = 63
"""Limit of S3."""

LONGEST_ACCESS_POINT_NAME = 50
"""Limit of S3."""

LONGEST_ROLE_NAME = 64
"""Limit of IAM."""

LONGEST_TAG_KEY = 128
RESERVED_TAG_PREFIX = "aws:"
"""AWS's own tags."""


def findings(environment: Environment) -> Iterator[Finding]:
    """Everything in one environment that does not fit together."""
    groups = replication_groups(environment)
    if isinstance(environment.network, CreatedNetwork):
        yield from addresses.findings(environment.network, nodes=sum(group.settings.most_nodes for group in groups))
    else:
        yield from _repeated_subnets(environment.network)
    yield from _repeated_endpoints(environment.network.interface_endpoints)
    yield from _regions(environment)
    yield from _tags(environment)
    yield from _names(environment)
    yield from _undeclared(("tables",), environment.tables, TABLES)
    yield from tables.findings(environment)
    yield from _undeclared(("buckets",), environment.buckets, BUCKETS)
    yield from _undeclared(("cost", "tables"), environment.cost.tables, TABLES)
    yield from _undeclared(("cost", "buckets"), environment.cost.buckets, BUCKETS)
    yield from buckets.findings(environment)
    yield from redis.findings(environment)
    yield from global_datastores.findings(environment)
    yield from backups.findings(environment)
    yield from audit.findings(environment)
    yield from _undeclared(("access", "personas"), environment.access.personas, (*APPLICATIONS, *OPERATIONS))
    for persona, trust in environment.access.personas.items():
        yield from _trust(environment, persona, trust)
    yield from _budget(environment.budget)
    yield from _repeated_allowances(environment.plan)


def _repeated_allowances(plan: PlanSettings) -> Iterator[Finding]:
    named = [(entry.address, entry.action) for entry in plan.allowed]
    for position, entry in enumerate(plan.allowed):
        if named[position] in named[:position]:
            yield _finding(
                "plan", "allowed", position, message=f"{given(entry.address)} to {entry.action} twice: keep one"
            )


def _repeated_subnets(network: ExistingNetwork) -> Iterator[Finding]:
    for position, subnet in enumerate(network.subnet_ids):
        if subnet in network.subnet_ids[:position]:
            yield _finding("network", "subnet_ids", position, message=f"{given(subnet)} twice: keep one")


def _repeated_endpoints(services: Sequence[str]) -> Iterator[Finding]:
    for position, service in enumerate(services):
        if service in services[:position]:
            yield _finding("network", "interface_endpoints", position, message=f"{given(service)} twice: keep one")


def _regions(environment: Environment) -> Iterator[Finding]:
    other, former = environment.disaster_recovery_region, environment.former_disaster_recovery_region
    for field, region in (("disaster_recovery_region", other), ("former_disaster_recovery_region", former)):
        if region == environment.region:
            yield _finding(field, message=f"{given(region)}, the region itself: name another one")
        if region is not None and partition(region) != environment.partition:
            yield _finding(
                field,
                message=f"{given(region)} of partition {partition(region)}, allowed a region of "
                f"{environment.partition} as {environment.region} is",
            )
    if other is not None and former is not None:
        yield _finding(
            "former_disaster_recovery_region",
            message=f"{given(former)} beside disaster_recovery_region: deploy without the other first",
        )


def _tags(environment: Environment) -> Iterator[Finding]:
    for key in environment.tags:
        if key.lower().startswith(RESERVED_TAG_PREFIX) or not 1 <= len(key) <= LONGEST_TAG_KEY:
            yield _finding(
                "tags",
                key,
                message=f"allowed 1 to {LONGEST_TAG_KEY} characters that do not start with {RESERVED_TAG_PREFIX}",
            )


def _names(environment: Environment) -> Iterator[Finding]:
    longest = {id_: LONGEST_CACHE_ID for each in with_standby(environment) for id_ in cache_ids(each)}
    longest |= {name: LONGEST_CACHE_USER_ID for each in with_standby(environment) for name in user_names(each).values()}
    longest |= {environment.bucket_name(bucket): LONGEST_BUCKET_NAME for bucket in BUCKETS}
    longest |= {environment.role_name(persona): LONGEST_ROLE_NAME for persona in (*APPLICATIONS, *OPERATIONS)}
    if environment.disaster_recovery_region:
        longest |= {environment.replica_name(bucket): LONGEST_BUCKET_NAME for bucket in BUCKETS}
        longest |= {environment.replication_role_name(bucket): LONGEST_ROLE_NAME for bucket in BUCKETS}
    longest |= {
        environment.access_point_name(persona, bucket): LONGEST_ACCESS_POINT_NAME for persona, bucket in USED_BUCKETS
    }
    excess = {name: len(name) - limit for name, limit in longest.items()}
    worst = max(excess, key=lambda name: excess[name])
    if excess[worst] > 0:
        yield _finding(
            "prefix",
            message=f"{given(environment.prefix)}, which makes the name {worst}; "
            f"allowed {longest[worst]} characters: shorten it by {excess[worst]}",
        )


def _undeclared(section: FieldPath, settings: Collection[str], declared: Collection[str]) -> Iterator[Finding]:
    for name in settings:
        if name not in declared:
            yield _finding(*section, name, message=unknown(name, declared))


def _trust(environment: Environment, persona: str, trust: Trust) -> Iterator[Finding]:
    where: FieldPath = ("access", "personas", persona)
    strangers = [arn for arn in trust.principals if arn.split(":")[4] != environment.account]
    if strangers and trust.external_id is None:
        yield _finding(
            *where,
            "principals",
            message=f"{given(strangers[0])} of another account, which anybody might have act for them: "
            "agree on an external_id with it",
        )
    if trust.external_id is not None and not trust.principals:
        yield _finding(*where, "external_id", message="given without principals who could state it: remove it")
    if persona in OWNERS and trust.services:
        yield _finding(
            *where,
            "services",
            message=f"{given(trust.services[0])}, which cannot say for which {OWNERS[persona]} it acts: "
            f"let a persona take the role, as in personas: [{APPLICATIONS[0]}]",
        )
    lent = [name for name, each in environment.access.personas.items() if each.personas]
    for position, lender in enumerate(trust.personas):
        if lender not in APPLICATIONS or lender in lent:
            able = [name for name in APPLICATIONS if name not in lent]
            yield _finding(*where, "personas", position, message=f"{given(lender)}, allowed {one_of(able)}")


def _budget(budget: BudgetSettings) -> Iterator[Finding]:
    if budget.freeze is not None and budget.monthly_usd is None:
        yield _finding("budget", "freeze", message="given without a budget: set budget.monthly_usd, or this to null")


def _finding(*path: str | int, message: str) -> Finding:
    where: FieldPath = path
    return Finding(path=where, message=message)
