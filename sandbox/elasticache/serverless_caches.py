"""Serverless caches; behind each is a real Redis Cluster of one shard, where AWS shows one virtual node.

AWS's rules: https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_CreateServerlessCache.html
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sandbox.elasticache import identifiers, serverless_snapshots, users
from sandbox.elasticache.context import Context, Operation
from sandbox.elasticache.protocol import Parameters, ServiceError
from sandbox.elasticache.state import Kind, Record
from sandbox.redis_cluster.cluster import RedisCluster, Specification

PORT = 6379
_DEFAULT_VERSIONS = {"redis": "7", "valkey": "8"}
_FULL_VERSIONS = {"redis": {"7": "7.1"}, "valkey": {"7": "7.2.6", "8": "8.0"}}
# https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/RedisConfiguration.html, "Serverless caches"
_PARAMETERS = {"maxmemory-policy": "volatile-lru"}
_LIMITS = {"DataStorage": range(1, 5_001), "ECPUPerSecond": range(1_000, 15_000_001)}
_LONGEST_NAME = 40
# Nobody sees the nodes of a serverless cache; a replica keeps it alive when one of them dies.
_SHARDS = 1
_REPLICAS = 1


def create(context: Context, parameters: Parameters) -> Record:
    """CreateServerlessCache; its cluster is started after the call, the status is `creating` until it is healthy."""
    name = identifiers.new(parameters, "ServerlessCacheName", longest=_LONGEST_NAME)
    if name in context.region.serverless_caches:
        raise ServiceError("ServerlessCacheAlreadyExistsFault", f"Serverless cache {name} already exists.")
    if "UserGroupId" not in parameters:
        raise _invalid("The sandbox lets only users of a user group in: UserGroupId must name one.")
    engine = parameters["Engine"].lower()
    version = parameters.get("MajorEngineVersion", _DEFAULT_VERSIONS.get(engine, ""))
    if version not in _FULL_VERSIONS.get(engine, {}):
        offered = "; ".join(f"{each} {', '.join(versions)}" for each, versions in _FULL_VERSIONS.items())
        raise _invalid(f"There is no serverless {engine} {version}; offered: {offered}.")
    _check_limits(parameters.get("CacheUsageLimits", {}))
    cache: Record = {
        "SnapshotRetentionLimit": 0,
        "DailySnapshotTime": "03:00",
        "SecurityGroupIds": [],
        **{member: parameters[member] for member in (*_CHANGEABLE, *_FIXED) if member in parameters},
        "ServerlessCacheName": name,
        "Status": "creating",
        "CreateTime": time.time(),
        "Engine": engine,
        "MajorEngineVersion": version,
        "FullEngineVersion": _FULL_VERSIONS[engine][version],
        "UserGroupId": users.user_group(context, parameters["UserGroupId"])["UserGroupId"],
        "ARN": context.arn("serverlesscache", name),
        "Seeds": serverless_snapshots.seeds(context, parameters),
    }
    context.region.serverless_caches[name] = cache
    context.tag(cache["ARN"], parameters)
    context.start_cluster(Kind.SERVERLESS_CACHE, name, specification(context, cache))
    return {"ServerlessCache": _described(context, cache)}


def describe(context: Context, parameters: Parameters) -> Record:
    """DescribeServerlessCaches, with the real address."""
    wanted = parameters.get("ServerlessCacheName")
    caches = [find(context, wanted)] if wanted else list(context.region.serverless_caches.values())
    return {"ServerlessCaches": [_described(context, cache) for cache in caches]}


def modify(context: Context, parameters: Parameters) -> Record:
    """ModifyServerlessCache: limits, snapshots, security groups and who gets in."""
    cache = find_available(context, parameters["ServerlessCacheName"])
    if parameters.get("RemoveUserGroup"):
        raise _invalid("The sandbox lets only users of a user group in: give another UserGroupId instead.")
    _check_limits(parameters.get("CacheUsageLimits", {}))
    cache.update({member: parameters[member] for member in _CHANGEABLE if member in parameters})
    if "UserGroupId" in parameters:
        cache["UserGroupId"] = users.user_group(context, parameters["UserGroupId"])["UserGroupId"]
        _running(context, cache).set_users(users.users_of_serverless(context, cache))
    return {"ServerlessCache": _described(context, cache)}


def delete(context: Context, parameters: Parameters) -> Record:
    """DeleteServerlessCache; the cluster's processes are ended after the call, then the cache is gone."""
    cache = find(context, parameters["ServerlessCacheName"])
    if cache["Status"] not in ("available", "create-failed"):
        raise _not_available(cache)
    if "FinalSnapshotName" in parameters:
        serverless_snapshots.take(context, cache, _running(context, cache), parameters, "FinalSnapshotName")
    cache["Status"] = "deleting"
    context.end_cluster(Kind.SERVERLESS_CACHE, cache["ServerlessCacheName"])
    return {"ServerlessCache": _described(context, cache)}


