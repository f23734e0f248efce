"""What an operation works on: the caller's account and region, that region's resources, and the data plane."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Self

from sandbox.elasticache.data_plane import DataPlane
from sandbox.elasticache.objects import Objects
from sandbox.elasticache.protocol import Parameters
from sandbox.elasticache.state import Kind, Record, Region, State
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
    state: State
    data_plane: DataPlane
    # Those of this account's buckets, as ElastiCache itself reaches them.
    objects: Objects
    # What the cache parameter group that the call names sets; empty where the call names none.
    named_parameters: Mapping[str, str]
    # The family of that parameter group (`redis7`), or None where the call names none that is known.
    parameter_family: str | None
    # Those of the subnets that the call names which exist, by id.
    subnets: Mapping[str, Subnet]
    # How many shards TestFailover may fail over in 24 hours.
    test_failover_quota: int
    # Start, change (of replication groups only) and end the cluster of a resource in the background, after the call.
    start_cluster: Callable[[Kind, str, Specification], None]
    change_cluster: Callable[[str], None]
    end_cluster: Callable[[Kind, str], None]

    @property
    def region(self) -> Region:
        """Return the resources of the call's region."""
        return self.state.region(self.region_name)

    def within(self, region_name: str) -> Self:
        """Return the same call, seen from another region; it can start and end no cluster there."""
        return replace(self, region_name=region_name)

    def arn(self, kind: str, identifier: str) -> str:
        """Return the ARN of a resource (`kind` is `user`, `usergroup`, `replicationgroup`, `serverlesscache` …)."""
        return f"arn:aws:elasticache:{self.region_name}:{self.account}:{kind}:{identifier}"

    def tag(self, arn: str, parameters: Parameters) -> None:
        """Keep the tags that a resource is created with."""
        self.region.tags[arn] = {tag["Key"]: tag.get("Value", "") for tag in parameters.get("Tags", [])}

    def cluster(self, resource_id: str, *, kind: Kind = Kind.REPLICATION_GROUP) -> RedisCluster | None:
        """Return the running cluster of a replication group or serverless cache, or None."""
        return self.data_plane.get(cluster_key(self.region_name, kind, resource_id))


def cluster_key(region_name: str, kind: Kind, resource_id: str) -> str:
    """Return what the data plane calls a cluster; no id has a dot, so that those of two kinds never meet."""
    prefix = "serverless." if kind is Kind.SERVERLESS_CACHE else ""
    return f"{region_name}.{prefix}{resource_id}"


Operation = Callable[[Context, Parameters], Record]
