"""What an operation works on: the caller's account and region, that region's resources, and the data plane."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sandbox.elasticache.data_plane import DataPlane
from sandbox.elasticache.protocol import Parameters
from sandbox.elasticache.state import Record, Region
from sandbox.redis_cluster.cluster import RedisCluster, Specification


@dataclass(frozen=True, kw_only=True)
class Subnet:
    """One of EC2's subnets."""

    id: str
    vpc_id: str
    zone: str


@dataclass(frozen=True, kw_only=True)
class Context:
    """One call's surroundings."""

    account: str
    region_name: str
    region: Region
    data_plane: DataPlane
    # What the cache parameter group that the call names sets; empty where the call names none.
    named_parameters: Mapping[str, str]
    # Those of the subnets that the call names which exist, by id.
    subnets: Mapping[str, Subnet]
    # How many shards TestFailover may fail over in 24 hours.
    test_failover_quota: int
    # Start and end a replication group's cluster in the background, after the call.
    start_cluster: Callable[[str, Specification], None]
    end_cluster: Callable[[str], None]

    def arn(self, kind: str, identifier: str) -> str:
        """Return the ARN of a resource (`kind` is `user`, `usergroup`, `replicationgroup` or `cluster`)."""
        return f"arn:aws:elasticache:{self.region_name}:{self.account}:{kind}:{identifier}"

    def tag(self, arn: str, parameters: Parameters) -> None:
        """Keep the tags that a resource is created with."""
        self.region.tags[arn] = {tag["Key"]: tag.get("Value", "") for tag in parameters.get("Tags", [])}

    def key(self, replication_group_id: str) -> str:
        """Return what the data plane calls a replication group's cluster."""
        return f"{self.region_name}.{replication_group_id}"

    def cluster(self, replication_group_id: str) -> RedisCluster | None:
        """Return a replication group's running cluster, or None."""
        return self.data_plane.get(self.key(replication_group_id))


Operation = Callable[[Context, Parameters], Record]
