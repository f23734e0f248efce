from __future__ import annotations

import pytest

from environments import Environment
from environments.schema import BucketSettings
from modules.s3 import Buckets
from tests.modules.template import Block, Template, statements, synthesized
from tierstore.declaration.buckets import Bucket

DECLARED = (
    Bucket(name="photos", description="Photos"),
    Bucket(name="films", description="Films"),
    Bucket(name="logs", description="Access logs", receives_access_logs=True),
)
SUB_RESOURCES = (
    "aws_s3_bucket_ownership_controls",
    "aws_s3_bucket_public_access_block",
    "aws_s3_bucket_versioning",
    "aws_s3_bucket_server_side_encryption_configuration",
    "aws_s3_bucket_policy",
    "aws_s3_bucket_lifecycle_configuration",
    "aws_s3_bucket_logging",
)


def buckets(environment: Environment, settings: BucketSettings | None = None) -> Template:
    chosen = environment.model_copy(update={"buckets": {"photos": settings} if settings else {}})
    return synthesized(
        lambda stack: Buckets(stack, "buckets", environment=chosen, declared=DECLARED, key_arn="arn:key")
    )


@pytest.fixture(scope="module")
def by_default(environment: Environment) -> Template:
    return buckets(environment)


def of(template: Template, kind: str, bucket: str) -> Block:
    """The resource of a type that belongs to a bucket, by the bucket's declared name."""
    address = template.address("aws_s3_bucket", bucket=f"tierstore-test-123456789012-{bucket}")
    return template.one(kind, bucket=f"${{{address}.id}}")


def rules(template: Template) -> dict[str, Block]:
    lifecycle = of(template, "aws_s3_bucket_lifecycle_configuration", "photos")
    return {rule["id"]: rule for rule in lifecycle["rule"]}


def test_names_are_unique_in_all_of_aws(by_default: Template) -> None:
    assert {bucket["bucket"] for bucket in by_default.all("aws_s3_bucket")} == {
        "tierstore-test-123456789012-photos",
        "tierstore-test-123456789012-films",
        "tierstore-test-123456789012-logs",
    }


@pytest.mark.parametrize("bucket", ["photos", "films", "logs"])
def test_nothing_is_public(by_default: Template, bucket: str) -> None:
    block = of(by_default, "aws_s3_bucket_public_access_block", bucket)

    names = ("block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets")
    assert all(block[name] is True for name in names)


@pytest.mark.parametrize("bucket", ["photos", "films", "logs"])
def test_the_owner_of_the_bucket_owns_its_objects(by_default: Template, bucket: str) -> None:
    controls = of(by_default, "aws_s3_bucket_ownership_controls", bucket)

    assert controls["rule"] == {"object_ownership": "BucketOwnerEnforced"}


def test_versions_are_kept_unless_set_otherwise(environment: Environment, by_default: Template) -> None:
    suspended = buckets(environment, BucketSettings(versioning=False))

    kept, lost = (of(each, "aws_s3_bucket_versioning", "photos") for each in (by_default, suspended))
    assert kept["versioning_configuration"] == {"status": "Enabled"}
    assert lost["versioning_configuration"] == {"status": "Suspended"}


def test_data_is_encrypted_with_the_given_key(by_default: Template) -> None:
    encryption = of(by_default, "aws_s3_bucket_server_side_encryption_configuration", "photos")

    assert encryption["rule"] == [
        {
            "apply_server_side_encryption_by_default": {
                "sse_algorithm": "aws:kms",
                "kms_master_key_id": "arn:key",
            },
            "bucket_key_enabled": True,
        }
    ]


def test_access_logs_are_encrypted_with_the_key_of_s3(by_default: Template) -> None:
    encryption = of(by_default, "aws_s3_bucket_server_side_encryption_configuration", "logs")

    assert encryption["rule"] == [
        {
            "apply_server_side_encryption_by_default": {"sse_algorithm": "AES256"},
            "bucket_key_enabled": False,
        }
    ]


def test_the_policy_of_a_data_bucket_grants_nothing(by_default: Template) -> None:
    policy = statements(of(by_default, "aws_s3_bucket_policy", "photos")["policy"])

    assert {statement["Effect"] for statement in policy.values()} == {"Deny"}
    assert policy.keys() == {
        "DenyInsecureTransport",
        "DenyOldTls",
        "DenyWrongOrMissingEncryption",
        "DenyWrongOrMissingKey",
    }


