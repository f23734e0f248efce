"""Plans that Terraform and the real provider made of variants of the deployed `local`, with the verdict on each."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.validation.plan.builder import reviewed
from tests.validation.plan.record import RECORDED, VARIANTS

STATE = "aws_dynamodb_table.tables_state_1CCE5130"
CORE = "aws_dynamodb_table.tables_core_357A6672"
ASSETS = "aws_s3_bucket.buckets_assets_bucket_D26F130C"
UPLOADS_VERSIONING = "aws_s3_bucket_versioning.buckets_uploads_versioning_5C6AE369"
UPLOADS_POLICY = "aws_s3_bucket_policy.buckets_uploads_policy_FB925FB9"
GROUP = "aws_elasticache_replication_group.redis_group_D692ECB6"
INGRESS = "aws_vpc_security_group_ingress_rule.network_security-groups_redis-from-clients_C4C8FB1E"
LOG_GROUPS = {
    "aws_cloudwatch_log_group.network_flow-logs_group_A4AD0442",
    "aws_cloudwatch_log_group.redis_engine-log_B19F143B",
    "aws_cloudwatch_log_group.redis_slow-log_531E8937",
}
LOGS_ALIAS = "aws_kms_alias.keys_logs_alias_A92A3386"

VERDICTS = {
    "tagged": set(),
    "renamed_with_moved_block": set(),
    "valkey": set(),
    "drift": set(),
    "another_key": {("replace", STATE)},
    "renamed": {("destroy", CORE)},
    "bucket_vanished": {("destroy", ASSETS)},
    "versioning_vanished": {("unprotect", UPLOADS_VERSIONING)},
    "unprotected": {("unprotect", CORE), ("unprotect", UPLOADS_VERSIONING), ("unprotect", GROUP)},
    "deny_removed": {("weaken", UPLOADS_POLICY)},
    "opened": {("weaken", INGRESS)},
    "another_key_of_encryption": {("weaken", CORE)},
    "forgotten": {("weaken", address) for address in (*LOG_GROUPS, LOGS_ALIAS)},
}


def recorded(name: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((RECORDED / f"{name}.json").read_text())
    return document


@pytest.mark.parametrize("name", VERDICTS)
def test_the_verdict_on_a_real_plan(name: str) -> None:
    review = reviewed(recorded(name))

    assert {(finding.kind.value, finding.address) for finding in review.findings if finding.blocks} == VERDICTS[name]


def test_every_variant_is_recorded_and_judged() -> None:
    assert {file.stem for file in RECORDED.glob("*.json")} == {*VARIANTS, "drift"} == VERDICTS.keys()


def test_the_attribute_that_forces_a_real_replacement_is_named() -> None:
    ((change, cause),) = reviewed(recorded("another_key")).replacements

    assert (change.address, cause.why, cause.before, cause.after) == (STATE, "hash_key forces it", "pk", "id")


def test_a_real_rename_is_recognized() -> None:
    (finding,) = [finding for finding in reviewed(recorded("renamed")).findings if finding.blocks]

    assert "aws_dynamodb_table.renamed" in finding.remedy


def test_of_all_that_a_refresh_finds_only_what_somebody_changed_is_drift() -> None:
    document = recorded("drift")
    assert len(document["resource_drift"]) > 10

    (drift,) = reviewed(document).drift

    assert drift.address == CORE
    assert [path[-1] for path, _, _ in drift.differences] == ["enabled", "recovery_period_in_days"]


def test_no_path_and_no_address_of_the_recording_machine_is_kept() -> None:
    text = "".join(file.read_text() for file in RECORDED.glob("*.json"))

    assert not any(trace in text for trace in ("/tmp", "/home", "/root", "127.0.0.1"))
