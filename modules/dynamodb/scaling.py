"""Which capacities of a table and of its global indexes follow the load."""

from __future__ import annotations

from collections.abc import Iterable

from cdktf import TerraformResource
from cdktf_cdktf_provider_aws.dynamodb_table import DynamodbTable
from constructs import Construct

from environments.schema import Autoscaled, ScaledCapacity
from modules.autoscaling import Dimension, Scaling


class TableScaling(Construct):
    """Reads and writes of the table, and of each global index by its own load."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        table: DynamodbTable,
        indexes: Iterable[str],
        billing: Autoscaled,
    ) -> None:
        super().__init__(scope, id_)
        places: dict[str | None, ScaledCapacity] = {
            None: billing,
            **{index: billing.indexes.get(index, billing) for index in indexes},
        }
        self.policies: list[TerraformResource] = [
            Scaling(
                self,
                f"{index or 'table'}-{what.lower()}",
                dimension=render_dimension(table.name, index=index, what=what),
                settings=settings,
            ).policy
            for index, capacity in places.items()
            for what, settings in (("Read", capacity.read), ("Write", capacity.write))
        ]


def render_dimension(table_name: str, *, index: str | None, what: str) -> Dimension:
    """The reads or writes (`what`, capitalized) of a table or of one of its indexes."""
    return Dimension(
        namespace="dynamodb",
        resource_id=f"table/{table_name}" + (f"/index/{index}" if index else ""),
        name=f"dynamodb:{'index' if index else 'table'}:{what}CapacityUnits",
        metric=f"DynamoDB{what}CapacityUtilization",
    )
