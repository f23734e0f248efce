"""The copy of Redis in the disaster recovery region."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from environments.schema.network import CreatedNetwork, ExistingNetwork
from environments.settings import Section


class RedisReplica(Section):
    """A replication group of the disaster recovery region that follows its primary: a global datastore."""

    network: Annotated[CreatedNetwork | ExistingNetwork, Field(discriminator="kind")]
    """The VPC there: one of our own, or one that exists."""
    replicas_per_shard: Annotated[int, Field(ge=1, le=5)] | None = None
    """Nodes that stand by for each primary there; as many as here where null."""