def create_snapshot(context: Context, parameters: Parameters) -> Record:
    """CreateServerlessCacheSnapshot."""
    cache = find_available(context, parameters["ServerlessCacheName"])
    running = _running(context, cache)
    snapshot = serverless_snapshots.take(context, cache, running, parameters, "ServerlessCacheSnapshotName")
    context.tag(snapshot["ARN"], parameters)
    return {"ServerlessCacheSnapshot": snapshot}


def find(context: Context, name: str) -> Record:
    """Return a serverless cache; raise ServerlessCacheNotFoundFault."""
    if (cache := context.region.serverless_caches.get(name.lower())) is None:
        raise ServiceError("ServerlessCacheNotFoundFault", f"Serverless cache {name} not found.")
    return cache


def find_available(context: Context, name: str) -> Record:
    """Return a serverless cache that is available; raise InvalidServerlessCacheStateFault where it is not."""
    cache = find(context, name)
    if cache["Status"] != "available":
        raise _not_available(cache)
    return cache


def specification(context: Context, cache: Record) -> Specification:
    """Return the cluster that a serverless cache gets."""
    return Specification(
        name=cache["ServerlessCacheName"],
        shards=_SHARDS,
        replicas=_REPLICAS,
        port=PORT,
        users=users.users_of_serverless(context, cache),
        parameters=_PARAMETERS,
        seeds=tuple(Path(file) for file in cache["Seeds"]),
    )


def _running(context: Context, cache: Record) -> RedisCluster:
    cluster = context.cluster(cache["ServerlessCacheName"], kind=Kind.SERVERLESS_CACHE)
    if cluster is None:
        raise _not_available(cache)
    return cluster


def _described(context: Context, cache: Record) -> Record:
    cluster = context.cluster(cache["ServerlessCacheName"], kind=Kind.SERVERLESS_CACHE)
    if cluster is None:
        return cache
    return {**cache, "Endpoint": {"Address": cluster.topology.endpoint, "Port": cluster.topology.port}}


def _check_limits(limits: Mapping[str, Mapping[str, Any]]) -> None:
    for what, allowed in _LIMITS.items():
        limit = limits.get(what, {})
        least, most = limit.get("Minimum"), limit.get("Maximum")
        for bound in (least, most):
            if bound is not None and bound not in allowed:
                raise _invalid(f"{what} is limited to {bound}; allowed: {allowed.start} to {allowed.stop - 1}.")
        if least is not None and most is not None and least > most:
            raise _invalid(f"The least {what}, {least}, is more than the most, {most}.")


def _not_available(cache: Record) -> ServiceError:
    return ServiceError(
        "InvalidServerlessCacheStateFault",
        f"Serverless cache {cache['ServerlessCacheName']} is {cache['Status']}; it must be available.",
    )


def _invalid(message: str) -> ServiceError:
    return ServiceError("InvalidParameterValueException", message)


# What a request may set, then and later; the user group is looked up first.
_CHANGEABLE = ("CacheUsageLimits", "DailySnapshotTime", "Description", "SecurityGroupIds", "SnapshotRetentionLimit")
_FIXED = ("KmsKeyId", "SubnetIds")
OPERATIONS: dict[str, Operation] = {
    "CreateServerlessCache": create,
    "DescribeServerlessCaches": describe,
    "ModifyServerlessCache": modify,
    "DeleteServerlessCache": delete,
    "CreateServerlessCacheSnapshot": create_snapshot,
}
