from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from environments import Environment
from environments.schema import BackupRule, BackupSettings, ComplianceLock, GovernanceLock, NoLock
from modules.backup import Backups
from modules.encryption import Keys
from modules.s3 import Buckets
from tests.modules.template import Template, disaster_recovery, statements, synthesized
from tierstore.model import DATA_MODEL

TABLE = "arn:aws:dynamodb:eu-central-1:123456789012:table/tierstore-test-core"
BUCKET = "arn:aws:s3:::tierstore-test-123456789012-assets"
TOPIC = "arn:aws:sns:eu-central-1:123456789012:tierstore-test-alarms"
DAILY = BackupRule(schedule="cron(0 5 ? * * *)", keep_days=365, cold_after_days=30, copy_days=60)

Synthesize = Callable[..., Template]


@pytest.fixture(scope="module")
def synthesize(recoverable: Environment) -> Synthesize:
    """Backups of one table and one bucket, with these settings."""

    def synthesize(*, environment: Environment = recoverable, **settings: Any) -> Template:
        chosen = environment.model_copy(update={"backup": BackupSettings(**settings)})

        def build(stack: Any) -> None:
            region = disaster_recovery(stack, chosen)
            keys = Keys(stack, "keys", environment=chosen, disaster_recovery=region)
            logs = [bucket for bucket in DATA_MODEL.buckets if bucket.receives_access_logs]
            buckets = Buckets(
                stack,
                "buckets",
                environment=chosen,
                declared=logs,
                key_arn=keys.s3.arn,
                replica_key=None,
                boundary_arn="arn:boundary",
            )
            Backups(
                stack,
                "backup",
                environment=chosen,
                tables=[TABLE],
                buckets=[BUCKET],
                key=keys.backup,
                data_keys=(keys.dynamodb, keys.s3),
                disaster_recovery=region,
                topic_arn=TOPIC,
                boundary_arn="arn:boundary",
                logs=buckets.logs,
            )

        return synthesized(build)

    return synthesize


@pytest.fixture(scope="module")
def backups(synthesize: Synthesize) -> Template:
    """Backups with one rule and the other settings at their defaults."""
    return synthesize(retention="short", rules={"daily": DAILY})


def role_policy(template: Template, id_: str) -> dict[str, Any]:
    (name,) = [name for name in template.document["resource"]["aws_iam_role_policy"] if id_ in name]
    return statements(template.document["resource"]["aws_iam_role_policy"][name]["policy"])


def test_each_region_has_a_vault_under_its_own_key(backups: Template) -> None:
    here, there = sorted(backups.all("aws_backup_vault"), key=lambda vault: "provider" in vault)

    assert here["name"] == there["name"] == "tierstore-test-backup"
    assert here["kms_key_arn"].startswith("${aws_kms_key.keys_backup")
    assert there["provider"] == "aws.disaster_recovery"
    assert there["kms_key_arn"].startswith("${aws_kms_replica_key.keys_backup")


def test_no_vault_is_destroyed_by_mistake(backups: Template) -> None:
    for vault in backups.all("aws_backup_vault"):
        assert vault["lifecycle"] == {"prevent_destroy": True}
        assert vault["force_destroy"] is False


def test_a_vault_is_destroyed_with_its_recovery_points_where_asked_for(synthesize: Synthesize) -> None:
    for vault in synthesize(force_destroy=True).all("aws_backup_vault"):
        assert vault["lifecycle"] == {"prevent_destroy": False}
        assert vault["force_destroy"] is True


def test_every_vault_denies_deletion_to_everybody(backups: Template) -> None:
    assert len(backups.all("aws_backup_vault_policy")) == 2
    for policy in backups.all("aws_backup_vault_policy"):
        denied = statements(policy["policy"])["DenyDeletion"]
        assert (denied["Effect"], denied["Principal"]) == ("Deny", {"AWS": "*"})
        assert {"backup:DeleteRecoveryPoint", "backup:UpdateRecoveryPointLifecycle"} <= set(denied["Action"])


@pytest.mark.parametrize(
    ("lock", "expected"),
    [
        (GovernanceLock(), {"min_retention_days": 7}),
        (GovernanceLock(least_days=1, most_days=400), {"min_retention_days": 1, "max_retention_days": 400}),
        (
            ComplianceLock(mode="compliance", changeable_for_days=3),
            {"min_retention_days": 7, "changeable_for_days": 3},
        ),
    ],
)
def test_every_vault_is_locked_as_set(synthesize: Synthesize, lock: object, expected: dict[str, int]) -> None:
    locks = synthesize(lock=lock).all("aws_backup_vault_lock_configuration")

    assert len(locks) == 2
    for each in locks:
        limits = {name: value for name, value in each.items() if name.endswith("_days")}
        assert limits == expected


def test_a_vault_without_a_lock_has_none(synthesize: Synthesize) -> None:
    assert not synthesize(lock=NoLock(mode="none")).all("aws_backup_vault_lock_configuration")


def test_people_hear_of_changed_recovery_points(backups: Template) -> None:
    told = backups.one("aws_backup_vault_notifications")

    assert told["sns_topic_arn"] == TOPIC
    assert "RECOVERY_POINT_MODIFIED" in told["backup_vault_events"]


