from __future__ import annotations

import json
from typing import Any

import pytest
from cdktf import TerraformStack

from environments import Environment
from environments.audit import selectors
from environments.schema import (
    AuditSettings,
    BucketSettings,
    ForeignBucket,
    Replica,
    ReplicationSettings,
    TableSettings,
)
from modules.audit import Trail
from modules.audit.trail import suppressions
from modules.encryption.policies import render_trail
from modules.s3 import Buckets
from modules.s3.policies import render_trail_delivery
from tests.modules.template import Template, statements, synthesized
from tierstore.model import DATA_MODEL

ACCOUNT = "123456789012"
TRAIL = f"arn:aws:cloudtrail:eu-central-1:{ACCOUNT}:trail/tierstore-test-data-events"


def recording(environment: Environment, **audit: Any) -> Environment:
    return environment.model_copy(update={"audit": AuditSettings(**audit)})


def template(environment: Environment) -> Template:
    logs = [bucket for bucket in DATA_MODEL.buckets if bucket.receives_access_logs]

    def build(stack: TerraformStack) -> None:
        buckets = Buckets(
            stack,
            "buckets",
            environment=environment,
            declared=logs,
            key_arn="arn:key",
            replica_key=None,
            boundary_arn="arn:boundary",
        )
        Trail(
            stack,
            "trail",
            environment=environment,
            model=DATA_MODEL,
            bucket=buckets.logs,
            key_arn="arn:key",
            boundary_arn="arn:boundary",
        )

    return synthesized(build)


@pytest.fixture(scope="module")
def writes(environment: Environment) -> Template:
    """A trail of changes, which also go to a log group."""
    return template(recording(environment, data_events="write", log_group=True))


def test_files_are_encrypted_signed_and_of_all_regions(writes: Template) -> None:
    trail = writes.one("aws_cloudtrail")

    assert trail["kms_key_id"] == "arn:key"
    assert trail["enable_log_file_validation"] is True
    assert trail["is_multi_region_trail"] is True


def test_the_trail_waits_until_it_may_write(writes: Template) -> None:
    waits_for = writes.one("aws_cloudtrail")["depends_on"]

    assert writes.address("aws_s3_bucket_policy") in waits_for
    assert writes.address("aws_iam_role_policy") in waits_for


def test_the_bucket_takes_files_of_this_trail_only(writes: Template) -> None:
    policy = statements(writes.one("aws_s3_bucket_policy")["policy"])

    delivery = render_trail_delivery(
        f"arn:aws:s3:::tierstore-test-{ACCOUNT}-logs", trail=TRAIL, account=ACCOUNT, folder="trail"
    )
    assert [policy["AllowTrailToLook"], policy["AllowTrailDelivery"]] == delivery
    assert all(each["Condition"]["ArnEquals"] == {"aws:SourceArn": TRAIL} for each in delivery)


def test_only_this_trail_is_encrypted_by_the_key_of_logs(environment: Environment) -> None:
    allowed = render_trail(recording(environment, data_events="all"))

    assert [each["Condition"]["ArnEquals"] for each in allowed] == [{"aws:SourceArn": TRAIL}] * 2
    assert render_trail(environment) == []


def test_the_log_group_is_encrypted_and_written_to_for_this_trail_only(writes: Template) -> None:
    (trust,) = json.loads(writes.one("aws_iam_role")["assume_role_policy"])["Statement"]

    assert trust["Condition"]["ArnEquals"] == {"aws:SourceArn": TRAIL}
    assert writes.one("aws_cloudwatch_log_group")["name"] == "/tierstore/test/data-events"
    assert writes.one("aws_cloudwatch_log_group")["kms_key_id"] == "arn:key"


def test_without_a_log_group_it_is_said_why(environment: Environment) -> None:
    settings = recording(environment, data_events="read")
    plain = template(settings)

    assert plain.all("aws_cloudwatch_log_group") == plain.all("aws_iam_role") == []
    assert suppressions(settings).keys() == {"CKV_AWS_252", "CKV2_AWS_10"}


@pytest.mark.parametrize(("data_events", "read_only"), [("write", ["false"]), ("read", ["true"]), ("all", None)])
def test_reads_or_changes_are_chosen(environment: Environment, data_events: str, read_only: list[str] | None) -> None:
    for selector in template(recording(environment, data_events=data_events)).one("aws_cloudtrail")[
        "advanced_event_selector"
    ]:
        by_field = {condition["field"]: condition for condition in selector["field_selector"]}
        assert by_field["eventCategory"]["equals"] == ["Data"]
        assert by_field.get("readOnly", {}).get("equals") == read_only


def test_every_table_and_bucket_is_recorded_but_the_one_that_the_trail_writes_to(environment: Environment) -> None:
    items, objects, ways = selectors(recording(environment, data_events="all"), DATA_MODEL)

    assert items.arns == tuple(
        f"arn:aws:dynamodb:eu-central-1:{ACCOUNT}:table/tierstore-test-{table.name}" for table in DATA_MODEL.tables
    )
    assert {arn.split("-")[-1] for arn in objects.arns} == {"assets/", "uploads/", "backups/"}
    assert all(":accesspoint/tierstore-test-" in arn for arn in ways.arns)


def test_copies_of_our_own_are_recorded_where_they_are(recoverable: Environment) -> None:
    elsewhere = ForeignBucket(
        bucket="theirs", account="210987654321", kms_key_arn="arn:aws:kms:eu-west-1:210987654321:key/theirs"
    )
    copied = recording(recoverable, data_events="all").model_copy(
        update={
            "tables": {"core": TableSettings(replica=Replica())},
            "buckets": {"assets": BucketSettings(replication=ReplicationSettings(destination=elsewhere))},
        }
    )

    items, objects, _ = selectors(copied, DATA_MODEL)

    there = f"arn:aws:dynamodb:eu-west-1:{ACCOUNT}:table"
    assert [arn for arn in items.arns if arn.startswith(there)] == [f"{there}/tierstore-test-core"]
    assert [arn for arn in objects.arns if arn.endswith("-replica/")] == [
        f"arn:aws:s3:::tierstore-test-{ACCOUNT}-{name}-replica/" for name in ("uploads", "backups")
    ]


def test_nothing_is_recorded_unless_asked_for(environment: Environment) -> None:
    assert selectors(environment, DATA_MODEL) == ()
