"""Settings of Redis that a global datastore does not allow.

ElastiCache User Guide, "Global datastores", prerequisites and limitations; "Auto Scaling clusters", prerequisites.
"""

from __future__ import annotations

from collections.abc import Iterator

from environments.elasticache import GLOBAL_NODE_FAMILIES, GLOBAL_REGIONS, is_large, node_family
from environments.problems import FieldPath, Finding
from environments.replication_groups import ReplicationGroup, replication_groups
from environments.rules import addresses
from environments.schema import CreatedNetwork, Environment, ExistingNetwork, RedisSettings
from environments.standby import standby
from environments.wording import given, one_of

REPLICA: FieldPath = ("redis", "replica")
NETWORK: FieldPath = (*REPLICA, "network")


def findings(environment: Environment) -> Iterator[Finding]:
    """Everything about `redis.replica` that does not fit together."""
    if not isinstance(environment.redis, RedisSettings) or environment.redis.replica is None:
        return
    yield from _regions(environment)
    for group in replication_groups(environment):
        yield from _group(group)
    yield from _network(environment)


def _regions(environment: Environment) -> Iterator[Finding]:
    if environment.disaster_recovery_region is None:
        yield _finding(*REPLICA, message="given without a region for it: set disaster_recovery_region, or this to null")
    for field in ("region", "disaster_recovery_region"):
        region = getattr(environment, field)
        if region is not None and region not in GLOBAL_REGIONS:
            yield _finding(
                *REPLICA,
                message=f"given with {field} {region}, which has no global datastores, "
                f"allowed {one_of(GLOBAL_REGIONS)}",
            )


def _group(group: ReplicationGroup) -> Iterator[Finding]:
    settings = group.settings
    if node_family(settings.node_type) not in GLOBAL_NODE_FAMILIES or not is_large(settings.node_type):
        yield _finding(
            *group.path,
            "node_type",
            message=f"{given(settings.node_type)} with redis.replica, allowed large and larger nodes of the families "
            f"{one_of(GLOBAL_NODE_FAMILIES)}: global datastores have no others",
        )
    if settings.autoscaling.shards or settings.autoscaling.replicas:
        yield _finding(
            *group.path,
            "autoscaling",
            message="given with redis.replica: ElastiCache does not scale the members of a global datastore by their "
            "load; set it to null, or redis.replica",
        )
    if settings.cluster_mode != "enabled":
        yield _finding(
            *group.path,
            "cluster_mode",
            message=f"{given(settings.cluster_mode)} with redis.replica, allowed enabled: a replica keeps the cluster "
            "mode that its primary had when it joined, so finish the move first",
        )
    if settings.replicas_per_shard == 0:
        yield _finding(
            *group.path,
            "replicas_per_shard",
            message="given 0 with redis.replica, allowed 1 to 5: both sides fail over by themselves, which needs one",
        )


def _network(environment: Environment) -> Iterator[Finding]:
    there = standby(environment)
    if there is None:
        return
    here, groups = environment.network, replication_groups(there)
    multi_az = any(group.settings.multi_az for group in groups)
    match there.network:
        case CreatedNetwork() as network:
            yield from addresses.findings(
                network, nodes=sum(group.settings.most_nodes for group in groups), path=NETWORK
            )
            if isinstance(here, CreatedNetwork):
                yield from _overlaps(network, here)
            if multi_az and network.availability_zones == 1:
                yield _finding(
                    *NETWORK,
                    "availability_zones",
                    message="given 1 with redis.multi_az, which a replica has from its primary: set it to 2 to 6",
                )
        case ExistingNetwork(subnet_ids=[_]) if multi_az:
            yield _finding(
                *NETWORK,
                "subnet_ids",
                message="given one subnet with redis.multi_az, which a replica has from its primary: list 2 or more",
            )


def _overlaps(there: CreatedNetwork, here: CreatedNetwork) -> Iterator[Finding]:
    for name, taken in (("cidr", here.cidr), *(("peer_cidrs", peer) for peer in here.peer_cidrs)):
        if there.cidr.overlaps(taken):
            yield _finding(
                *NETWORK,
                "cidr",
                message=f"given {there.cidr}, which overlaps network.{name} {taken}: choose another range, so that the "
                "two networks can be peered",
            )


def _finding(*path: str | int, message: str) -> Finding:
    where: FieldPath = path
    return Finding(path=where, message=message)
