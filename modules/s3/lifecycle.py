"""What S3 does with objects as they age."""

from __future__ import annotations

from cdktf_cdktf_provider_aws.s3_bucket_intelligent_tiering_configuration import (
    S3BucketIntelligentTieringConfigurationTiering as Tiering,
)
from cdktf_cdktf_provider_aws.s3_bucket_lifecycle_configuration import (
    S3BucketLifecycleConfigurationRule as Rule,
)
from cdktf_cdktf_provider_aws.s3_bucket_lifecycle_configuration import (
    S3BucketLifecycleConfigurationRuleAbortIncompleteMultipartUpload as AbortIncompleteMultipartUpload,
)
from cdktf_cdktf_provider_aws.s3_bucket_lifecycle_configuration import (
    S3BucketLifecycleConfigurationRuleExpiration as Expiration,
)
from cdktf_cdktf_provider_aws.s3_bucket_lifecycle_configuration import (
    S3BucketLifecycleConfigurationRuleFilter as Filter,
)
from cdktf_cdktf_provider_aws.s3_bucket_lifecycle_configuration import (
    S3BucketLifecycleConfigurationRuleNoncurrentVersionExpiration as NoncurrentVersionExpiration,
)
from cdktf_cdktf_provider_aws.s3_bucket_lifecycle_configuration import (
    S3BucketLifecycleConfigurationRuleTransition as Transition,
)

from environments.schema import BucketSettings


def lifecycle_rules(settings: BucketSettings) -> list[Rule]:
    """The rules of a bucket, each for every object in it."""
    rules = [
        Rule(
            id="incomplete-uploads",
            status="Enabled",
            filter=[Filter()],
            abort_incomplete_multipart_upload=[
                AbortIncompleteMultipartUpload(days_after_initiation=settings.abort_multipart_days)
            ],
        ),
        # Suspended versioning leaves old versions behind, which have to go as well.
        Rule(
            id="noncurrent-versions",
            status="Enabled",
            filter=[Filter()],
            noncurrent_version_expiration=[
                NoncurrentVersionExpiration(noncurrent_days=settings.noncurrent_version_days)
            ],
            expiration=[Expiration(expired_object_delete_marker=True)],
        ),
    ]
    if settings.intelligent_tiering_days is not None:
        transition = Transition(days=settings.intelligent_tiering_days, storage_class="INTELLIGENT_TIERING")
        rules.append(Rule(id="intelligent-tiering", status="Enabled", filter=[Filter()], transition=[transition]))
    if settings.expiration_days is not None:
        expiration = Expiration(days=settings.expiration_days)
        rules.append(Rule(id="expiration", status="Enabled", filter=[Filter()], expiration=[expiration]))
    return rules


def archive_tiers(settings: BucketSettings) -> list[Tiering]:
    """The tiers of Intelligent-Tiering that an object has to be restored from; none unless they are asked for."""
    days = {
        "ARCHIVE_ACCESS": settings.archive_access_days,
        "DEEP_ARCHIVE_ACCESS": settings.deep_archive_access_days,
    }
    return [Tiering(access_tier=tier, days=after) for tier, after in days.items() if after is not None]
