from __future__ import annotations

from typing import Any

import pytest

from environments import Environment
from environments.schema import BucketSettings, ForeignBucket, ObjectLock, ReplicationSettings
from modules.encryption import Keys
from modules.s3 import Buckets
from tests.modules.template import Block, Template, disaster_recovery, statements, synthesized
from tierstore.declaration.buckets import Bucket

DECLARED = (
    Bucket(name="photos", description="Photos"),
    Bucket(name="films", description="Films"),
    Bucket(name="logs", description="Access logs", receives_access_logs=True),
)
NAME = "tierstore-test-123456789012"
FOREIGN = ForeignBucket(
    account="210987654321", bucket="their-copies", kms_key_arn="arn:aws:kms:eu-west-3:210987654321:key/theirs"
)


def synthesize(environment: Environment, **settings: BucketSettings) -> Template:
    chosen = environment.model_copy(update={"buckets": settings})

    def build(stack: Any) -> None:
        keys = Keys(stack, "keys", environment=chosen, disaster_recovery=disaster_recovery(stack, chosen))
        Buckets(
            stack,
            "buckets",
            environment=chosen,
            declared=DECLARED,
            key_arn=keys.s3.arn,
            replica_key=keys.s3.replica,
            boundary_arn="arn:boundary",
        )

    return synthesized(build)


@pytest.fixture(scope="module")
def by_default(recoverable: Environment) -> Template:
    return synthesize(recoverable)


def of(template: Template, kind: str, bucket: str) -> Block:
    """The resource of a type that belongs to a bucket, by the end of the bucket's name."""
    address = template.address("aws_s3_bucket", bucket=f"{NAME}-{bucket}")
    return template.one(kind, bucket=f"${{{address}.id}}")


def rule(template: Template, bucket: str = "photos") -> Block:
    (found,) = of(template, "aws_s3_bucket_replication_configuration", bucket)["rule"]
    return dict(found)


def replica_key(template: Template) -> str:
    address = template.address("aws_kms_replica_key", description="Objects of the S3 buckets")
    return f"${{{address}.arn}}"


def test_every_bucket_is_copied_to_one_in_the_other_region(by_default: Template) -> None:
    there = {each["bucket"] for each in by_default.all("aws_s3_bucket") if "provider" in each}

    assert there == {f"{NAME}-photos-replica", f"{NAME}-films-replica", f"{NAME}-logs-replica"}
    assert rule(by_default)["destination"]["bucket"] == f"arn:aws:s3:::{NAME}-photos-replica"


def test_everything_of_a_copy_is_in_the_other_region(by_default: Template) -> None:
    for kind in ("versioning", "policy", "public_access_block", "server_side_encryption_configuration", "notification"):
        assert of(by_default, f"aws_s3_bucket_{kind}", "photos-replica")["provider"] == "aws.disaster_recovery"
    assert of(by_default, "aws_s3_bucket_versioning", "photos-replica")["versioning_configuration"] == {
        "status": "Enabled"
    }


def test_copies_are_encrypted_with_the_key_of_their_region(by_default: Template) -> None:
    destination = rule(by_default)["destination"]

    assert destination["encryption_configuration"] == {"replica_kms_key_id": replica_key(by_default)}
    assert rule(by_default)["source_selection_criteria"] == {"sse_kms_encrypted_objects": {"status": "Enabled"}}


def test_copies_of_access_logs_are_encrypted_by_s3(by_default: Template) -> None:
    assert "encryption_configuration" not in rule(by_default, "logs")["destination"]
    assert "source_selection_criteria" not in rule(by_default, "logs")


def test_copies_arrive_in_time_and_are_measured(by_default: Template) -> None:
    destination = rule(by_default)["destination"]

    assert destination["replication_time"] == {"status": "Enabled", "time": {"minutes": 15}}
    assert destination["metrics"] == {"status": "Enabled", "event_threshold": {"minutes": 15}}


def test_copies_are_measured_even_without_time_control(recoverable: Environment) -> None:
    template = synthesize(recoverable, photos=BucketSettings(replication=ReplicationSettings(time_control=False)))

    destination = rule(template)["destination"]
    assert "replication_time" not in destination
    assert destination["metrics"] == {"status": "Enabled"}


@pytest.mark.parametrize(("delete_markers", "status"), [(True, "Enabled"), (False, "Disabled")])
def test_delete_markers_are_copied_as_set(recoverable: Environment, *, delete_markers: bool, status: str) -> None:
    settings = BucketSettings(replication=ReplicationSettings(delete_markers=delete_markers))

    assert rule(synthesize(recoverable, photos=settings))["delete_marker_replication"] == {"status": status}


