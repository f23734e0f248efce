"""What joins a replication group with the one of another region that follows it."""

from __future__ import annotations

from typing import Final

from cdktf import TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.elasticache_global_replication_group import ElasticacheGlobalReplicationGroup
from cdktf_cdktf_provider_aws.elasticache_replication_group import ElasticacheReplicationGroup
from constructs import Construct

from environments.schema import RedisSettings, ReplicationGroupSettings

COMMON_ATTRIBUTES: Final = [
    "automatic_failover_enabled",
    "engine",
    "engine_version",
    "node_type",
    "num_node_groups",
    "parameter_group_name",
]
"""Attributes of a replication group that all members have in common: the global datastore changes them, and a plan must
not ask a member for it, which ElastiCache refuses."""


class GlobalDatastore(Construct):
    """A global datastore, with the replication group that takes the writes at first."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        name: str,
        primary: ElasticacheReplicationGroup,
        common: RedisSettings,
        settings: ReplicationGroupSettings,
    ) -> None:
        super().__init__(scope, id_)
        created = ElasticacheGlobalReplicationGroup(
            self,
            "datastore",
            global_replication_group_id_suffix=name,
            global_replication_group_description=f"{name} and its replica in another region",
            primary_replication_group_id=primary.id,
            automatic_failover_enabled=True,
            cache_node_type=settings.node_type,
            engine_version=common.version,
            num_node_groups=settings.shards,
            # After a failover the primary is another one, and naming this one again would replace the datastore.
            lifecycle=TerraformResourceLifecycle(ignore_changes=["primary_replication_group_id"]),
        )
        self.id: str = created.global_replication_group_id
        """With the prefix that AWS gives it, by which secondaries join."""
