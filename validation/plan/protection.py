"""What keeps data from being lost, and must not be taken away unasked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Final

from validation.plan import rules
from validation.plan.finding import Finding, Kind
from validation.plan.hosts import Removed, findings_on_removal
from validation.plan.model import Change, Plan
from validation.plan.rules import (
    Members,
    Rule,
    left,
    lost_entry,
    lowered,
    removed,
    shortened,
    turned_off,
    turned_on,
)

_rule: Final[Callable[..., Rule]] = partial(Rule, kind=Kind.UNPROTECT)

RULES: Final = (
    _rule(
        type="aws_dynamodb_table",
        path="deletion_protection_enabled",
        what="deletion protection is switched off",
        is_weaker=turned_off,
    ),
    _rule(
        type="aws_dynamodb_table",
        path="point_in_time_recovery.enabled",
        what="point-in-time recovery is switched off, and what it kept is deleted",
        is_weaker=turned_off,
    ),
    _rule(
        type="aws_dynamodb_table",
        path="point_in_time_recovery.recovery_period_in_days",
        what="fewer days can be restored from",
        is_weaker=lowered,
    ),
    _rule(
        type="aws_dynamodb_table",
        path="ttl.enabled",
        what="items whose time is over begin to be deleted",
        is_weaker=turned_on,
    ),
    _rule(
        type="aws_dynamodb_table_replica",
        path="deletion_protection_enabled",
        what="deletion protection of the replica is switched off",
        is_weaker=turned_off,
    ),
    _rule(
        type="aws_dynamodb_table_replica",
        path="point_in_time_recovery",
        what="point-in-time recovery of the replica is switched off",
        is_weaker=turned_off,
    ),
    _rule(type="aws_s3_bucket", path="force_destroy", what="destroy may delete every object too", is_weaker=turned_on),
    _rule(
        type="aws_s3_bucket_versioning",
        path="versioning_configuration.status",
        what="versioning is suspended: what is overwritten or deleted from now on is lost",
        is_weaker=left("Enabled"),
    ),
    _rule(
        type="aws_s3_bucket_versioning",
        path="versioning_configuration.mfa_delete",
        what="versions can be deleted without a second factor",
        is_weaker=left("Enabled"),
    ),
    _rule(
        type="aws_s3_bucket_object_lock_configuration",
        path="rule.default_retention.days",
        what="objects are locked for fewer days",
        is_weaker=lowered,
    ),
    _rule(
        type="aws_s3_bucket_object_lock_configuration",
        path="rule.default_retention.years",
        what="objects are locked for fewer years",
        is_weaker=lowered,
    ),
    _rule(
        type="aws_s3_bucket_object_lock_configuration",
        path="rule.default_retention.mode",
        what="whoever may bypass governance can delete locked objects",
        is_weaker=left("COMPLIANCE"),
    ),
    _rule(
        type="aws_elasticache_replication_group",
        path="snapshot_retention_limit",
        what="snapshots are kept for fewer days, or none are taken",
        is_weaker=lowered,
    ),
    _rule(
        type="aws_elasticache_replication_group",
        path="multi_az_enabled",
        what="the loss of one zone is an outage",
        is_weaker=turned_off,
    ),
    _rule(
        type="aws_elasticache_replication_group",
        path="automatic_failover_enabled",
        what="no replica takes over when a primary fails",
        is_weaker=turned_off,
    ),
    _rule(
        type="aws_elasticache_replication_group",
        path="replicas_per_node_group",
        what="fewer replicas hold a copy of each shard",
        is_weaker=lowered,
    ),
    _rule(
        type="aws_elasticache_replication_group",
        path="num_cache_clusters",
        what="fewer nodes hold a copy of the data",
        is_weaker=lowered,
    ),
    _rule(
        type="aws_elasticache_replication_group",
        path="final_snapshot_identifier",
        what="destroy takes no last snapshot",
        is_weaker=removed,
    ),
    _rule(
        type="aws_elasticache_serverless_cache",
        path="snapshot_retention_limit",
        what="snapshots are kept for fewer days, or none are taken",
        is_weaker=lowered,
    ),
    _rule(
        type="aws_kms_key",
        path="is_enabled",
        what="the key is disabled: what it encrypts can't be read",
        is_weaker=turned_off,
    ),
    _rule(
        type="aws_kms_key",
        path="deletion_window_in_days",
        what="a deletion of the key can be revoked for fewer days",
        is_weaker=lowered,
    ),
    _rule(
        type="aws_kms_replica_key",
        path="enabled",
        what="the key is disabled: what it encrypts can't be read",
        is_weaker=turned_off,
    ),
    _rule(
        type="aws_kms_replica_key",
        path="deletion_window_in_days",
        what="a deletion of the key can be revoked for fewer days",
        is_weaker=lowered,
    ),
    _rule(
        type="aws_backup_vault",
        path="force_destroy",
        what="destroy may delete every recovery point too",
        is_weaker=turned_on,
    ),
    _rule(
        type="aws_backup_vault_lock_configuration",
        path="min_retention_days",
        what="recovery points may be deleted earlier",
        is_weaker=lowered,
    ),
    _rule(
        type="aws_backup_vault_lock_configuration",
        path="changeable_for_days",
        what="the lock stays open to changes",
        is_weaker=removed,
    ),
    _rule(
        type="aws_backup_selection",
        path="resources",
        what="something is backed up no longer",
        is_weaker=lost_entry,
    ),
    _rule(
        type="aws_secretsmanager_secret",
        path="recovery_window_in_days",
        what="a deletion can be revoked for fewer days",
        is_weaker=lowered,
    ),
)

REMOVALS: Final = {
    "aws_backup_plan": Removed(kind=Kind.UNPROTECT, what="nothing makes these backups any more"),
    "aws_backup_selection": Removed(kind=Kind.UNPROTECT, what="what it selects is backed up no longer"),
    "aws_backup_vault_lock_configuration": Removed(kind=Kind.UNPROTECT, what="the vault is locked no longer"),
    "aws_s3_bucket_object_lock_configuration": Removed(
        kind=Kind.UNPROTECT, what="new objects of the bucket are locked no longer"
    ),
    "aws_s3_bucket_replication_configuration": Removed(kind=Kind.UNPROTECT, what="the bucket is replicated no longer"),
    "aws_s3_bucket_versioning": Removed(kind=Kind.UNPROTECT, what="versioning of the bucket is suspended"),
}


MEMBERS: Final = (
    Members(
        type="aws_dynamodb_table",
        path="replica",
        key="region_name",
        kind=Kind.UNPROTECT,
        rules={
            "point_in_time_recovery": ("point-in-time recovery of a replica is switched off", turned_off),
            "deletion_protection_enabled": ("deletion protection of a replica is switched off", turned_off),
        },
    ),
    Members(
        type="aws_dynamodb_table",
        path="global_secondary_index",
        key="name",
        kind=Kind.NOTICE,
        on_removal="queries on the index fail from then on",
    ),
    Members(
        type="aws_s3_bucket_lifecycle_configuration",
        path="rule",
        key="id",
        kind=Kind.UNPROTECT,
        inactive=("status", "Disabled"),
        rules={
            "expiration.date": ("objects are deleted", shortened),
            "expiration.days": ("objects are deleted, or earlier than before", shortened),
            "noncurrent_version_expiration.noncurrent_days": ("old versions are deleted earlier", shortened),
        },
        judges_new=True,
    ),
    Members(
        type="aws_s3_bucket_replication_configuration",
        path="rule",
        key="id",
        kind=Kind.UNPROTECT,
        rules={"status": ("objects are replicated no longer", left("Enabled"))},
        on_removal="objects are replicated no longer",
    ),
    Members(
        type="aws_backup_plan",
        path="rule",
        key="rule_name",
        kind=Kind.UNPROTECT,
        rules={
            "lifecycle.delete_after": ("recovery points are deleted earlier", shortened),
            "copy_action": ("recovery points are copied no longer", removed),
            "schedule": ("backups are made no longer", removed),
        },
        on_removal="these backups are made no longer",
    ),
)


def findings(plan: Plan) -> Iterator[Finding]:
    """Every protection that the plan takes away from something that stays."""
    for change in plan.changes:
        yield from weakened(change)
    yield from findings_on_removal(plan, REMOVALS)


def weakened(change: Change) -> Iterator[Finding]:
    """What a change, or drift, of one resource takes away from its own protection."""
    yield from rules.findings(change, RULES)
    for members in MEMBERS:
        yield from members.findings(change)
