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
        IntelligentTieringConfigurationOutputTypeDef,
        LifecycleRuleOutputTypeDef,
        LoggingEnabledOutputTypeDef,
        PublicAccessBlockConfigurationTypeDef,
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
