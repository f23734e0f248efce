"""What ElastiCache says of a replication group and of what it is made of, or of a serverless cache."""

from __future__ import annotations

from typing import TYPE_CHECKING

from validation.clients import Clients
from validation.framework.result import Unmet

if TYPE_CHECKING:
    from mypy_boto3_elasticache.type_defs import (
        CacheClusterTypeDef,
        CacheSubnetGroupTypeDef,
        GlobalReplicationGroupTypeDef,
        ReplicationGroupTypeDef,
        ServerlessCacheTypeDef,
        UserGroupTypeDef,
        UserTypeDef,
    )


def replication_group(clients: Clients, replication_group_id: str) -> ReplicationGroupTypeDef:
    """The replication group; raises `Unmet` where there is none."""
    try:
        found = clients.elasticache.describe_replication_groups(ReplicationGroupId=replication_group_id)
    except clients.elasticache.exceptions.ReplicationGroupNotFoundFault:
        raise Unmet(f"replication group {replication_group_id}", expected="exists", found="does not exist") from None
    return found["ReplicationGroups"][0]


def serverless_cache(clients: Clients, name: str) -> ServerlessCacheTypeDef:
    """The serverless cache; raises `Unmet` where there is none."""
    try:
        found = clients.elasticache.describe_serverless_caches(ServerlessCacheName=name)
    except clients.elasticache.exceptions.ServerlessCacheNotFoundFault:
        raise Unmet(f"serverless cache {name}", expected="exists", found="does not exist") from None
    return found["ServerlessCaches"][0]


def nodes(clients: Clients, replication_group_id: str) -> list[CacheClusterTypeDef]:
    """Its nodes, each a cache cluster of its own, by id."""
    pages = clients.elasticache.get_paginator("describe_cache_clusters").paginate()
    found = [node for page in pages for node in page["CacheClusters"]]
    return sorted(
        (node for node in found if node.get("ReplicationGroupId") == replication_group_id),
        key=lambda node: node["CacheClusterId"],
    )


def global_datastore(clients: Clients, global_replication_group_id: str) -> GlobalReplicationGroupTypeDef:
    """A global datastore with its members."""
    found = clients.elasticache.describe_global_replication_groups(
        GlobalReplicationGroupId=global_replication_group_id, ShowMemberInfo=True
    )
    return found["GlobalReplicationGroups"][0]


def user_group(clients: Clients, user_group_id: str) -> UserGroupTypeDef:
    """A user group."""
    return clients.elasticache.describe_user_groups(UserGroupId=user_group_id)["UserGroups"][0]


def user(clients: Clients, user_id: str) -> UserTypeDef:
    """A user."""
    return clients.elasticache.describe_users(UserId=user_id)["Users"][0]


def parameters(clients: Clients, parameter_group: str) -> dict[str, str | None]:
    """The values of a parameter group by name, None where it has none."""
    pages = clients.elasticache.get_paginator("describe_cache_parameters").paginate(
        CacheParameterGroupName=parameter_group
    )
    return {each["ParameterName"]: each.get("ParameterValue") for page in pages for each in page["Parameters"]}


def subnet_group(clients: Clients, name: str) -> CacheSubnetGroupTypeDef:
    """A subnet group."""
    return clients.elasticache.describe_cache_subnet_groups(CacheSubnetGroupName=name)["CacheSubnetGroups"][0]
