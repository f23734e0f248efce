from __future__ import annotations

import pytest

from environments import Environment
from environments.schema import BucketSettings, ObjectLock
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
    "aws_s3_bucket_notification",
    "aws_s3_bucket_metric",
    "aws_s3_bucket_lifecycle_configuration",
    "aws_s3_bucket_logging",
    "aws_s3_bucket_inventory",
)


def buckets(environment: Environment, settings: BucketSettings | None = None) -> Template:
    chosen = environment.model_copy(update={"buckets": {"photos": settings} if settings else {}})
    return synthesized(
        lambda stack: Buckets(
            stack,
            "buckets",
            environment=chosen,
            declared=DECLARED,
            key_arn="arn:key",
            replica_key=None,
            boundary_arn="arn:boundary",
        )
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
        "DenyCustomerKeys",
        "DenyWrongOrMissingEncryption",
        "DenyWrongOrMissingKey",
    }


def test_a_bucket_that_takes_exports_of_redis_asks_nobody_else_for_less(environment: Environment) -> None:
    policy = statements(
        of(buckets(environment, BucketSettings(redis_exports=True)), "aws_s3_bucket_policy", "photos")["policy"]
    )

    exporter = "eu-central-1.elasticache-snapshot.amazonaws.com"
    for allowed in ("AllowRedisExportsToLook", "AllowRedisExports"):
        assert policy[allowed]["Principal"] == {"Service": exporter}
        assert policy[allowed]["Condition"] == {"StringEqualsIfExists": {"aws:SourceAccount": "123456789012"}}
    for denied in ("DenyWrongOrMissingEncryption", "DenyWrongOrMissingKey"):
        assert policy[denied]["Condition"]["StringNotEquals"]["aws:PrincipalServiceName"] == exporter


def test_the_policy_of_the_log_bucket_lets_logs_of_the_others_in(by_default: Template) -> None:
    policy = statements(of(by_default, "aws_s3_bucket_policy", "logs")["policy"])

    assert policy.keys() == {
        "DenyInsecureTransport",
        "DenyOldTls",
        "DenyCustomerKeys",
        "AllowBackupReports",
        "AllowLogDelivery",
        "AllowReportDelivery",
    }
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


def test_every_bucket_tells_eventbridge_of_its_objects(by_default: Template) -> None:
    assert [each["eventbridge"] for each in by_default.all("aws_s3_bucket_notification")] == [True] * 3


def test_requests_are_measured_unless_set_otherwise(environment: Environment, by_default: Template) -> None:
    unmeasured = buckets(environment, BucketSettings(request_metrics=False))

    assert of(by_default, "aws_s3_bucket_metric", "photos")["name"] == "EntireBucket"
    assert len(unmeasured.all("aws_s3_bucket_metric")) == len(by_default.all("aws_s3_bucket_metric")) - 1


def test_objects_are_locked_only_where_set(environment: Environment, by_default: Template) -> None:
    locked = buckets(environment, BucketSettings(object_lock=ObjectLock(mode="compliance", days=30)))

    lock = of(locked, "aws_s3_bucket_object_lock_configuration", "photos")
    assert lock["rule"] == {"default_retention": {"mode": "COMPLIANCE", "days": 30}}
    assert by_default.all("aws_s3_bucket_object_lock_configuration") == []


def test_versions_are_kept_before_they_are_locked(environment: Environment) -> None:
    locked = buckets(environment, BucketSettings(object_lock=ObjectLock(days=30)))

    versioning = of(locked, "aws_s3_bucket_versioning", "photos")
    lock = of(locked, "aws_s3_bucket_object_lock_configuration", "photos")
    assert locked.address("aws_s3_bucket_versioning", bucket=versioning["bucket"]) in lock["depends_on"]


def test_pages_upload_only_where_they_are_named(environment: Environment, by_default: Template) -> None:
    open_to_pages = buckets(environment, BucketSettings(cors_origins=("https://app.example.org",)))

    (rule,) = of(open_to_pages, "aws_s3_bucket_cors_configuration", "photos")["cors_rule"]
    assert rule["allowed_origins"] == ["https://app.example.org"]
    assert "*" not in rule["allowed_headers"]
    assert by_default.all("aws_s3_bucket_cors_configuration") == []


def test_an_inventory_goes_to_the_bucket_for_logs(environment: Environment, by_default: Template) -> None:
    logs = by_default.address("aws_s3_bucket", bucket="tierstore-test-123456789012-logs")
    daily = buckets(environment, BucketSettings(inventory="daily"))

    weekly = of(by_default, "aws_s3_bucket_inventory", "photos")
    assert weekly["schedule"] == {"frequency": "Weekly"}
    assert weekly["destination"]["bucket"]["bucket_arn"] == f"${{{logs}.arn}}"
    assert of(daily, "aws_s3_bucket_inventory", "photos")["schedule"] == {"frequency": "Daily"}


def test_an_analysis_is_made_only_where_set(environment: Environment, by_default: Template) -> None:
    analysed = buckets(environment, BucketSettings(storage_class_analysis=True))

    analysis = of(analysed, "aws_s3_bucket_analytics_configuration", "photos")["storage_class_analysis"]
    destination = analysis["data_export"]["destination"]["s3_bucket_destination"]
    assert destination["prefix"] == "storage-class-analysis"
    assert by_default.all("aws_s3_bucket_analytics_configuration") == []


def test_only_reports_that_are_made_may_be_delivered(environment: Environment, by_default: Template) -> None:
    name = "arn:aws:s3:::tierstore-test-123456789012-logs"
    analysed = buckets(environment, BucketSettings(storage_class_analysis=True))

    delivered, more = (
        statements(of(template, "aws_s3_bucket_policy", "logs")["policy"])["AllowReportDelivery"]["Resource"]
        for template in (by_default, analysed)
    )
    assert delivered == [f"{name}/inventory/*"]
    assert more == [f"{name}/inventory/*", f"{name}/storage-class-analysis/*"]


def test_without_a_disaster_recovery_region_nothing_is_copied(by_default: Template) -> None:
    assert by_default.all("aws_s3_bucket_replication_configuration") == []
    assert by_default.all("aws_iam_role") == []
