"""The declared tables as DynamoDB tables."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cached_property
from typing import Any, Final, TypeVar

from cdktf import TerraformResource, TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.data_aws_dynamodb_tables import DataAwsDynamodbTables
from cdktf_cdktf_provider_aws.dynamodb_table import (
    DynamodbTable,
    DynamodbTableAttribute,
    DynamodbTableGlobalSecondaryIndex,
    DynamodbTableGlobalSecondaryIndexOnDemandThroughput,
    DynamodbTableImportTable,
    DynamodbTableImportTableS3BucketSource,
    DynamodbTableLocalSecondaryIndex,
    DynamodbTableOnDemandThroughput,
    DynamodbTablePointInTimeRecovery,
    DynamodbTableServerSideEncryption,
    DynamodbTableTtl,
)
from constructs import Construct

from environments.schema import Autoscaled, Environment, RequestCaps, TableSettings
from modules.dynamodb.billing import Billing, Throughput, billing_mode, throughput
from modules.dynamodb.changes import Changes
from modules.dynamodb.insights import Insights
from modules.dynamodb.live import LiveTable
from modules.dynamodb.replica import TableReplica
from modules.dynamodb.scaling import TableScaling
from modules.dynamodb.sharing import Sharing
from modules.encryption import TierKey
from modules.provider import DisasterRecoveryRegion
from tierstore.declaration.tables import GlobalIndex, LocalIndex, Table

T = TypeVar("T")

IMPORT: Final = ("import_table",)
RESTORE: Final = ("restore_source_name", "restore_source_table_arn", "restore_to_latest_time", "restore_date_time")
"""Attributes that say what a new table begins with."""

NO_CAP: Final = -1
"""DynamoDB's number for as much as the quota allows."""


class Tables(Construct):
    """One DynamoDB table for each declared one, encrypted with a customer-managed key."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        environment: Environment,
        declared: Iterable[Table],
        key: TierKey,
        disaster_recovery: DisasterRecoveryRegion | None,
    ) -> None:
        super().__init__(scope, id_)
        self._environment = environment
        self._key = key
        self._disaster_recovery = disaster_recovery
        self.by_name: dict[str, DynamodbTable] = {}
        """By declared name."""
        for table in declared:
            self.by_name[table.name] = self._table(table, environment.table(table.name))

    def _table(self, table: Table, settings: TableSettings) -> DynamodbTable:
        physical_name = self._environment.physical_name(table.name)
        live = self._live(table, settings.billing)
        units = throughput(settings.billing, index=None, live=live)
        recovery_days = settings.point_in_time_recovery_days
        resource = DynamodbTable(
            self,
            table.name,
            name=physical_name,
            hash_key=table.partition_key,
            range_key=table.sort_key,
            attribute=[DynamodbTableAttribute(name=name, type="S") for name in table.key_attributes],
            global_secondary_index=[
                _global_index(index, throughput(settings.billing, index=index.name, live=live))
                for index in table.global_indexes
            ],
            local_secondary_index=[_local_index(index) for index in table.local_indexes],
            billing_mode=billing_mode(settings.billing),
            read_capacity=units.read_capacity,
            write_capacity=units.write_capacity,
            on_demand_throughput=_caps(units.caps, DynamodbTableOnDemandThroughput),
            table_class=settings.table_class,
            ttl=_time_to_live(table),
            stream_enabled=table.stream is not None,
            stream_view_type=table.stream,
            point_in_time_recovery=DynamodbTablePointInTimeRecovery(
                enabled=recovery_days > 0, recovery_period_in_days=recovery_days or None
            ),
            server_side_encryption=DynamodbTableServerSideEncryption(enabled=True, kms_key_arn=self._key.arn),
            deletion_protection_enabled=settings.deletion_protection,
            lifecycle=TerraformResourceLifecycle(
                # AWS refuses to delete the table, but only after the rest of the stack is gone; this refuses the plan.
                prevent_destroy=settings.deletion_protection,
                ignore_changes=_ignored(settings),
            ),
            tags={"Name": physical_name},
            **_origin(settings),
        )
        self._surround(table, settings, resource)
        return resource

    def _surround(self, table: Table, settings: TableSettings, resource: DynamodbTable) -> None:
        indexes = [index.name for index in table.global_indexes]
        scaled: list[TerraformResource] = []
        if isinstance(settings.billing, Autoscaled):
            scaled = TableScaling(
                self, f"{table.name}-scaling", table=resource, indexes=indexes, billing=settings.billing
            ).policies
        if settings.replica and self._disaster_recovery and self._key.replica:
            TableReplica(
                self,
                f"{table.name}-replica",
                table=resource,
                settings=settings.replica,
                region=self._disaster_recovery,
                key_arn=self._key.replica.arn,
                depends_on=scaled,
            )
        if settings.contributor_insights:
            Insights(self, f"{table.name}-insights", table_name=resource.name, indexes=indexes)
        if settings.change_stream:
            Changes(
                self,
                f"{table.name}-changes",
                environment=self._environment,
                what=table.name,
                table_name=resource.name,
                settings=settings.change_stream,
            )
        Sharing(self, f"{table.name}-sharing", table=resource, settings=settings)

    def _live(self, table: Table, billing: Billing) -> LiveTable | None:
        if not isinstance(billing, Autoscaled):
            return None
        physical_name = self._environment.physical_name(table.name)
        return LiveTable(self, f"{table.name}-live", name=physical_name, existing=self._existing)

    @cached_property
    def _existing(self) -> DataAwsDynamodbTables:
        return DataAwsDynamodbTables(self, "existing")


def _global_index(index: GlobalIndex, units: Throughput) -> DynamodbTableGlobalSecondaryIndex:
    return DynamodbTableGlobalSecondaryIndex(
        name=index.name,
        hash_key=index.partition_key,
        range_key=index.sort_key,
        projection_type=index.projection.type,
        non_key_attributes=list(index.projection.attributes) or None,
        read_capacity=units.read_capacity,
        write_capacity=units.write_capacity,
        on_demand_throughput=_caps(units.caps, DynamodbTableGlobalSecondaryIndexOnDemandThroughput),
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


def _caps(caps: RequestCaps | None, block: Callable[..., T]) -> T | None:
    if caps is None:
        return None
    return block(
        max_read_request_units=caps.max_read_units or NO_CAP, max_write_request_units=caps.max_write_units or NO_CAP
    )


def _ignored(settings: TableSettings) -> list[str]:
    # The copy is a resource of its own, which the table would list, and remove, as one of its blocks. What a table
    # began with is over once it is there: taking that setting away must not replace the table. One that comes later
    # would, and the plan says so.
    return [
        "replica",
        *(() if settings.import_from else IMPORT),
        *(() if settings.restore_from else RESTORE),
    ]


def _origin(settings: TableSettings) -> dict[str, Any]:
    """What a new table begins with."""
    if imported := settings.import_from:
        source = DynamodbTableImportTableS3BucketSource(bucket=imported.bucket, key_prefix=imported.key_prefix or None)
        return {
            "import_table": DynamodbTableImportTable(
                s3_bucket_source=source,
                input_format=imported.format,
                input_compression_type=imported.compression,
            )
        }
    if restored := settings.restore_from:
        source_attribute = "restore_source_table_arn" if ":" in restored.table else "restore_source_name"
        time = {"restore_date_time": restored.at} if restored.at else {"restore_to_latest_time": True}
        return {source_attribute: restored.table, **time}
    return {}
