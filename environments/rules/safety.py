"""The rules of production: each refuses one unsafe setting, unless a written reason stands beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from environments.declared import APPLICATIONS, BACKUP_BUCKETS, BUCKETS, OPERATIONS
from environments.problems import FieldPath, Finding, dotted
from environments.schema import (
    AccessSettings,
    AlarmSettings,
    BackupSettings,
    BucketSettings,
    BudgetSettings,
    CreatedNetwork,
    Environment,
    ExistingNetwork,
    LogSettings,
    NoLock,
    Replica,
    ReplicationGroupSettings,
    ServerlessRedisSettings,
    TableSettings,
    Trust,
)
from environments.settings import Section
from environments.wording import given, unknown


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One setting that production must have, in one kind of section."""

    id: str
    """Names the danger; `accepted_risks` is keyed by it."""
    title: str
    """What the danger is."""
    section: type[Section]
    field: str
    is_safe: Callable[[Any], bool]
    allowed: str
    only: tuple[str, ...] = ()
    """Names of the sections that it looks at, where not every one of the kind is meant."""

    @property
    def sections(self) -> tuple[str, ...]:
        """The kinds of sections that it looks at, by their names in the schema."""
        return tuple(kind.__name__ for kind in (self.section, *self.section.__subclasses__()))

    def concerns(self, path: FieldPath, section: Section) -> bool:
        """Whether the rule looks at this section."""
        return isinstance(section, self.section) and (not self.only or path[-1] in self.only)


LEAST_ZONES = 2
LEAST_RECOVERY_DAYS = 7
"""A mistake is noticed within a week."""
LEAST_LOG_DAYS = 30

