"""One bucket with everything that makes it safe."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

from cdktf import TerraformResource, TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.s3_bucket import S3Bucket
from cdktf_cdktf_provider_aws.s3_bucket_intelligent_tiering_configuration import (
    S3BucketIntelligentTieringConfiguration,
)
from cdktf_cdktf_provider_aws.s3_bucket_lifecycle_configuration import S3BucketLifecycleConfiguration
from cdktf_cdktf_provider_aws.s3_bucket_logging import (
    S3BucketLoggingA,
    S3BucketLoggingTargetObjectKeyFormat,
    S3BucketLoggingTargetObjectKeyFormatPartitionedPrefix,
)
from cdktf_cdktf_provider_aws.s3_bucket_ownership_controls import (
    S3BucketOwnershipControls,
    S3BucketOwnershipControlsRule,
)
from cdktf_cdktf_provider_aws.s3_bucket_policy import S3BucketPolicy
from cdktf_cdktf_provider_aws.s3_bucket_public_access_block import S3BucketPublicAccessBlock
from cdktf_cdktf_provider_aws.s3_bucket_server_side_encryption_configuration import (
    S3BucketServerSideEncryptionConfigurationA,
    S3BucketServerSideEncryptionConfigurationRuleA,
    S3BucketServerSideEncryptionConfigurationRuleApplyServerSideEncryptionByDefaultA,
)
from cdktf_cdktf_provider_aws.s3_bucket_versioning import (
    S3BucketVersioningA,
    S3BucketVersioningVersioningConfiguration,
)
from constructs import Construct

from environments.schema import BucketSettings
from modules.checkov import suppress
from modules.policy import Statement, document
from modules.s3.lifecycle import archive_tiers, lifecycle_rules


class Bucket(Construct):
    """A private, versioned, encrypted bucket with a policy and a lifecycle.

    Encrypted with the KMS key `key_arn`, or with S3's own where it is None. `statements` is its whole policy.
    `suppressions` are checks of Checkov that the bucket fails on purpose, each with its reason.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        name: str,
        settings: BucketSettings,
        key_arn: str | None,
        statements: Sequence[Statement],
        suppressions: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(scope, id_)
        self.key_arn = key_arn
        bucket = S3Bucket(
            self,
            "bucket",
            bucket=name,
            force_destroy=settings.force_destroy,
            # S3 refuses to delete what is not empty, but when the rest of the stack is gone; this refuses the plan.
            lifecycle=TerraformResourceLifecycle(prevent_destroy=not settings.force_destroy),
            tags={"Name": name},
        )
        if suppressions:
            suppress(bucket, suppressions)
        self.name: str = bucket.bucket
        self.arn: str = bucket.arn
        self._id = bucket.id
        self._policy = S3BucketPolicy(self, "policy", bucket=bucket.id, policy=document(statements))
        changes: list[TerraformResource] = [
            S3BucketOwnershipControls(
                self,
                "ownership",
                bucket=bucket.id,
                rule=S3BucketOwnershipControlsRule(object_ownership="BucketOwnerEnforced"),
            ),
            S3BucketPublicAccessBlock(
                self,
                "public-access",
                bucket=bucket.id,
                block_public_acls=True,
                block_public_policy=True,
                ignore_public_acls=True,
                restrict_public_buckets=True,
            ),
            S3BucketVersioningA(
                self,
                "versioning",
                bucket=bucket.id,
                versioning_configuration=S3BucketVersioningVersioningConfiguration(
                    status="Enabled" if settings.versioning else "Suspended"
                ),
            ),
            S3BucketServerSideEncryptionConfigurationA(
                self, "encryption", bucket=bucket.id, rule=[_encryption_rule(key_arn)]
            ),
            self._policy,
        ]
        tiers = archive_tiers(settings)
        if tiers:
            changes.append(
                S3BucketIntelligentTieringConfiguration(
                    self, "archive", bucket=bucket.id, name="archive", tiering=tiers
                )
            )
        changes.append(
            S3BucketLifecycleConfiguration(self, "lifecycle", bucket=bucket.id, rule=lifecycle_rules(settings))
        )
        # S3 refuses changes to one bucket that happen at the same time.
        for before, after in pairwise(changes):
            after.depends_on = [f"{before.terraform_resource_type}.{before.friendly_unique_id}"]
        self._last_change = changes[-1]

    def log_access_to(self, logs: Bucket, *, prefix: str) -> None:
        """Deliver the bucket's access logs to the bucket `logs`, under `prefix` and by day of the event."""
        S3BucketLoggingA(
            self,
            "access-logs",
            bucket=self._id,
            target_bucket=logs._id,
            target_prefix=prefix,
            target_object_key_format=S3BucketLoggingTargetObjectKeyFormat(
                partitioned_prefix=S3BucketLoggingTargetObjectKeyFormatPartitionedPrefix(
                    partition_date_source="EventTime"
                )
            ),
            # S3 checks that it may write there when logging is turned on.
            depends_on=[self._last_change, logs._policy],
        )


def _encryption_rule(key_arn: str | None) -> S3BucketServerSideEncryptionConfigurationRuleA:
    by_default = S3BucketServerSideEncryptionConfigurationRuleApplyServerSideEncryptionByDefaultA(
        sse_algorithm="AES256" if key_arn is None else "aws:kms", kms_master_key_id=key_arn
    )
    return S3BucketServerSideEncryptionConfigurationRuleA(
        apply_server_side_encryption_by_default=by_default, bucket_key_enabled=key_arn is not None
    )
