"""What S3 says of a bucket; a sub-resource that was never configured is None."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final, TypeVar

from botocore.exceptions import ClientError

from validation.attempt import error_code
from validation.clients import Clients
from validation.framework.result import Unmet

if TYPE_CHECKING:
    from mypy_boto3_s3.type_defs import (
        AnalyticsConfigurationOutputTypeDef,
        CORSRuleOutputTypeDef,
        IntelligentTieringConfigurationOutputTypeDef,
        InventoryConfigurationOutputTypeDef,
        LifecycleRuleOutputTypeDef,
        LoggingEnabledOutputTypeDef,
        MetricsConfigurationOutputTypeDef,
        ObjectLockConfigurationTypeDef,
        PublicAccessBlockConfigurationTypeDef,
        ReplicationConfigurationOutputTypeDef,
        ServerSideEncryptionRuleOutputTypeDef,
    )

T = TypeVar("T")

_SPECIAL_REGIONS: Final[Mapping[str | None, str]] = {None: "us-east-1", "": "us-east-1", "EU": "eu-west-1"}
"""What GetBucketLocation calls otherwise than everybody else (S3 API reference)."""


def region(clients: Clients, bucket: str) -> str:
    """Where the bucket lives; raises `Unmet` where there is no such bucket, as every function here does."""
    location = _ask(bucket, lambda: clients.s3.get_bucket_location(Bucket=bucket)["LocationConstraint"])
    return _SPECIAL_REGIONS.get(location, location)


def policy(clients: Clients, bucket: str) -> str | None:
    """The bucket policy, a JSON document."""
    return _ask_unless_absent(
        bucket, lambda: clients.s3.get_bucket_policy(Bucket=bucket)["Policy"], absent="NoSuchBucketPolicy"
    )


def encryption(clients: Clients, bucket: str) -> ServerSideEncryptionRuleOutputTypeDef | None:
    """The rule for objects that come without encryption headers."""
    return _ask_unless_absent(
        bucket,
        lambda: clients.s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"][0],
        absent="ServerSideEncryptionConfigurationNotFoundError",
    )


def versioning(clients: Clients, bucket: str) -> str | None:
    """Enabled, Suspended, or None where it was never enabled."""
    return _ask(bucket, lambda: clients.s3.get_bucket_versioning(Bucket=bucket).get("Status"))


def public_access_block(clients: Clients, bucket: str) -> PublicAccessBlockConfigurationTypeDef | None:
    """Which kinds of public access are blocked."""
    return _ask_unless_absent(
        bucket,
        lambda: clients.s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"],
        absent="NoSuchPublicAccessBlockConfiguration",
    )


def lifecycle(clients: Clients, bucket: str) -> list[LifecycleRuleOutputTypeDef]:
    """The lifecycle rules; none where there is no lifecycle."""
    rules = _ask_unless_absent(
        bucket,
        lambda: clients.s3.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"],
        absent="NoSuchLifecycleConfiguration",
    )
    return rules or []


def ownership(clients: Clients, bucket: str) -> str | None:
    """Who owns objects that other accounts upload."""
    return _ask_unless_absent(
        bucket,
        lambda: clients.s3.get_bucket_ownership_controls(Bucket=bucket)["OwnershipControls"]["Rules"][0][
            "ObjectOwnership"
        ],
        absent="OwnershipControlsNotFoundError",
    )


def logging(clients: Clients, bucket: str) -> LoggingEnabledOutputTypeDef | None:
    """Where access logs go."""
    return _ask(bucket, lambda: clients.s3.get_bucket_logging(Bucket=bucket).get("LoggingEnabled"))


def archive_configurations(clients: Clients, bucket: str) -> list[IntelligentTieringConfigurationOutputTypeDef]:
    """The configurations of Intelligent-Tiering's archive tiers."""
    return _ask(
        bucket,
        lambda: clients.s3.list_bucket_intelligent_tiering_configurations(Bucket=bucket).get(
            "IntelligentTieringConfigurationList", []
        ),
    )


def replication(clients: Clients, bucket: str) -> ReplicationConfigurationOutputTypeDef | None:
    """Where objects are copied, and by which role."""
    return _ask_unless_absent(
        bucket,
        lambda: clients.s3.get_bucket_replication(Bucket=bucket)["ReplicationConfiguration"],
        absent="ReplicationConfigurationNotFoundError",
    )


def object_lock(clients: Clients, bucket: str) -> ObjectLockConfigurationTypeDef | None:
    """For how long versions are locked."""
    return _ask_unless_absent(
        bucket,
        lambda: clients.s3.get_object_lock_configuration(Bucket=bucket)["ObjectLockConfiguration"],
        absent="ObjectLockConfigurationNotFoundError",
    )


def cors(clients: Clients, bucket: str) -> list[CORSRuleOutputTypeDef]:
    """What web pages of other origins may do."""
    rules = _ask_unless_absent(
        bucket, lambda: clients.s3.get_bucket_cors(Bucket=bucket)["CORSRules"], absent="NoSuchCORSConfiguration"
    )
    return rules or []


def tells_eventbridge(clients: Clients, bucket: str) -> bool:
    """Whether events of the bucket go to EventBridge."""
    return _ask(
        bucket, lambda: "EventBridgeConfiguration" in clients.s3.get_bucket_notification_configuration(Bucket=bucket)
    )


def inventories(clients: Clients, bucket: str) -> list[InventoryConfigurationOutputTypeDef]:
    """Which lists of objects are delivered."""
    return _ask(
        bucket,
        lambda: clients.s3.list_bucket_inventory_configurations(Bucket=bucket).get("InventoryConfigurationList", []),
    )


def analyses(clients: Clients, bucket: str) -> list[AnalyticsConfigurationOutputTypeDef]:
    """Which analyses of the storage class are made."""
    return _ask(
        bucket,
        lambda: clients.s3.list_bucket_analytics_configurations(Bucket=bucket).get("AnalyticsConfigurationList", []),
    )


def request_metrics(clients: Clients, bucket: str) -> list[MetricsConfigurationOutputTypeDef]:
    """Which requests are measured."""
    return _ask(
        bucket,
        lambda: clients.s3.list_bucket_metrics_configurations(Bucket=bucket).get("MetricsConfigurationList", []),
    )


def _ask(bucket: str, question: Callable[[], T]) -> T:
    try:
        return question()
    except ClientError as error:
        if error_code(error) in ("NoSuchBucket", "404"):
            raise Unmet(f"bucket {bucket}", expected="exists", found="does not exist") from None
        raise


def _ask_unless_absent(bucket: str, question: Callable[[], T], *, absent: str) -> T | None:
    """`absent` is the error code by which S3 says that there is no such configuration."""
    try:
        return _ask(bucket, question)
    except ClientError as error:
        if error_code(error) == absent:
            return None
        raise