def test_changes_of_copies_are_copied_back_only_where_set(recoverable: Environment, by_default: Template) -> None:
    settings = BucketSettings(replication=ReplicationSettings(replica_modifications=True))

    criteria = rule(synthesize(recoverable, photos=settings))["source_selection_criteria"]
    assert criteria["replica_modifications"] == {"status": "Enabled"}
    assert "replica_modifications" not in rule(by_default)["source_selection_criteria"]


def test_only_the_role_of_the_bucket_replicates_into_its_copy(by_default: Template) -> None:
    policy = statements(of(by_default, "aws_s3_bucket_policy", "photos-replica")["policy"])

    others = policy["DenyReplicationByOthers"]
    assert others["Effect"] == "Deny"
    role = by_default.one("aws_iam_role", name="tierstore-test-photos-replication")["name"]
    assert others["Condition"] == {"ArnNotEquals": {"aws:PrincipalArn": f"arn:aws:iam::123456789012:role/{role}"}}


def test_a_copy_refuses_what_the_original_refuses(by_default: Template) -> None:
    original, copy = (
        statements(of(by_default, "aws_s3_bucket_policy", bucket)["policy"]) for bucket in ("photos", "photos-replica")
    )

    assert copy.keys() == original.keys() | {"DenyReplicationByOthers"}


def test_replication_waits_until_both_sides_are_ready(by_default: Template) -> None:
    configuration = of(by_default, "aws_s3_bucket_replication_configuration", "photos")

    awaited = " ".join(configuration["depends_on"])
    assert "aws_iam_role_policy.buckets_photos-replication_permissions" in awaited
    assert "buckets_photos-replica_" in awaited


def test_access_to_copies_is_logged_in_their_region(by_default: Template) -> None:
    logs = by_default.address("aws_s3_bucket", bucket=f"{NAME}-logs-replica")

    logging = of(by_default, "aws_s3_bucket_logging", "photos-replica")
    assert (logging["target_bucket"], logging["target_prefix"]) == (f"${{{logs}.id}}", "photos/")
    policy = statements(of(by_default, "aws_s3_bucket_policy", "logs-replica")["policy"])
    assert policy["AllowLogDelivery"]["Condition"]["ArnEquals"]["aws:SourceArn"] == [
        f"arn:aws:s3:::{NAME}-photos-replica",
        f"arn:aws:s3:::{NAME}-films-replica",
    ]


def test_a_bucket_is_not_copied_where_it_is_set_so(recoverable: Environment) -> None:
    template = synthesize(recoverable, photos=BucketSettings(replication=None))

    assert f"{NAME}-photos-replica" not in {each["bucket"] for each in template.all("aws_s3_bucket")}
    assert len(template.all("aws_s3_bucket_replication_configuration")) == 2


def test_copies_are_locked_as_their_originals(recoverable: Environment) -> None:
    template = synthesize(recoverable, photos=BucketSettings(object_lock=ObjectLock(days=30)))

    original, copy = (
        of(template, "aws_s3_bucket_object_lock_configuration", bucket) for bucket in ("photos", "photos-replica")
    )
    assert copy["rule"] == original["rule"]


def test_copies_can_belong_to_another_account(recoverable: Environment) -> None:
    settings = BucketSettings(replication=ReplicationSettings(destination=FOREIGN))
    template = synthesize(recoverable, photos=settings)

    destination = rule(template)["destination"]
    assert destination["bucket"] == "arn:aws:s3:::their-copies"
    assert destination["account"] == "210987654321"
    assert destination["access_control_translation"] == {"owner": "Destination"}
    assert destination["encryption_configuration"] == {"replica_kms_key_id": FOREIGN.kms_key_arn}
    assert f"{NAME}-photos-replica" not in {each["bucket"] for each in template.all("aws_s3_bucket")}


def test_the_key_of_another_account_is_used_through_s3_of_its_region(recoverable: Environment) -> None:
    settings = BucketSettings(replication=ReplicationSettings(destination=FOREIGN))
    template = synthesize(recoverable, photos=settings)

    role = template.address("aws_iam_role", name="tierstore-test-photos-replication")
    policy = statements(template.one("aws_iam_role_policy", role=f"${{{role}.name}}")["policy"])
    assert policy["EncryptCopies"]["Condition"]["StringEquals"]["kms:ViaService"] == "s3.eu-west-3.amazonaws.com"
