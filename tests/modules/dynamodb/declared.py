"""Tables of a declaration of the tests' own, synthesized."""

from __future__ import annotations

from cdktf import TerraformStack

from environments import Deployment, Environment
from environments.schema import TableSettings
from modules.dynamodb import Tables
from modules.encryption import Keys
from modules.provider import add_disaster_recovery_region
from tests.modules.template import Template, synthesized
from tierstore.declaration.tables import (
    GlobalIndex,
    LocalIndex,
    Projection,
    ProjectionType,
    StreamView,
    Table,
)

DECLARED = Table(
    name="orders",
    description="Orders",
    global_indexes=(
        GlobalIndex(name="by-status", partition_key="status", sort_key="created"),
        GlobalIndex(
            name="by-shop",
            partition_key="shop",
            projection=Projection(type=ProjectionType.INCLUDE, attributes=("total",)),
        ),
    ),
    local_indexes=(
        LocalIndex(name="by-edit", sort_key="edited", projection=Projection(type=ProjectionType.KEYS_ONLY)),
    ),
    time_to_live="expires",
    stream=StreamView.NEW_IMAGE,
)
PLAIN = Table(name="plain", description="Neither indexes nor a sort key", sort_key=None)


def tables(environment: Environment, declared: Table, settings: TableSettings | None = None) -> Template:
    """The template of one table, with the keys of its environment."""
    chosen = environment.model_copy(update={"tables": {declared.name: settings} if settings else {}})

    def build(stack: TerraformStack) -> None:
        region = add_disaster_recovery_region(stack, Deployment(environment=chosen, sandbox=None))
        keys = Keys(stack, "keys", environment=chosen, disaster_recovery=region)
        Tables(
            stack,
            "tables",
            environment=chosen,
            declared=[declared],
            key=keys.dynamodb,
            disaster_recovery=region,
        )

    return synthesized(build)
