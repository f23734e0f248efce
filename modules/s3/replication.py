"""Copies of a bucket's objects in another region."""

from __future__ import annotations

from typing import Final

from cdktf import TerraformResource
from cdktf_cdktf_provider_aws.iam_role import IamRole
from cdktf_cdktf_provider_aws.iam_role_policy import IamRolePolicy
from cdktf_cdktf_provider_aws.s3_bucket_replication_configuration import (
    S3BucketReplicationConfigurationA,
    S3BucketReplicationConfigurationRule,
    S3BucketReplicationConfigurationRuleDeleteMarkerReplication,
    S3BucketReplicationConfigurationRuleDestination,
    S3BucketReplicationConfigurationRuleDestinationAccessControlTranslation,
    S3BucketReplicationConfigurationRuleDestinationEncryptionConfiguration,
    S3BucketReplicationConfigurationRuleDestinationMetrics,
    S3BucketReplicationConfigurationRuleDestinationMetricsEventThreshold,
    S3BucketReplicationConfigurationRuleDestinationReplicationTime,
    S3BucketReplicationConfigurationRuleDestinationReplicationTimeTime,
    S3BucketReplicationConfigurationRuleFilter,
    S3BucketReplicationConfigurationRuleSourceSelectionCriteria,
    S3BucketReplicationConfigurationRuleSourceSelectionCriteriaReplicaModifications,
    S3BucketReplicationConfigurationRuleSourceSelectionCriteriaSseKmsEncryptedObjects,
)
from constructs import Construct

from environments.schema import ReplicationSettings
from modules.policy import document
from modules.s3.bucket import Bucket
from modules.s3.replication_role import Side, render_permissions, render_trust
from monitoring.s3 import REPLICATION_RULE

MINUTES: Final = 15
"""The only threshold that S3 offers (ReplicationTimeValue)."""


class Replication(Construct):
    """A rule that copies every object of a bucket, and the role by which S3 may do that and nothing else.

    `account` is the other account that owns the destination, None where it is of the same account; `ready` the change
    after which the destination takes copies, None where somebody else takes care of that.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        role_name: str,
        bucket: Bucket,
        settings: ReplicationSettings,
        source: Side,
        destination: Side,
        boundary_arn: str,
        account: str | None = None,
        with_locks: bool = False,
        ready: TerraformResource | None = None,
    ) -> None:
        super().__init__(scope, id_)
        role = IamRole(
            self,
            "role",
            name=role_name,
            description="S3 copies the objects of one bucket to another region",
            assume_role_policy=document(render_trust()),
            permissions_boundary=boundary_arn,
            tags={"Name": role_name},
        )
        statements = render_permissions(source, destination, changes_owner=account is not None, with_locks=with_locks)
        permissions = IamRolePolicy(self, "permissions", role=role.name, name="copy", policy=document(statements))
        configuration = S3BucketReplicationConfigurationA(
            self,
            "configuration",
            bucket=bucket.id,
            role=role.arn,
            rule=[
                S3BucketReplicationConfigurationRule(
                    id=REPLICATION_RULE,
                    status="Enabled",
                    priority=1,
                    filter=S3BucketReplicationConfigurationRuleFilter(prefix=""),
                    delete_marker_replication=S3BucketReplicationConfigurationRuleDeleteMarkerReplication(
                        status=_status(settings.delete_markers)
                    ),
                    source_selection_criteria=_selection(settings, encrypted=destination.key_arn is not None),
                    destination=_destination(settings, destination, account=account),
                )
            ],
        )
        bucket.follow(configuration, after=[permissions, *([ready] if ready else [])])


def _destination(
    settings: ReplicationSettings, side: Side, *, account: str | None
) -> S3BucketReplicationConfigurationRuleDestination:
    owner, encryption, threshold, time = None, None, None, None
    if account is not None:
        owner = S3BucketReplicationConfigurationRuleDestinationAccessControlTranslation(owner="Destination")
    if side.key_arn is not None:
        encryption = S3BucketReplicationConfigurationRuleDestinationEncryptionConfiguration(
            replica_kms_key_id=side.key_arn
        )
    if settings.time_control:
        threshold = S3BucketReplicationConfigurationRuleDestinationMetricsEventThreshold(minutes=MINUTES)
        time = S3BucketReplicationConfigurationRuleDestinationReplicationTime(
            status="Enabled", time=S3BucketReplicationConfigurationRuleDestinationReplicationTimeTime(minutes=MINUTES)
        )
    return S3BucketReplicationConfigurationRuleDestination(
        bucket=side.arn,
        storage_class=settings.storage_class,
        account=account,
        access_control_translation=owner,
        encryption_configuration=encryption,
        metrics=S3BucketReplicationConfigurationRuleDestinationMetrics(status="Enabled", event_threshold=threshold),
        replication_time=time,
    )


def _selection(
    settings: ReplicationSettings, *, encrypted: bool
) -> S3BucketReplicationConfigurationRuleSourceSelectionCriteria | None:
    """What is copied beside what S3 copies by itself, which is no object that KMS encrypts; None where nothing is."""
    if not encrypted and not settings.replica_modifications:
        return None
    objects, modifications = None, None
    if encrypted:
        objects = S3BucketReplicationConfigurationRuleSourceSelectionCriteriaSseKmsEncryptedObjects(status="Enabled")
    if settings.replica_modifications:
        modifications = S3BucketReplicationConfigurationRuleSourceSelectionCriteriaReplicaModifications(
            status="Enabled"
        )
    return S3BucketReplicationConfigurationRuleSourceSelectionCriteria(
        sse_kms_encrypted_objects=objects, replica_modifications=modifications
    )


def _status(enabled: bool) -> str:  # noqa: FBT001 - its only argument
    return "Enabled" if enabled else "Disabled"