def test_the_policy_of_the_log_bucket_lets_logs_of_the_others_in(by_default: Template) -> None:
    policy = statements(of(by_default, "aws_s3_bucket_policy", "logs")["policy"])

    assert policy.keys() == {"DenyInsecureTransport", "DenyOldTls", "AllowLogDelivery"}
    assert policy["AllowLogDelivery"]["Condition"]["ArnEquals"]["aws:SourceArn"] == [
        "arn:aws:s3:::tierstore-test-123456789012-photos",
        "arn:aws:s3:::tierstore-test-123456789012-films",
    ]


def test_access_to_every_other_bucket_is_logged_by_bucket_and_day(by_default: Template) -> None:
    logs = by_default.address("aws_s3_bucket", bucket="tierstore-test-123456789012-logs")

    for bucket in ("photos", "films"):
        logging = of(by_default, "aws_s3_bucket_logging", bucket)
        assert logging["target_bucket"] == f"${{{logs}.id}}"
        assert logging["target_prefix"] == f"{bucket}/"
        assert logging["target_object_key_format"] == {"partitioned_prefix": {"partition_date_source": "EventTime"}}
    assert len(by_default.all("aws_s3_bucket_logging")) == 2


def test_logging_waits_for_the_policy_that_allows_it(by_default: Template) -> None:
    logs = by_default.address("aws_s3_bucket", bucket="tierstore-test-123456789012-logs")
    policy = by_default.address("aws_s3_bucket_policy", bucket=f"${{{logs}.id}}")

    assert policy in of(by_default, "aws_s3_bucket_logging", "photos")["depends_on"]


@pytest.mark.parametrize("bucket", ["photos", "films"])
def test_changes_to_one_bucket_follow_one_another(by_default: Template, bucket: str) -> None:
    before = None
    for kind in SUB_RESOURCES:
        resource = of(by_default, kind, bucket)
        if before:
            assert before in resource["depends_on"]
        before = by_default.address(kind, bucket=resource["bucket"])


def test_incomplete_uploads_are_removed(environment: Environment) -> None:
    rule = rules(buckets(environment, BucketSettings(abort_multipart_days=3)))["incomplete-uploads"]

    assert rule["abort_incomplete_multipart_upload"] == [{"days_after_initiation": 3}]


def test_noncurrent_versions_expire_and_leave_no_marker(environment: Environment) -> None:
    rule = rules(buckets(environment, BucketSettings(noncurrent_version_days=45)))["noncurrent-versions"]

    assert rule["noncurrent_version_expiration"] == [{"noncurrent_days": 45}]
    assert rule["expiration"] == [{"expired_object_delete_marker": True}]


def test_objects_move_to_intelligent_tiering(environment: Environment) -> None:
    rule = rules(buckets(environment, BucketSettings(intelligent_tiering_days=10)))["intelligent-tiering"]

    assert rule["transition"] == [{"days": 10, "storage_class": "INTELLIGENT_TIERING"}]


def test_objects_can_stay_in_standard(environment: Environment) -> None:
    settings = BucketSettings(intelligent_tiering_days=None)

    assert "intelligent-tiering" not in rules(buckets(environment, settings))


def test_current_objects_expire_only_where_set(environment: Environment, by_default: Template) -> None:
    rule = rules(buckets(environment, BucketSettings(expiration_days=365)))["expiration"]

    assert rule["expiration"] == [{"days": 365}]
    assert "expiration" not in rules(by_default)


def test_nothing_is_archived_unless_asked_for(by_default: Template) -> None:
    assert by_default.all("aws_s3_bucket_intelligent_tiering_configuration") == []


def test_objects_nobody_reads_are_archived_where_asked_for(environment: Environment) -> None:
    settings = BucketSettings(archive_access_days=120, deep_archive_access_days=400)

    archive = of(buckets(environment, settings), "aws_s3_bucket_intelligent_tiering_configuration", "photos")

    assert archive["tiering"] == [
        {"access_tier": "ARCHIVE_ACCESS", "days": 120},
        {"access_tier": "DEEP_ARCHIVE_ACCESS", "days": 400},
    ]


def test_objects_survive_a_destroy_unless_set(environment: Environment, by_default: Template) -> None:
    name = "tierstore-test-123456789012-photos"
    forced = buckets(environment, BucketSettings(force_destroy=True))

    kept, gone = (template.one("aws_s3_bucket", bucket=name) for template in (by_default, forced))
    assert (kept["force_destroy"], kept["lifecycle"]) == (False, {"prevent_destroy": True})
    assert (gone["force_destroy"], gone["lifecycle"]) == (True, {"prevent_destroy": False})
