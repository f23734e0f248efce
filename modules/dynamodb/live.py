"""The capacity that a table has by now.

Autoscaling changes the capacity of tables and indexes, and a plan must not change it back. Terraform can ignore such
changes of a table, but not of an index: indexes are blocks of a set, none of whose attributes has an address, and
whoever ignores the whole set ignores every new index too. So the plan asks what the capacity is, and leaves it there.
Nothing is hidden from Terraform, and a table that was on-demand does not begin with one unit.
"""

from __future__ import annotations

import json

from cdktf import Token
from cdktf_cdktf_provider_aws.data_aws_dynamodb_table import DataAwsDynamodbTable
from cdktf_cdktf_provider_aws.data_aws_dynamodb_tables import DataAwsDynamodbTables
from constructs import Construct


class LiveTable(Construct):
    """A table as it is when the plan is made, if it is there; `existing` are the names of all tables."""

    def __init__(self, scope: Construct, id_: str, *, name: str, existing: DataAwsDynamodbTables) -> None:
        super().__init__(scope, id_)
        names = f"{existing.terraform_resource_type}.{existing.friendly_unique_id}.names"
        table = DataAwsDynamodbTable(
            self,
            "table",
            name=name,
            # The provider says null where there is no table at all.
            count=Token.as_number(f"${{contains(coalesce(data.{names}, []), {json.dumps(name)}) ? 1 : 0}}"),
        )
        self._address = f"data.{table.terraform_resource_type}.{table.friendly_unique_id}"

    def capacity(self, attribute: str, *, index: str | None, otherwise: int) -> float:
        """`read_capacity` or `write_capacity` of the table or of one of its indexes; `otherwise` where it has none."""
        return Token.as_number(render_capacity(self._address, attribute, index=index, otherwise=otherwise))


def render_capacity(address: str, attribute: str, *, index: str | None, otherwise: int) -> str:
    """The expression of a capacity, given the address of a data source of no or one table."""
    places = address if index is None else f"flatten({address}[*].global_secondary_index)"
    conditions = [] if index is None else [f"place.name == {json.dumps(index)}"]
    wanted = " && ".join([*conditions, f"place.{attribute} > 0"])
    return f"${{coalesce(one([for place in {places} : place.{attribute} if {wanted}]), {otherwise})}}"