RULES = (
    Rule(
        id="no-backup-region",
        title="nothing survives the loss of the region",
        section=Environment,
        field="disaster_recovery_region",
        is_safe=lambda region: region is not None,
        allowed="another region",
    ),
    Rule(
        id="single-zone",
        title="the loss of one zone is an outage",
        section=CreatedNetwork,
        field="availability_zones",
        is_safe=lambda zones: zones >= LEAST_ZONES,
        allowed=f"{LEAST_ZONES} to 6",
    ),
    Rule(
        id="no-flow-logs",
        title="an intrusion leaves no trace",
        section=CreatedNetwork,
        field="flow_logs",
        is_safe=bool,
        allowed="true",
    ),
    Rule(
        id="single-zone",
        title="the loss of one zone is an outage",
        section=ExistingNetwork,
        field="subnet_ids",
        is_safe=lambda subnets: len(subnets) >= LEAST_ZONES,
        allowed=f"{LEAST_ZONES} subnets or more, in different zones",
    ),
    Rule(
        id="no-point-in-time-recovery",
        title="what was deleted by mistake is lost",
        section=TableSettings,
        field="point_in_time_recovery_days",
        is_safe=lambda days: days > 0,
        allowed=f"{LEAST_RECOVERY_DAYS} to 35",
    ),
    Rule(
        id="short-point-in-time-recovery",
        title="a mistake that nobody notices within a week is final",
        section=TableSettings,
        field="point_in_time_recovery_days",
        is_safe=lambda days: days == 0 or days >= LEAST_RECOVERY_DAYS,
        allowed=f"{LEAST_RECOVERY_DAYS} to 35",
    ),
    Rule(
        id="no-deletion-protection",
        title="one wrong apply deletes the table",
        section=TableSettings,
        field="deletion_protection",
        is_safe=bool,
        allowed="true",
    ),
    Rule(
        id="no-point-in-time-recovery",
        title="a mistake is copied within a second, and cannot be undone where the copy serves",
        section=Replica,
        field="point_in_time_recovery",
        is_safe=bool,
        allowed="true",
    ),
    Rule(
        id="no-deletion-protection",
        title="one wrong apply deletes the copy",
        section=Replica,
        field="deletion_protection",
        is_safe=bool,
        allowed="true",
    ),
    Rule(
        id="no-versioning",
        title="what was overwritten by mistake is lost",
        section=BucketSettings,
        field="versioning",
        is_safe=bool,
        allowed="true",
    ),
    Rule(
        id="no-replication",
        title="the objects do not survive the loss of the region",
        section=BucketSettings,
        field="replication",
        is_safe=lambda replication: replication is not None,
        allowed="a section, which may be empty",
    ),
    Rule(
        id="no-object-lock",
        title="whoever may delete objects may delete every backup",
        section=BucketSettings,
        field="object_lock",
        is_safe=lambda lock: lock is not None,
        allowed="a section with mode and days",
        only=BACKUP_BUCKETS,
    ),
    Rule(
        id="insecure-origin",
        title="whoever listens on the way can change the page that uploads",
        section=BucketSettings,
        field="cors_origins",
        is_safe=lambda origins: all(origin.startswith("https://") for origin in origins),
        allowed="origins that begin with https://",
    ),
    Rule(
        id="force-destroy",
        title="destroy deletes every object too",
        section=BucketSettings,
        field="force_destroy",
        is_safe=lambda forced: not forced,
        allowed="false",
    ),
    Rule(
        id="single-zone",
        title="the loss of one zone is an outage",
        section=ReplicationGroupSettings,
        field="multi_az",
        is_safe=bool,
        allowed="true",
    ),
    Rule(
        id="no-replica",
        title="the loss of one node loses its data",
        section=ReplicationGroupSettings,
        field="replicas_per_shard",
        is_safe=lambda replicas: replicas >= 1,
        allowed="1 to 5",
    ),
    Rule(
        id="no-snapshots",
        title="what was deleted by mistake is lost",
        section=ReplicationGroupSettings,
        field="snapshot_retention_days",
        is_safe=lambda days: days > 0,
        allowed="1 to 35",
    ),
    Rule(
        id="no-final-snapshot",
        title="destroy loses the data",
        section=ReplicationGroupSettings,
        field="final_snapshot",
        is_safe=bool,
        allowed="true",
    ),
    Rule(
        id="no-storage-limit",
        title="whoever fills the cache without end is paid for without end",
        section=ServerlessRedisSettings,
        field="data_storage_gb",
        is_safe=lambda limits: limits.maximum is not None,
        allowed="a maximum",
    ),
    Rule(
        id="no-processing-limit",
        title="a runaway client is paid for without end",
        section=ServerlessRedisSettings,
        field="ecpu_per_second",
        is_safe=lambda limits: limits.maximum is not None,
        allowed="a maximum",
    ),
    Rule(
        id="no-snapshots",
        title="what was deleted by mistake is lost",
        section=ServerlessRedisSettings,
        field="snapshot_retention_days",
        is_safe=lambda days: days > 0,
        allowed="1 to 35",
    ),
    Rule(
        id="no-deletion-protection",
        title="destroy loses the data, without a last snapshot",
        section=ServerlessRedisSettings,
        field="deletion_protection",
        is_safe=bool,
        allowed="true",
    ),
    Rule(
        id="no-backup-plan",
        title="what was deleted and not missed in time is lost",
        section=BackupSettings,
        field="retention",
        is_safe=lambda retention: retention != "none",
        allowed="short, standard or long",
    ),
    Rule(
        id="not-backed-up",
        title="what was deleted and not missed in time is lost",
        section=BackupSettings,
        field="exclude",
        is_safe=lambda excluded: not excluded,
        allowed="none",
    ),
    Rule(
        id="no-backup-copy",
        title="nothing survives the loss of the region",
        section=BackupSettings,
        field="copies",
        is_safe=bool,
        allowed="true",
    ),
    Rule(
        id="unlocked-vault",
        title="whoever takes over the account deletes the backups too",
        section=BackupSettings,
        field="lock",
        is_safe=lambda lock: not isinstance(lock, NoLock),
        allowed="mode governance or compliance",
    ),
    Rule(
        id="no-restore-test",
        title="nobody knows whether a backup can be restored",
        section=BackupSettings,
        field="restore_testing",
        is_safe=lambda schedule: schedule is not None,
        allowed="a schedule",
    ),
    Rule(
        id="force-destroy",
        title="destroy deletes every recovery point too",
        section=BackupSettings,
        field="force_destroy",
        is_safe=lambda forced: not forced,
        allowed="false",
    ),
    Rule(
        id="short-log-retention",
        title="an incident's log is gone before it is understood",
        section=LogSettings,
        field="retention_days",
        is_safe=lambda days: days >= LEAST_LOG_DAYS,
        allowed=f"{LEAST_LOG_DAYS} or more",
    ),
    Rule(
        id="no-alarm-subscription",
        title="nobody hears of an alarm",
        section=AlarmSettings,
        field="subscriptions",
        is_safe=bool,
        allowed="one subscriber or more",
    ),
    Rule(
        id="unnamed-persona",
        title="whoever may write IAM policies of the account decides who reads and writes the data",
        section=AccessSettings,
        field="personas",
        is_safe=lambda personas: all(
            persona in personas and not personas[persona].names_nobody for persona in (*APPLICATIONS, *OPERATIONS)
        ),
        allowed="principals, services or personas for every persona",
    ),
    Rule(
        id="long-lived-keys",
        title="the access key of a user never expires, and one that leaks opens the data until somebody notices",
        section=Trust,
        field="principals",
        is_safe=lambda principals: not any(":user/" in arn for arn in principals),
        allowed="roles",
    ),
    Rule(
        id="no-warnings",
        title="nobody hears of a problem before users do",
        section=AlarmSettings,
        field="warnings",
        is_safe=bool,
        allowed="true",
    ),
    Rule(
        id="no-budget",
        title="nobody notices what it costs before the bill",
        section=BudgetSettings,
        field="monthly_usd",
        is_safe=lambda usd: usd is not None,
        allowed="USD a month",
    ),
)


