"""One bucket with everything that makes it safe."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from cdktf import TerraformProvider, TerraformResource, TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.s3_bucket import S3Bucket
from cdktf_cdktf_provider_aws.s3_bucket_cors_configuration import S3BucketCorsConfiguration
from cdktf_cdktf_provider_aws.s3_bucket_intelligent_tiering_configuration import (
    S3BucketIntelligentTieringConfiguration,
)
from cdktf_cdktf_provider_aws.s3_bucket_lifecycle_configuration import S3BucketLifecycleConfiguration
from cdktf_cdktf_provider_aws.s3_bucket_metric import S3BucketMetric
from cdktf_cdktf_provider_aws.s3_bucket_notification import S3BucketNotification
from cdktf_cdktf_provider_aws.s3_bucket_object_lock_configuration import (
    S3BucketObjectLockConfigurationA,
    S3BucketObjectLockConfigurationRuleA,
    S3BucketObjectLockConfigurationRuleDefaultRetentionA,
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

from environments.schema import BucketSettings, ObjectLock
from modules.checkov import suppress
from modules.policy import Statement, document
from modules.s3.browsers import cors_rule
from modules.s3.lifecycle import archive_tiers, lifecycle_rules
from monitoring.s3 import WHOLE_BUCKET


class Bucket(Construct):
    """A private, versioned, encrypted bucket with a policy and a lifecycle, which tells EventBridge of its objects.

    Encrypted with the KMS key `key_arn`, or with S3's own where it is None. `statements` is its whole policy.
    `suppressions` are checks of Checkov that the bucket fails on purpose, each with its reason. `provider` is that of
    another region, None that of the stack.
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
        provider: TerraformProvider | None = None,
    ) -> None:
        super().__init__(scope, id_)
        self.key_arn = key_arn
        self.provider = provider
        bucket = S3Bucket(
            self,
            "bucket",
            provider=provider,
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
        self.id: str = bucket.id
        self.policy = S3BucketPolicy(self, "policy", provider=provider, bucket=bucket.id, policy=document(statements))
        self._last_change: TerraformResource = bucket
        for change in self._protections(settings):
            self.follow(change)
        self.protected: TerraformResource = self._last_change
        """The change after which the bucket keeps what it is given, as a bucket for copies has to."""
        for change in (self.policy, *self._conveniences(settings)):
            self.follow(change)

    def follow(self, change: TerraformResource, *, after: Sequence[TerraformResource] = ()) -> None:
        """Let a change of the bucket wait for the one before, since S3 refuses those that happen at the same time."""
        change.depends_on = [_address(before) for before in (self._last_change, *after)]
        self._last_change = change

    def let_in_after(self, changes: Sequence[TerraformResource]) -> None:
        """Let the policy wait for the changes that make whom it names, since S3 takes no policy that names nobody."""
        self.policy.depends_on = [*(self.policy.depends_on or ()), *map(_address, changes)]

    def _protections(self, settings: BucketSettings) -> Iterator[TerraformResource]:
        yield S3BucketOwnershipControls(
            self,
            "ownership",
            provider=self.provider,
            bucket=self.id,
            rule=S3BucketOwnershipControlsRule(object_ownership="BucketOwnerEnforced"),
        )
        yield S3BucketPublicAccessBlock(
            self,
            "public-access",
            provider=self.provider,
            bucket=self.id,
            block_public_acls=True,
            block_public_policy=True,
            ignore_public_acls=True,
            restrict_public_buckets=True,
        )
        yield S3BucketVersioningA(
            self,
            "versioning",
            provider=self.provider,
            bucket=self.id,
            versioning_configuration=S3BucketVersioningVersioningConfiguration(
                status="Enabled" if settings.versioning else "Suspended"
            ),
        )
        if settings.object_lock:
            yield S3BucketObjectLockConfigurationA(
                self,
                "object-lock",
                provider=self.provider,
                bucket=self.id,
                rule=_retention(settings.object_lock),
            )
        yield S3BucketServerSideEncryptionConfigurationA(
            self, "encryption", provider=self.provider, bucket=self.id, rule=[_encryption_rule(self.key_arn)]
        )

    def _conveniences(self, settings: BucketSettings) -> Iterator[TerraformResource]:
        yield S3BucketNotification(self, "events", provider=self.provider, bucket=self.id, eventbridge=True)
        if settings.cors_origins:
            yield S3BucketCorsConfiguration(
                self,
                "browsers",
                provider=self.provider,
                bucket=self.id,
                cors_rule=[cors_rule(settings.cors_origins)],
            )
        if settings.request_metrics:
            yield S3BucketMetric(self, "request-metrics", provider=self.provider, bucket=self.id, name=WHOLE_BUCKET)
        tiers = archive_tiers(settings)
        if tiers:
            yield S3BucketIntelligentTieringConfiguration(
                self, "archive", provider=self.provider, bucket=self.id, name="archive", tiering=tiers
            )
        yield S3BucketLifecycleConfiguration(
            self, "lifecycle", provider=self.provider, bucket=self.id, rule=lifecycle_rules(settings)
        )


def _address(change: TerraformResource) -> str:
    return f"{change.terraform_resource_type}.{change.friendly_unique_id}"


def _retention(lock: ObjectLock) -> S3BucketObjectLockConfigurationRuleA:
    return S3BucketObjectLockConfigurationRuleA(
        default_retention=S3BucketObjectLockConfigurationRuleDefaultRetentionA(mode=lock.mode.upper(), days=lock.days)
    )


def _encryption_rule(key_arn: str | None) -> S3BucketServerSideEncryptionConfigurationRuleA:
    by_default = S3BucketServerSideEncryptionConfigurationRuleApplyServerSideEncryptionByDefaultA(
        sse_algorithm="AES256" if key_arn is None else "aws:kms", kms_master_key_id=key_arn
    )
    return S3BucketServerSideEncryptionConfigurationRuleA(
        apply_server_side_encryption_by_default=by_default, bucket_key_enabled=key_arn is not None
    )
