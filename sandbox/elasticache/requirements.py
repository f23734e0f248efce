"""What a replication group must look like: AWS's rules, and what the sandbox can serve.

AWS's: https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_CreateReplicationGroup.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import get_args

from environments.elasticache import Engine
from sandbox.elasticache.protocol import Parameters, ServiceError
from sandbox.elasticache.state import Record
from sandbox.redis_cluster.topology import BUS_PORT_OFFSET, Members

DEFAULT_PORT = 6379
_PORTS = range(1, 65536 - BUS_PORT_OFFSET)
_ENGINES = get_args(Engine)
_MAX_NODES = 90
_MAX_REPLICAS = 5


def shards(parameters: Parameters) -> int:
    """Return how many shards are asked for."""
    count: int = parameters.get("NumNodeGroups", 1)
    return count


def replicas(parameters: Parameters) -> int:
    """Return how many replicas each shard is to have."""
    count: int = parameters.get("ReplicasPerNodeGroup", max(parameters.get("NumCacheClusters", 1) - 1, 0))
    return count


def check(parameters: Parameters, named_parameters: Mapping[str, str]) -> None:
    """Raise ServiceError for a replication group that cannot be; `named_parameters` are its parameter group's."""
    if parameters["Engine"].lower() not in _ENGINES:
        raise ServiceError(
            "InvalidParameterValueException",
            f"Engine is {parameters['Engine']}; allowed: {', '.join(_ENGINES)}.",
        )
    _check_shape(parameters)
    _check_is_clustered(parameters, named_parameters)
    if not parameters.get("TransitEncryptionEnabled"):
        raise _impossible("The sandbox's Redis speaks TLS only: TransitEncryptionEnabled must be true.")
    if not parameters.get("UserGroupIds"):
        raise _impossible("The sandbox lets only users of a user group in: UserGroupIds must name one.")
    port = parameters.get("Port", DEFAULT_PORT)
    if port not in _PORTS:
        raise ServiceError(
            "InvalidParameterValueException",
            f"Port is {port}; allowed: {_PORTS.start} to {_PORTS.stop - 1} (the bus is {BUS_PORT_OFFSET} above).",
        )


def check_parameter_group(parameters: Parameters, *, family: str | None) -> None:
    """Raise CacheParameterGroupNotFound where the request names a parameter group that has no family, so is none.

    Those that AWS has by default are there without being known.
    """
    name = parameters.get("CacheParameterGroupName", "default.")
    if family is None and not name.startswith("default."):
        raise ServiceError("CacheParameterGroupNotFoundFault", f"CacheParameterGroup {name} not found.")


def check_members(members: Members) -> None:
    """Raise ServiceError for node groups that a replication group cannot have."""
    nodes = sum(map(len, members.values()))
    if not members or nodes > _MAX_NODES or any(not 1 <= len(names) <= 1 + _MAX_REPLICAS for names in members.values()):
        raise ServiceError(
            "InvalidParameterValueException",
            f"{len(members)} node groups with {nodes} nodes are impossible; allowed: at least 1 node group, each with "
            f"0 to {_MAX_REPLICAS} replicas, at most {_MAX_NODES} nodes.",
        )


def check_change(current: Record, wanted: Record, *, parameter_family: str | None) -> None:
    """Raise ServiceError where a replication group cannot become what is asked for.

    `parameter_family` is that of the parameter group that the request names, None where it names none that is known.
    """
    if current["ClusterMode"] == "enabled" != wanted["ClusterMode"]:
        raise _impossible("Cluster mode is enabled, and cannot be anything else any more.")
    family = _family(wanted)
    if parameter_family is not None and parameter_family != family:
        raise _impossible(f"Expected a parameter group of family {family} but found one of family {parameter_family}")
    if parameter_family is None and family != _family(current):
        raise _impossible(
            f"{wanted['Engine']} {wanted['EngineVersion']} needs a parameter group of family {family}: "
            "CacheParameterGroupName must name one."
        )


def _family(group: Record) -> str:
    return f"{group['Engine']}{group['EngineVersion'].partition('.')[0]}"


def _check_shape(parameters: Parameters) -> None:
    shard_count, replica_count = shards(parameters), replicas(parameters)
    nodes = shard_count * (1 + replica_count)
    if shard_count < 1 or not 0 <= replica_count <= _MAX_REPLICAS or nodes > _MAX_NODES:
        raise ServiceError(
            "InvalidParameterValueException",
            f"{shard_count} node groups with {replica_count} replicas each are impossible; allowed: at least 1 node "
            f"group, 0 to {_MAX_REPLICAS} replicas, at most {_MAX_NODES} nodes.",
        )
    if parameters.get("AutomaticFailoverEnabled") and not replica_count:
        raise _impossible("Automatic failover needs at least one replica.")
    if parameters.get("MultiAZEnabled") and not parameters.get("AutomaticFailoverEnabled"):
        raise _impossible("Multi-AZ needs automatic failover.")


def _check_is_clustered(parameters: Parameters, named_parameters: Mapping[str, str]) -> None:
    name = parameters["CacheParameterGroupName"]
    by_group = name.endswith(".cluster.on") or named_parameters.get("cluster-enabled") == "yes"
    if not (by_group or parameters.get("ClusterMode") in ("enabled", "compatible")):
        raise _impossible(
            f"The sandbox serves cluster mode enabled only: parameter group {name} does not set cluster-enabled=yes, "
            "and ClusterMode is neither enabled nor compatible."
        )


def _impossible(message: str) -> ServiceError:
    return ServiceError("InvalidParameterCombinationException", message)
