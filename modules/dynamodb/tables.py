"""The declared tables as DynamoDB tables."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from cdktf import TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.dynamodb_table import (
    DynamodbTable,
    DynamodbTableAttribute,
    DynamodbTableGlobalSecondaryIndex,
    DynamodbTableLocalSecondaryIndex,
    DynamodbTablePointInTimeRecovery,
    DynamodbTableServerSideEncryption,
    DynamodbTableTtl,
)
from constructs import Construct

from environments.schema import Environment, OnDemand, Provisioned, TableSettings
from tierstore.declaration.tables import GlobalIndex, LocalIndex, Table


class Tables(Construct):
    """One DynamoDB table for each declared one, encrypted with a customer-managed key."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        environment: Environment,
        declared: Iterable[Table],
        key_arn: str,
    ) -> None:
        super().__init__(scope, id_)
        self.by_name: dict[str, DynamodbTable] = {
            table.name: self._table(
                table,
                settings=environment.table(table.name),
                physical_name=environment.physical_name(table.name),
                key_arn=key_arn,
            )
            for table in declared
        }
        """By declared name."""

    def _table(self, table: Table, *, settings: TableSettings, physical_name: str, key_arn: str) -> DynamodbTable:
        billing = _billing(settings.billing)
        recovery_days = settings.point_in_time_recovery_days
        return DynamodbTable(
            self,
            table.name,
            name=physical_name,
            hash_key=table.partition_key,
            range_key=table.sort_key,
            attribute=[DynamodbTableAttribute(name=name, type="S") for name in table.key_attributes],
            global_secondary_index=[_global_index(index, billing) for index in table.global_indexes],
            local_secondary_index=[_local_index(index) for index in table.local_indexes],
            billing_mode=billing.mode,
            read_capacity=billing.read_capacity,
            write_capacity=billing.write_capacity,
            ttl=_time_to_live(table),
            stream_enabled=table.stream is not None,
            stream_view_type=table.stream,
            point_in_time_recovery=DynamodbTablePointInTimeRecovery(
                enabled=recovery_days > 0, recovery_period_in_days=recovery_days or None
            ),
            server_side_encryption=DynamodbTableServerSideEncryption(enabled=True, kms_key_arn=key_arn),
            deletion_protection_enabled=settings.deletion_protection,
            # AWS refuses to delete the table, but only after the rest of the stack is gone; this refuses the plan.
            lifecycle=TerraformResourceLifecycle(prevent_destroy=settings.deletion_protection),
            tags={"Name": physical_name},
        )


class _Billing(NamedTuple):
    mode: str
    read_capacity: int | None
    write_capacity: int | None


def _billing(settings: OnDemand | Provisioned) -> _Billing:
    match settings:
        case OnDemand():
            return _Billing("PAY_PER_REQUEST", None, None)
        case Provisioned():
            return _Billing("PROVISIONED", settings.read_capacity, settings.write_capacity)


def _global_index(index: GlobalIndex, billing: _Billing) -> DynamodbTableGlobalSecondaryIndex:
    return DynamodbTableGlobalSecondaryIndex(
        name=index.name,
        hash_key=index.partition_key,
        range_key=index.sort_key,
        projection_type=index.projection.type,
        non_key_attributes=list(index.projection.attributes) or None,
        read_capacity=billing.read_capacity,
        write_capacity=billing.write_capacity,
    )


def _local_index(index: LocalIndex) -> DynamodbTableLocalSecondaryIndex:
    return DynamodbTableLocalSecondaryIndex(
        name=index.name,
        range_key=index.sort_key,
        projection_type=index.projection.type,
        non_key_attributes=list(index.projection.attributes) or None,
    )


def _time_to_live(table: Table) -> DynamodbTableTtl | None:
    if table.time_to_live is None:
        return None
    return DynamodbTableTtl(enabled=True, attribute_name=table.time_to_live)