def test_a_rule_is_what_was_set(backups: Template) -> None:
    (rule,) = backups.one("aws_backup_plan")["rule"]

    assert (rule["rule_name"], rule["schedule"]) == ("daily", "cron(0 5 ? * * *)")
    assert rule["lifecycle"] == {"cold_storage_after": 30, "delete_after": 365}
    assert rule["recovery_point_tags"]["Environment"] == "test"


def test_copies_go_to_the_other_region_and_stay_warm_where_they_are_kept_too_shortly(backups: Template) -> None:
    (rule,) = backups.one("aws_backup_plan")["rule"]

    (copy,) = rule["copy_action"]
    assert copy["destination_vault_arn"].startswith("${aws_backup_vault.backup_copies")
    assert copy["lifecycle"] == {"delete_after": 60}


def test_nothing_is_copied_where_that_is_turned_off(synthesize: Synthesize) -> None:
    template = synthesize(copies=False)

    assert len(template.all("aws_backup_vault")) == 1
    assert all("copy_action" not in rule for rule in template.one("aws_backup_plan")["rule"])


def test_nothing_is_copied_without_another_region(synthesize: Synthesize, environment: Environment) -> None:
    template = synthesize(environment=environment)

    assert len(template.all("aws_backup_vault")) == 1
    assert all("copy_action" not in rule for rule in template.one("aws_backup_plan")["rule"])


def test_everything_given_is_selected(backups: Template) -> None:
    assert backups.one("aws_backup_selection")["resources"] == [TABLE, BUCKET]


def test_everything_given_is_restored_as_a_test(backups: Template) -> None:
    plan = backups.one("aws_backup_restore_testing_plan")
    selections = backups.all("aws_backup_restore_testing_selection")

    # AWS Backup takes letters, digits and underscores only.
    assert plan["name"] == "tierstore_test"
    assert {each["protected_resource_type"]: each["protected_resource_arns"] for each in selections} == {
        "DynamoDB": [TABLE],
        "S3": [BUCKET],
    }


def test_nothing_is_restored_where_that_is_turned_off(synthesize: Synthesize) -> None:
    assert not synthesize(restore_testing=None).all("aws_backup_restore_testing_plan")


def test_backing_up_reads_what_is_given_and_nothing_else(backups: Template) -> None:
    permissions = role_policy(backups, "jobs")

    assert permissions["Tables"]["Resource"] == [TABLE]
    assert permissions["Buckets"]["Resource"] == [BUCKET]
    assert permissions["Objects"]["Resource"] == [f"{BUCKET}/*"]
    assert not any("Delete" in action for action in permissions["Objects"]["Action"])
    # A key and its replica for each of recovery points, tables and buckets.
    assert len(permissions["Keys"]["Resource"]) == 6


def test_restoring_writes_to_new_tables_and_buckets_only(backups: Template) -> None:
    permissions = role_policy(backups, "restores")

    resources = [arn for sid in ("Tables", "Buckets", "Objects") for arn in permissions[sid]["Resource"]]
    assert all("awsbackup-restore-test-" in arn or arn.removesuffix("/*").endswith("-restored") for arn in resources)


@pytest.mark.parametrize("id_", ["jobs", "restores"])
def test_keys_are_passed_on_to_services_only(backups: Template, id_: str) -> None:
    assert role_policy(backups, id_)["Grants"]["Condition"] == {"Bool": {"kms:GrantIsForAWSResource": "true"}}


def test_only_aws_backup_takes_the_roles(backups: Template) -> None:
    for role in backups.all("aws_iam_role"):
        (statement,) = json.loads(role["assume_role_policy"])["Statement"]
        assert statement["Principal"] == {"Service": "backup.amazonaws.com"}


def test_jobs_are_reported_to_the_bucket_for_logs(backups: Template) -> None:
    plans = {plan["name"]: plan for plan in backups.all("aws_backup_report_plan")}

    assert plans.keys() == {f"tierstore_test_{jobs}" for jobs in ("backup_jobs", "copy_jobs", "restore_jobs")}
    for plan in plans.values():
        assert plan["report_delivery_channel"]["s3_bucket_name"] == f"${{{backups.address('aws_s3_bucket')}.bucket}}"


def test_the_bucket_lets_reports_in_once_there_is_a_role_to_name(backups: Template) -> None:
    policy = backups.one("aws_s3_bucket_policy")
    statement = statements(policy["policy"])["AllowBackupReports"]

    assert statement["Principal"]["AWS"].endswith("/AWSServiceRoleForBackupReports")
    assert statement["Resource"].endswith("-logs/backup-reports/*")
    assert backups.address("aws_backup_report_plan", name="tierstore_test_backup_jobs") in policy["depends_on"]


def test_without_reports_nobody_is_let_in_for_them(synthesize: Synthesize) -> None:
    silent = synthesize(reports=False)

    assert silent.all("aws_backup_report_plan") == []
    assert "AllowBackupReports" not in statements(silent.one("aws_s3_bucket_policy")["policy"])


def test_nothing_is_judged_unless_asked_for(backups: Template, synthesize: Synthesize) -> None:
    judged = synthesize(framework=True).one("aws_backup_framework")
    scopes = [control["scope"] for control in judged["control"] if "scope" in control]

    assert backups.all("aws_backup_framework") == []
    assert scopes == [{"compliance_resource_types": ["DynamoDB", "S3"], "tags": {"Environment": "test"}}] * 3
