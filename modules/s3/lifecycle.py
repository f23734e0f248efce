"""What S3 does with objects as they age."""

from __future__ import annotations

from typing import Any

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
    S3BucketLifecycleConfigurationRuleFilterAnd as FilterAnd,
)
from cdktf_cdktf_provider_aws.s3_bucket_lifecycle_configuration import (
    S3BucketLifecycleConfigurationRuleFilterTag as FilterTag,
)
from cdktf_cdktf_provider_aws.s3_bucket_lifecycle_configuration import (
    S3BucketLifecycleConfigurationRuleNoncurrentVersionExpiration as NoncurrentVersionExpiration,
)
from cdktf_cdktf_provider_aws.s3_bucket_lifecycle_configuration import (
    S3BucketLifecycleConfigurationRuleTransition as Transition,
)

from environments.schema import BucketSettings, LifecycleRule


def lifecycle_rules(settings: BucketSettings) -> list[Rule]:
    """The rules of a bucket: those for every object in it, then those for some."""
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
    return [*rules, *(_rule_for_some(rule) for rule in settings.lifecycle)]


def _rule_for_some(rule: LifecycleRule) -> Rule:
    transition, expiration = None, None
    if rule.transition_days is not None:
        transition = [Transition(days=rule.transition_days, storage_class=rule.storage_class)]
    if rule.expiration_days is not None:
        expiration = [Expiration(days=rule.expiration_days)]
    return Rule(id=rule.id, status="Enabled", filter=[_filter(rule)], transition=transition, expiration=expiration)


def _filter(rule: LifecycleRule) -> Filter:
    """S3 takes one criterion as it is, and several of them together."""
    criteria: dict[str, Any] = {
        "prefix": rule.prefix or None,
        "object_size_greater_than": rule.larger_than_bytes,
        "object_size_less_than": rule.smaller_than_bytes,
    }
    stated = {name: value for name, value in criteria.items() if value is not None}
    match len(stated), list(rule.tags.items()):
        case 1, []:
            return Filter(**stated)
        case 0, [(key, value)]:
            return Filter(tag=[FilterTag(key=key, value=value)])
        case _:
            return Filter(and_=[FilterAnd(tags=rule.tags or None, **stated)])


def archive_tiers(settings: BucketSettings) -> list[Tiering]:
    """The tiers of Intelligent-Tiering that an object has to be restored from; none unless they are asked for."""
    days = {
        "ARCHIVE_ACCESS": settings.archive_access_days,
        "DEEP_ARCHIVE_ACCESS": settings.deep_archive_access_days,
    }
    return [Tiering(access_tier=tier, days=after) for tier, after in days.items() if after is not None]
