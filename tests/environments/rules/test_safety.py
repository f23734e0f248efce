"""Production refuses unsafe settings, unless a written reason stands beside them."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from environments.rules.safety import RULES, broken_rules
from environments.schema import BucketSettings, EncryptionSettings, RedisSettings, TableSettings
from tests.environments.conftest import ProblemsOf

Settings = dict[str, Any]

REASON = "decided by the storage team in March"
A_USER = "arn:aws:iam::111111111111:user/ada"
ONE_SUBNET = {"kind": "existing", "vpc_id": "vpc-12345678", "subnet_ids": ["subnet-12345678"]}
LOCKED = {"backups": {"object_lock": {"days": 30}}}
UNREPLICATED = {"accepted_risks": {"no-replication": REASON}}
UNNAMED = {"accepted_risks": {"unnamed-persona": REASON}}
ONE_ZONE_OF_REDIS = {"redis": {"multi_az": False, "accepted_risks": {"single-zone": REASON}}}
SERVERLESS: Settings = {"kind": "serverless"}

BROKEN = [
    ("no-backup-region", "disaster_recovery_region", {"disaster_recovery_region": None}),
    (
        "single-zone",
        "network.availability_zones",
        {"network": {"kind": "create", "availability_zones": 1}, **ONE_ZONE_OF_REDIS},
    ),
    ("single-zone", "network.subnet_ids", {"network": ONE_SUBNET, **ONE_ZONE_OF_REDIS}),
    ("no-flow-logs", "network.flow_logs", {"network": {"kind": "create", "flow_logs": False}}),
    (
        "no-point-in-time-recovery",
        "tables.core.point_in_time_recovery_days",
        {"tables": {"core": {"point_in_time_recovery_days": 0}}},
    ),
    (
        "short-point-in-time-recovery",
        "tables.state.point_in_time_recovery_days",
        {"tables": {"state": {"point_in_time_recovery_days": 6}}},
    ),
    (
        "no-deletion-protection",
        "tables.core.deletion_protection",
        {"tables": {"core": {"deletion_protection": False}}},
    ),
    (
        "no-point-in-time-recovery",
        "tables.core.replica.point_in_time_recovery",
        {"tables": {"core": {"replica": {"point_in_time_recovery": False}}}},
    ),
    (
        "no-deletion-protection",
        "tables.core.replica.deletion_protection",
        {"tables": {"core": {"replica": {"deletion_protection": False}}}},
    ),
    (
        "no-versioning",
        "buckets.uploads.versioning",
        {
            "buckets": {**LOCKED, "uploads": {"versioning": False, "replication": None, **UNREPLICATED}},
            "backup": {"exclude": ["uploads"], "accepted_risks": {"not-backed-up": REASON}},
        },
    ),
    ("no-replication", "buckets.uploads.replication", {"buckets": {**LOCKED, "uploads": {"replication": None}}}),
    ("no-object-lock", "buckets.backups.object_lock", {"buckets": {"backups": {"object_lock": None}}}),
    (
        "insecure-origin",
        "buckets.uploads.cors_origins",
        {"buckets": {**LOCKED, "uploads": {"cors_origins": ["http://app.example.org"]}}},
    ),
    ("force-destroy", "buckets.assets.force_destroy", {"buckets": {**LOCKED, "assets": {"force_destroy": True}}}),
    ("single-zone", "redis.multi_az", {"redis": {"multi_az": False}}),
    (
        "no-replica",
        "redis.replicas_per_shard",
        {"redis": {"replicas_per_shard": 0, "multi_az": False, "accepted_risks": {"single-zone": REASON}}},
    ),
    ("no-snapshots", "redis.snapshot_retention_days", {"redis": {"snapshot_retention_days": 0}}),
    ("no-final-snapshot", "redis.final_snapshot", {"redis": {"final_snapshot": False}}),
    ("no-storage-limit", "redis.data_storage_gb", {"redis": {**SERVERLESS, "data_storage_gb": {"maximum": None}}}),
    ("no-processing-limit", "redis.ecpu_per_second", {"redis": {**SERVERLESS, "ecpu_per_second": {"maximum": None}}}),
    ("no-snapshots", "redis.snapshot_retention_days", {"redis": {**SERVERLESS, "snapshot_retention_days": 0}}),
    ("no-deletion-protection", "redis.deletion_protection", {"redis": {**SERVERLESS, "deletion_protection": False}}),
    ("no-backup-plan", "backup.retention", {"backup": {"retention": "none"}}),
    ("not-backed-up", "backup.exclude", {"backup": {"exclude": ["state"]}}),
    ("no-backup-copy", "backup.copies", {"backup": {"copies": False}}),
    ("unlocked-vault", "backup.lock", {"backup": {"lock": {"mode": "none"}}}),
    ("no-restore-test", "backup.restore_testing", {"backup": {"restore_testing": None}}),
    ("force-destroy", "backup.force_destroy", {"backup": {"force_destroy": True}}),
    ("short-log-retention", "logs.retention_days", {"logs": {"retention_days": 14}}),
    ("unnamed-persona", "access.personas", {"access": {"personas": {"reader": {"services": ["ec2"]}}}}),
    (
        "long-lived-keys",
        "access.personas.reader.principals",
        {"access": {"personas": {"reader": {"principals": [A_USER]}}, **UNNAMED}},
    ),
    ("no-alarm-subscription", "alarms.subscriptions", {"alarms": {"subscriptions": []}}),
    (
        "no-warnings",
        "alarms.warnings",
        {"alarms": {"subscriptions": ["on-call@example.com"], "warnings": False}},
    ),
    ("no-budget", "budget.monthly_usd", {"budget": {"monthly_usd": None}}),
]


def production(settings: Settings) -> str:
    """Settings of a production environment that breaks no rule but those that `settings` break."""
    safe: Settings = {
        "production": True,
        "disaster_recovery_region": "us-west-2",
        "alarms": {"subscriptions": ["on-call@example.com"]},
        "buckets": LOCKED,
        "budget": {"monthly_usd": 1000},
        "access": UNNAMED,
    }
    return yaml.safe_dump(safe | settings, sort_keys=False)


def accepting(settings: Settings, rule: str, field: str) -> Settings:
    """The same settings, with a reason for breaking `rule` in the section of `field`."""
    accepted: Settings = yaml.safe_load(yaml.safe_dump(settings))
    section = accepted
    for key in field.split(".")[:-1]:
        section = section[key]
    section.setdefault("accepted_risks", {})[rule] = REASON
    return accepted


every_rule = pytest.mark.parametrize(("rule", "field", "settings"), BROKEN, ids=[f"{f} {r}" for r, f, _ in BROKEN])


def test_every_rule_is_broken_here() -> None:
    assert {(rule, field.rsplit(".", maxsplit=1)[-1]) for rule, field, _ in BROKEN} == {
        (rule.id, rule.field) for rule in RULES
    }


@every_rule
def test_production_refuses(problems_of: ProblemsOf, rule: str, field: str, settings: Settings) -> None:
    [problem] = problems_of(production(settings))

    assert f": {field}: given " in problem
    assert ", allowed in production " in problem
    assert f"to accept that, write `{rule}: <why>` under " in problem


@every_rule
def test_production_accepts_a_written_reason(
    problems_of: ProblemsOf, rule: str, field: str, settings: Settings
) -> None:
    assert problems_of(production(accepting(settings, rule, field))) == []


@pytest.mark.parametrize("settings", [settings for _, _, settings in BROKEN])
def test_other_environments_may(problems_of: ProblemsOf, settings: Settings) -> None:
    assert problems_of(production(settings | {"production": False})) == []


def test_the_problem_stands_at_the_line_of_the_setting(problems_of: ProblemsOf) -> None:
    assert problems_of(
        "production: true\n"
        "disaster_recovery_region: us-west-2\n"
        "alarms: {subscriptions: [on-call@example.com]}\n"
        "buckets: {backups: {object_lock: {days: 30}}}\n"
        "budget: {monthly_usd: 1000}\n"
        "access: {accepted_risks: {unnamed-persona: the account's administrators decide}}\n"
        "tables:\n"
        "  core:\n"
        "    deletion_protection: true\n"
        "    point_in_time_recovery_days: 0\n"
    ) == [
        (
            "environments/dev.yaml:13: tables.core.point_in_time_recovery_days: given 0, allowed in production "
            "7 to 35: what was deleted by mistake is lost; to accept that, write `no-point-in-time-recovery: <why>` "
            "under tables.core.accepted_risks"
        )
    ]


def test_a_setting_that_is_absent_is_refused_at_its_section(problems_of: ProblemsOf) -> None:
    [problem] = problems_of(
        "production: true\ndisaster_recovery_region: us-west-2\nalarms: {}\n"
        "buckets: {backups: {object_lock: {days: 30}}}\nbudget: {monthly_usd: 1000}\n"
        "access: {accepted_risks: {unnamed-persona: the account's administrators decide}}\n"
    )

    assert problem.startswith("environments/dev.yaml:6: alarms.subscriptions: given an empty list")


def test_a_reason_too_short_to_be_one_is_refused(problems_of: ProblemsOf) -> None:
    assert problems_of("redis: {multi_az: false, accepted_risks: {single-zone: because}}\n") == [
        (
            'environments/dev.yaml:4: redis.accepted_risks.single-zone: given "because", '
            "allowed a text of at least 15 characters"
        )
    ]


def test_an_acceptance_of_no_rule_is_refused_with_the_nearest(problems_of: ProblemsOf) -> None:
    [problem] = problems_of(production({"redis": {"accepted_risks": {"single-zones": REASON}}}))

    assert problem.endswith(
        "redis.accepted_risks.single-zones: unknown (did you mean single-zone?), "
        "allowed no-final-snapshot, no-replica, no-snapshots or single-zone"
    )


def test_an_acceptance_of_a_rule_of_another_section_is_refused(problems_of: ProblemsOf) -> None:
    [problem] = problems_of(production({"accepted_risks": {"no-replica": REASON}}))

    assert problem.endswith("accepted_risks.no-replica: unknown, allowed no-backup-region")


def test_an_acceptance_in_a_section_without_rules_is_refused(problems_of: ProblemsOf) -> None:
    [problem] = problems_of(production({"encryption": {"accepted_risks": {"no-rotation": REASON}}}))

    assert problem.endswith("encryption.accepted_risks.no-rotation: no safety rule looks at this section: remove it")


@pytest.mark.parametrize("kind", [{"production": True}, {"production": False}])
def test_an_acceptance_of_what_is_safe_is_stale(problems_of: ProblemsOf, kind: Settings) -> None:
    [problem] = problems_of(production(kind | {"redis": {"accepted_risks": {"no-replica": REASON}}}))

    assert problem.endswith("redis.accepted_risks.no-replica: stale, the setting is safe: remove it")


def test_prod_is_always_production(problems_of: ProblemsOf) -> None:
    assert problems_of(name="prod") == [
        "environments/prod.yaml:1: production: given false, allowed true: prod is always production"
    ]


@pytest.mark.parametrize("section", [TableSettings(), BucketSettings(), RedisSettings(), EncryptionSettings()])
def test_the_defaults_break_no_rule(section: TableSettings | BucketSettings | RedisSettings) -> None:
    assert broken_rules(("section",), section) == ()


def test_a_bucket_for_backups_is_locked_even_where_it_is_not_named(problems_of: ProblemsOf) -> None:
    [problem] = problems_of(production({"buckets": {}}))

    assert "buckets.backups.object_lock: given null, allowed in production a section with mode and days" in problem


def test_a_bucket_for_anything_else_need_not_be_locked(problems_of: ProblemsOf) -> None:
    assert problems_of(production({"buckets": {**LOCKED, "uploads": {"object_lock": None}}})) == []
