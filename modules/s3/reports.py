"""What a bucket delivers to the bucket for logs: who accessed it, what is in it, and how long it is read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from cdktf import TerraformResource
from cdktf_cdktf_provider_aws.s3_bucket_analytics_configuration import (
    S3BucketAnalyticsConfiguration,
    S3BucketAnalyticsConfigurationStorageClassAnalysis,
    S3BucketAnalyticsConfigurationStorageClassAnalysisDataExport,
    S3BucketAnalyticsConfigurationStorageClassAnalysisDataExportDestination,
    S3BucketAnalyticsConfigurationStorageClassAnalysisDataExportDestinationS3BucketDestination,
)
from cdktf_cdktf_provider_aws.s3_bucket_inventory import (
    S3BucketInventory,
    S3BucketInventoryDestination,
    S3BucketInventoryDestinationBucket,
    S3BucketInventorySchedule,
)
from cdktf_cdktf_provider_aws.s3_bucket_logging import (
    S3BucketLoggingA,
    S3BucketLoggingTargetObjectKeyFormat,
    S3BucketLoggingTargetObjectKeyFormatPartitionedPrefix,
)

from environments.schema import BucketSettings
from modules.s3.bucket import Bucket

INVENTORY: Final = "inventory"
ANALYSIS: Final = "storage-class-analysis"
"""Names of the configurations, and beginnings of the keys of what they deliver."""

_FIELDS: Final = (
    "BucketKeyStatus",
    "ChecksumAlgorithm",
    "ETag",
    "EncryptionStatus",
    "IntelligentTieringAccessTier",
    "IsMultipartUploaded",
    "LastModifiedDate",
    "ObjectLockLegalHoldStatus",
    "ObjectLockMode",
    "ObjectLockRetainUntilDate",
    "ReplicationStatus",
    "Size",
    "StorageClass",
)


def report_prefixes(settings: Iterable[BucketSettings]) -> list[str]:
    """Where reports go that one of the buckets at least has delivered."""
    buckets = tuple(settings)
    kinds = {
        INVENTORY: any(bucket.inventory for bucket in buckets),
        ANALYSIS: any(bucket.storage_class_analysis for bucket in buckets),
    }
    return [prefix for prefix, is_delivered in kinds.items() if is_delivered]


def deliver_access_logs(bucket: Bucket, *, to: Bucket, prefix: str) -> None:
    """Deliver the access logs of a bucket to another one, under `prefix` and by day of the event."""
    logging = S3BucketLoggingA(
        bucket,
        "access-logs",
        provider=bucket.provider,
        bucket=bucket.id,
        target_bucket=to.id,
        target_prefix=prefix,
        target_object_key_format=S3BucketLoggingTargetObjectKeyFormat(
            partitioned_prefix=S3BucketLoggingTargetObjectKeyFormatPartitionedPrefix(partition_date_source="EventTime")
        ),
    )
    # S3 checks that it may write there when logging is turned on.
    bucket.follow(logging, after=[to.policy])


def deliver_reports(bucket: Bucket, settings: BucketSettings, *, to: Bucket, account: str) -> None:
    """Deliver to the bucket `to` whatever the settings ask for, under a prefix for each kind of report."""
    for report in _reports(bucket, settings, to, account):
        bucket.follow(report, after=[to.policy])


def _reports(bucket: Bucket, settings: BucketSettings, to: Bucket, account: str) -> Iterator[TerraformResource]:
    if settings.inventory:
        yield S3BucketInventory(
            bucket,
            "inventory",
            bucket=bucket.id,
            name=INVENTORY,
            included_object_versions="All",
            optional_fields=list(_FIELDS),
            schedule=S3BucketInventorySchedule(frequency=settings.inventory.capitalize()),
            destination=S3BucketInventoryDestination(
                bucket=S3BucketInventoryDestinationBucket(
                    bucket_arn=to.arn, account_id=account, format="Parquet", prefix=INVENTORY
                )
            ),
        )
    if settings.storage_class_analysis:
        destination = S3BucketAnalyticsConfigurationStorageClassAnalysisDataExportDestinationS3BucketDestination(
            bucket_arn=to.arn, bucket_account_id=account, prefix=ANALYSIS
        )
        yield S3BucketAnalyticsConfiguration(
            bucket,
            "storage-class-analysis",
            bucket=bucket.id,
            name=ANALYSIS,
            storage_class_analysis=S3BucketAnalyticsConfigurationStorageClassAnalysis(
                data_export=S3BucketAnalyticsConfigurationStorageClassAnalysisDataExport(
                    destination=S3BucketAnalyticsConfigurationStorageClassAnalysisDataExportDestination(
                        s3_bucket_destination=destination
                    )
                )
            ),
        )