def findings(environment: Environment) -> Iterator[Finding]:
    """Every unsafe setting of a production environment that nobody accepted, and every acceptance that is void.

    Outside production only the acceptances are checked: a rule that does not exist there, or is not broken, is stale.
    """
    if environment.name == "prod" and not environment.production:
        yield Finding(path=("production",), message="given false, allowed true: prod is always production")
    for path, section in _sections(_with_every_bucket(environment)):
        broken = broken_rules(path, section)
        if environment.production:
            for rule in broken:
                if rule.id not in section.accepted_risks:
                    yield _refusal(rule, path, section)
        yield from _void_acceptances(path, section, broken)


def rules_of(path: FieldPath, section: Section) -> tuple[Rule, ...]:
    """The rules that look at this section."""
    return tuple(rule for rule in RULES if rule.concerns(path, section))


def broken_rules(path: FieldPath, section: Section) -> tuple[Rule, ...]:
    """The rules that this section breaks, accepted or not."""
    return tuple(rule for rule in rules_of(path, section) if not rule.is_safe(getattr(section, rule.field)))


def _refusal(rule: Rule, path: FieldPath, section: Section) -> Finding:
    field = (*path, rule.field)
    value = section.model_dump(mode="json", include={rule.field})[rule.field]
    acceptance = dotted((*path, "accepted_risks"))
    return Finding(
        path=field,
        message=f"{given(value)}, allowed in production {rule.allowed}: {rule.title}; "
        f"to accept that, write `{rule.id}: <why>` under {acceptance}",
    )


def _void_acceptances(path: FieldPath, section: Section, broken: tuple[Rule, ...]) -> Iterator[Finding]:
    known = {rule.id for rule in rules_of(path, section)}
    for risk in section.accepted_risks:
        where = (*path, "accepted_risks", risk)
        if not known:
            yield Finding(path=where, message="no safety rule looks at this section: remove it")
        elif risk not in known:
            yield Finding(path=where, message=unknown(risk, known))
        elif risk not in {rule.id for rule in broken}:
            yield Finding(path=where, message="stale, the setting is safe: remove it")


def _with_every_bucket(environment: Environment) -> Environment:
    """A bucket that is not named runs with the defaults, which are not safe for every one."""
    return environment.model_copy(update={"buckets": {name: environment.bucket(name) for name in BUCKETS}})


def _sections(model: BaseModel, path: FieldPath = ()) -> Iterator[tuple[FieldPath, Section]]:
    if isinstance(model, Section):
        yield path, model
    for name, value in model:
        members = value if isinstance(value, dict) else {}
        if isinstance(value, BaseModel):
            yield from _sections(value, (*path, name))
        for key, member in members.items():
            if isinstance(member, BaseModel):
                yield from _sections(member, (*path, name, key))
