"""What keeps data from being lost, and must not be taken away unasked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from validation.plan import rules
from validation.plan.finding import Finding, Kind
from validation.plan.hosts import added_settings, removals
from validation.plan.model import Change, Plan
from validation.plan.parameters import switched_parameters
from validation.plan.rules import Members, Rules
from validation.plan.weaker import (
    any_of,
    changed,
    copied_less,
    evicts_everything,
    expires_other_items,
    gained_entry,
    holds_less,
    left,
    lost_entry,
    lowered,
    narrowed,
    opted_out,
    raised,
    rarer,
    removed,
    shortened,
    turned_off,
    turned_on,
    widened,
)

RULES: Final[Rules] = {
    "aws_backup_restore_testing_selection": {
        "protected_resource_arns": (lost_entry, "recovery points of something are tested no longer"),
    },
    "aws_backup_selection": {
        "not_resources": (gained_entry, "something is backed up no longer"),
        "resources": (lost_entry, "something is backed up no longer"),
        "selection_tag": (lost_entry, "something is backed up no longer"),
    },
    "aws_backup_vault": {
        "force_destroy": (turned_on, "destroy may delete every recovery point too"),
    },
    "aws_backup_region_settings": {
        "resource_type_opt_in_preference": (opted_out, "something is backed up no longer"),
    },
    "aws_backup_vault_lock_configuration": {
        "changeable_for_days": (any_of(removed, raised), "the lock stays open to changes, or for longer"),
        "min_retention_days": (lowered, "recovery points may be deleted earlier"),
    },
    "aws_dynamodb_table": {
        "deletion_protection_enabled": (turned_off, "deletion protection is switched off"),
        "point_in_time_recovery.enabled": (
            turned_off,
            "point-in-time recovery is switched off, and what it kept is deleted",
        ),
        "point_in_time_recovery.recovery_period_in_days": (lowered, "fewer days can be restored from"),
        "ttl": (expires_other_items, "items are deleted whose time was not looked at before"),
    },
    "aws_dynamodb_table_replica": {
        "deletion_protection_enabled": (turned_off, "deletion protection of the replica is switched off"),
        "point_in_time_recovery": (turned_off, "point-in-time recovery of the replica is switched off"),
    },
    "aws_elasticache_parameter_group": {
        "parameter": (evicts_everything, "full nodes evict what does not expire too, such as counts"),
    },
    "aws_elasticache_replication_group": {
        "automatic_failover_enabled": (turned_off, "no replica takes over when a primary fails"),
        "final_snapshot_identifier": (removed, "destroy takes no last snapshot"),
        "global_replication_group_id": (removed, "another region holds no copy any more"),
        "multi_az_enabled": (turned_off, "the loss of one zone is an outage"),
        "num_cache_clusters": (lowered, "fewer nodes hold a copy of the data"),
        "replicas_per_node_group": (lowered, "fewer replicas hold a copy of each shard"),
        "snapshot_retention_limit": (lowered, "snapshots are kept for fewer days, or none are taken"),
    },
    "aws_elasticache_serverless_cache": {
        "cache_usage_limits.data_storage.maximum": (
            shortened,
            "what is stored beyond the limit is evicted, or writes are refused",
        ),
        "snapshot_retention_limit": (lowered, "snapshots are kept for fewer days, or none are taken"),
    },
    "aws_kinesis_stream": {
        "retention_period": (lowered, "changes are kept for fewer hours"),
    },
    "aws_kms_key": {
        "deletion_window_in_days": (lowered, "a deletion of the key can be revoked for fewer days"),
        "is_enabled": (turned_off, "the key is disabled: what it encrypts can't be read"),
    },
    "aws_kms_replica_key": {
        "deletion_window_in_days": (lowered, "a deletion of the key can be revoked for fewer days"),
        "enabled": (turned_off, "the key is disabled: what it encrypts can't be read"),
    },
    "aws_s3_bucket": {
        "force_destroy": (turned_on, "destroy may delete every object too"),
    },
    "aws_s3_bucket_object_lock_configuration": {
        "rule.default_retention.days": (lowered, "objects are locked for fewer days"),
        "rule.default_retention.mode": (left("COMPLIANCE"), "whoever may bypass governance can delete locked objects"),
        "rule.default_retention.years": (lowered, "objects are locked for fewer years"),
    },
    "aws_s3_bucket_versioning": {
        "versioning_configuration.mfa_delete": (left("Enabled"), "versions can be deleted without a second factor"),
        "versioning_configuration.status": (
            left("Enabled"),
            "versioning is suspended: what is overwritten or deleted from now on is lost",
        ),
    },
    "aws_secretsmanager_secret": {
        "recovery_window_in_days": (lowered, "a deletion can be revoked for fewer days"),
    },
}

MEMBERS: Final = (
    Members(
        type="aws_dynamodb_table",
        path="replica",
        key="region_name",
        attributes={
            "deletion_protection_enabled": (turned_off, "deletion protection of a replica is switched off"),
            "point_in_time_recovery": (turned_off, "point-in-time recovery of a replica is switched off"),
        },
    ),
    Members(
        type="aws_s3_bucket_lifecycle_configuration",
        path="rule",
        key="id",
        attributes={
            "expiration.date": (shortened, "objects are deleted"),
            "expiration.days": (shortened, "objects are deleted, or earlier than before"),
            "noncurrent_version_expiration.newer_noncurrent_versions": (shortened, "fewer old versions are kept"),
            "noncurrent_version_expiration.noncurrent_days": (shortened, "old versions are deleted earlier"),
        },
        judges_new=True,
        reach=("filter", widened),
        inactive=("status", "Disabled"),
    ),
    Members(
        type="aws_s3_bucket_replication_configuration",
        path="rule",
        key="id",
        attributes={
            "destination.bucket": (changed, "objects are replicated elsewhere, and no longer where they were"),
            "filter": (narrowed, "some objects are replicated no longer"),
            "source_selection_criteria.sse_kms_encrypted_objects.status": (
                left("Enabled"),
                "objects that KMS encrypts are replicated no longer",
            ),
            "status": (left("Enabled"), "objects are replicated no longer"),
        },
        on_removal="objects are replicated no longer",
    ),
    Members(
        type="aws_backup_plan",
        path="rule",
        key="rule_name",
        attributes={
            "copy_action": (copied_less, "recovery points are copied no longer, or their copies deleted earlier"),
            "enable_continuous_backup": (turned_off, "no moment between two backups can be restored any more"),
            "lifecycle.delete_after": (shortened, "recovery points are deleted earlier"),
            "schedule": (rarer, "backups may be made less often"),
            "target_vault_name": (changed, "backups lie elsewhere, perhaps under no lock"),
        },
        on_removal="these backups are made no longer",
    ),
)

_FEWER_REQUESTS: Final = (shortened, "requests beyond the limit are throttled")

CAPACITY: Final[Rules] = {
    "aws_appautoscaling_target": {
        "max_capacity": (lowered, "less is added under load, and what it does not carry is throttled or evicted"),
    },
    "aws_dynamodb_table": {
        "on_demand_throughput.max_read_request_units": _FEWER_REQUESTS,
        "on_demand_throughput.max_write_request_units": _FEWER_REQUESTS,
    },
    "aws_elasticache_replication_group": {
        "node_type": (holds_less, "nodes may hold less: see that the data still fits"),
        "num_node_groups": (lowered, "fewer shards hold less: see that the data still fits"),
    },
    "aws_elasticache_serverless_cache": {
        "cache_usage_limits.ecpu_per_second.maximum": (shortened, "commands beyond the limit are throttled"),
    },
}
"""How much there is room for, whose lowering loses no data by itself: ElastiCache refuses a size that is too small."""

INDEXES: Final = Members(
    type="aws_dynamodb_table",
    path="global_secondary_index",
    key="name",
    attributes={
        "on_demand_throughput.max_read_request_units": _FEWER_REQUESTS,
        "on_demand_throughput.max_write_request_units": _FEWER_REQUESTS,
    },
    on_removal="queries on the index fail from then on",
)
"""An index holds nothing that the table does not, so that it may go."""

REMOVALS: Final = {
    "aws_backup_framework": "nobody notices what is backed up too seldom, or not at all",
    "aws_backup_plan": "nothing makes these backups any more",
    "aws_backup_report_plan": "nobody reports which backups were made",
    "aws_backup_restore_testing_plan": "nobody tests any more whether recovery points can be restored",
    "aws_backup_selection": "what it selects is backed up no longer",
    "aws_backup_vault_lock_configuration": "the vault is locked no longer",
    "aws_backup_vault_notifications": "nobody hears of backups that fail",
    "aws_s3_bucket_object_lock_configuration": "new objects of the bucket are locked no longer",
    "aws_s3_bucket_replication_configuration": "the bucket is replicated no longer",
    "aws_s3_bucket_versioning": "versioning of the bucket is suspended",
}
"""By type, what it means that such a resource goes while what it protects stays."""


def findings(plan: Plan) -> Iterator[Finding]:
    """Every protection that the plan takes away from something that stays."""
    for change in plan.changes:
        yield from weakened(change)
    for change in added_settings(plan):
        yield from weakened(replace(change, before={}))
    for change in switched_parameters(plan):
        yield from weakened(change)
    yield from removals(plan, REMOVALS, kind=Kind.UNPROTECT)


def weakened(change: Change) -> Iterator[Finding]:
    """What a change, or drift, of one resource takes away from its own protection."""
    yield from rules.findings(change, RULES.get(change.type, {}), kind=Kind.UNPROTECT)
    for members in MEMBERS:
        yield from members.findings(change, kind=Kind.UNPROTECT)
    yield from INDEXES.findings(change, kind=Kind.NOTICE)
    yield from rules.findings(change, CAPACITY.get(change.type, {}), kind=Kind.NOTICE)
