"""Guards what holds data, or the key to it: nothing of that is destroyed or replaced unasked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from validation.plan.finding import Finding, Kind
from validation.plan.model import Action, Change, Plan
from validation.plan.replacement import forced_by
from validation.plan.tiers import Tier, tier_of
from validation.plan.values import UNKNOWN, Value, at, blocks, shown

STATEFUL: Final = frozenset(
    {
        "aws_backup_logically_air_gapped_vault",
        "aws_backup_vault",
        "aws_cloudwatch_log_group",
        "aws_db_cluster_snapshot",
        "aws_db_instance",
        "aws_db_snapshot",
        "aws_docdb_cluster",
        "aws_dynamodb_global_table",
        "aws_dynamodb_table",
        "aws_dynamodb_table_replica",
        "aws_ebs_snapshot",
        "aws_ebs_volume",
        "aws_efs_file_system",
        "aws_elasticache_cluster",
        "aws_elasticache_global_replication_group",
        "aws_elasticache_replication_group",
        "aws_elasticache_serverless_cache",
        "aws_kinesis_stream",
        "aws_kms_external_key",
        "aws_kms_key",
        "aws_kms_replica_external_key",
        "aws_kms_replica_key",
        "aws_memorydb_cluster",
        "aws_neptune_cluster",
        "aws_opensearch_domain",
        "aws_rds_cluster",
        "aws_rds_global_cluster",
        "aws_redshift_cluster",
        "aws_s3_bucket",
        "aws_s3_directory_bucket",
        "aws_s3tables_table_bucket",
        "aws_secretsmanager_secret",
    }
)
"""Types whose deletion loses data for good, or after the days of a waiting period, of other stores too."""

_NAMES: Final = ("name", "bucket", "replication_group_id", "description")
"""Attributes that tell one object of a type from another."""

_REASONS: Final = {
    "delete_because_no_resource_config": "it is no longer in the code",
    "delete_because_no_module": "its module is no longer in the code",
    "delete_because_no_move_target": "it was moved to an address that is not in the code",
    "delete_because_wrong_repetition": "its address got or lost an index",
    "delete_because_count_index": "`count` got smaller",
    "delete_because_each_key": "its key is no longer in `for_each`",
}


def findings(plan: Plan) -> Iterator[Finding]:
    """Every stateful resource that the plan destroys, replaces or forgets, and every copy of data that it deletes."""
    for change in plan.changes:
        if change.type in STATEFUL:
            yield from _whole(change, plan.changes)
        elif change.action in (Action.DESTROY, Action.REPLACE) and tier_of(change.type) is Tier.OTHER:
            yield Finding(
                kind=Kind.NOTICE,
                address=change.address,
                what=f"is deleted, and the review does not know what a {change.type} holds",
                remedy="Make sure that it holds nothing that is still needed.",
            )
        if change.type == "aws_dynamodb_table":
            yield from _replicas(change)


def _whole(change: Change, changes: Iterable[Change]) -> Iterator[Finding]:
    match change.action:
        case Action.DESTROY if change.deposed:
            yield Finding(
                kind=Kind.DESTROY,
                address=change.address,
                what=f"the old object that an interrupted replacement left (deposed {change.deposed}) is deleted",
                remedy="Make sure that its data lives in the new one, then allow this once.",
            )
        case Action.DESTROY:
            yield _destroyed(change, _successor(change, changes))
        case Action.REPLACE:
            forced = forced_by(change)
            yield Finding(
                kind=Kind.REPLACE,
                address=change.address,
                what=f"is deleted and created anew, empty: {forced.why}",
                before=forced.before,
                after=forced.after,
                remedy="Set the attribute back, or move the data to a new resource first and drop the old one later.",
            )
        case Action.FORGET:
            yield Finding(
                kind=Kind.NOTICE,
                address=change.address,
                what="stays in AWS, but Terraform forgets it: nothing watches its settings any more",
                remedy="Write down who owns it now.",
            )
        case _:
            return


def _destroyed(change: Change, successor: Change | None) -> Finding:
    why = _REASONS.get(change.reason, "the plan asks for it")
    if successor is None:
        remedy = "Put it back into the code; if it is meant, back its data up and allow it."
    else:
        remedy = (
            f"The same plan creates {successor.address}, which looks like the same thing under another id: keep the "
            f"construct's id, or move the state with a `moved` block (in CDKTF, `move_from_id`)."
        )
    return Finding(
        kind=Kind.DESTROY, address=change.address, what=f"is deleted with all it holds: {why}", remedy=remedy
    )


def _successor(gone: Change, changes: Iterable[Change]) -> Change | None:
    """What is created in the same plan under the same name: a renamed construct."""
    for change in changes:
        if change.action is Action.CREATE and change.type == gone.type and _same_name(gone.before, change.after):
            return change
    return None


def _same_name(before: Value, after: Value) -> bool:
    return any(at(before, name) is not None and at(before, name) == at(after, name) is not UNKNOWN for name in _NAMES)


def _replicas(change: Change) -> Iterator[Finding]:
    """Replicas of a global table are blocks of the table, so that deleting one is an update."""
    if change.action is not Action.UPDATE:
        return
    kept = {replica.get("region_name") for replica in blocks(change.after, "replica")}
    for replica in blocks(change.before, "replica"):
        region = replica.get("region_name")
        if region not in kept:
            yield Finding(
                kind=Kind.DESTROY,
                address=change.address,
                what=f"its replica in {region} is deleted",
                before=f"replica in {region}",
                after=shown(at(change.after, "replica")),
                remedy="Put the region back; if it is meant, make sure that nobody reads there and allow it.",
            )
