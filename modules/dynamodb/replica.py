"""The copy of a table in the disaster-recovery region."""

from __future__ import annotations

from collections.abc import Sequence

from cdktf import TerraformResource, TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.dynamodb_table import DynamodbTable
from cdktf_cdktf_provider_aws.dynamodb_table_replica import DynamodbTableReplicaA
from constructs import Construct

from environments.schema import Replica
from modules.provider import DisasterRecoveryRegion


class TableReplica(Construct):
    """A full copy, written to within about a second and able to take writes itself."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        table: DynamodbTable,
        settings: Replica,
        region: DisasterRecoveryRegion,
        key_arn: str,
        depends_on: Sequence[TerraformResource],
    ) -> None:
        super().__init__(scope, id_)
        replica = DynamodbTableReplicaA(
            self,
            "replica",
            provider=region.provider,
            global_table_arn=table.arn,
            kms_key_arn=key_arn,
            point_in_time_recovery=settings.point_in_time_recovery,
            deletion_protection_enabled=settings.deletion_protection,
            table_class_override=settings.table_class,
            lifecycle=TerraformResourceLifecycle(prevent_destroy=settings.deletion_protection),
            tags={"Name": table.name},
            # A table with provisioned capacity gets a copy only once its writes are autoscaled.
            depends_on=list(depends_on) or None,
        )
        self.arn: str = replica.arn
