"""Users and user groups: who may log in to a replication group, and what they may do there."""

from __future__ import annotations

from dataclasses import replace

from sandbox.elasticache import global_membership
from sandbox.elasticache.context import Context, Operation
from sandbox.elasticache.protocol import Parameters, ServiceError
from sandbox.elasticache.state import Kind, Record
from sandbox.redis_cluster.access import User, invalid_rules, password_hash

_NO_PASSWORD = "no-password"  # noqa: S105 (the service's name for it)
_NO_WRITES = "-@write"
# What ElastiCache lets nobody run on a serverless cache, of what Redis 7.0 knows
# (https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/SupportedCommands.html).
_RESTRICTED_ON_SERVERLESS = (
    "acl|log", "client|caching", "client|getredir", "client|id", "client|info", "client|kill", "client|list",
    "client|no-evict", "client|pause", "client|tracking", "client|trackinginfo", "client|unblock", "client|unpause",
    "cluster|count-failure-reports", "fcall", "fcall_ro", "function", "keys", "lastsave", "latency", "memory",
    "monitor", "move", "object", "pfdebug", "pfselftest", "psubscribe", "pubsub|numpat", "punsubscribe",
    "script|kill", "slowlog", "swapdb", "wait",
)  # fmt: skip
_MINIMUM_ENGINE_VERSION = {"redis": "6.0", "valkey": "7.2"}


def create_user(context: Context, parameters: Parameters) -> Record:
    """CreateUser."""
    user_id, name = parameters["UserId"].lower(), parameters["UserName"]
    if user_id in context.region.users:
        raise ServiceError("UserAlreadyExistsFault", f"User {user_id} already exists.")
    _check_access_string(parameters["AccessString"])
    authentication, hashes = _authentication(parameters)
    if authentication["Type"] == "iam" and user_id != name:
        raise ServiceError(
            "InvalidParameterValueException",
            f"A user with IAM authentication needs the same user id and user name, got {user_id!r} and {name!r}.",
        )
    arn = context.arn("user", user_id)
    user: Record = {
        "UserId": user_id,
        "UserName": name,
        "Status": "active",
        "Engine": parameters["Engine"].lower(),
        "MinimumEngineVersion": _MINIMUM_ENGINE_VERSION.get(parameters["Engine"].lower(), "6.0"),
        "AccessString": parameters["AccessString"],
        "Authentication": authentication,
        "ARN": arn,
        "PasswordHashes": hashes,
    }
    context.region.users[user_id] = user
    context.tag(arn, parameters)
    return _with_groups(context, user)


def modify_user(context: Context, parameters: Parameters) -> Record:
    """ModifyUser; replication groups that know the user obey at once."""
    user = _user(context, parameters["UserId"])
    if "AccessString" in parameters:
        user["AccessString"] = parameters["AccessString"]
    if "AppendAccessString" in parameters:
        user["AccessString"] += f" {parameters['AppendAccessString']}"
    _check_access_string(user["AccessString"])
    if parameters.keys() & {"Passwords", "NoPasswordRequired", "AuthenticationMode"}:
        user["Authentication"], user["PasswordHashes"] = _authentication(parameters)
    if "Engine" in parameters:
        user["Engine"] = parameters["Engine"].lower()
    _apply(context, _groups_of(context, user))
    return _with_groups(context, user)


def delete_user(context: Context, parameters: Parameters) -> Record:
    """DeleteUser; the user leaves its groups, too."""
    user = _user(context, parameters["UserId"])
    groups = _groups_of(context, user)
    if user["UserName"] == "default" and groups:
        raise ServiceError(
            "DefaultUserAssociatedToUserGroupFault", f"User {user['UserId']} is the default user of a user group."
        )
    result = {**_with_groups(context, user), "Status": "deleting"}
    for group in groups:
        group["UserIds"].remove(user["UserId"])
    del context.region.users[user["UserId"]]
    context.region.tags.pop(user["ARN"], None)
    context.data_plane.passwords.forget(user["UserName"])
    _apply(context, groups)
    return result


def describe_users(context: Context, parameters: Parameters) -> Record:
    """DescribeUsers."""
    users = [_user(context, parameters["UserId"])] if "UserId" in parameters else list(context.region.users.values())
    if "Engine" in parameters:
        users = [user for user in users if user["Engine"] == parameters["Engine"].lower()]
    return {"Users": [_with_groups(context, user) for user in users]}


def create_user_group(context: Context, parameters: Parameters) -> Record:
    """CreateUserGroup."""
    group_id, engine = parameters["UserGroupId"].lower(), parameters["Engine"].lower()
    if group_id in context.region.user_groups:
        raise ServiceError("UserGroupAlreadyExistsFault", f"User group {group_id} already exists.")
    user_ids = parameters.get("UserIds", [])
    _check_members(context, engine, user_ids)
    arn = context.arn("usergroup", group_id)
    group: Record = {
        "UserGroupId": group_id,
        "Status": "active",
        "Engine": engine,
        "UserIds": user_ids,
        "MinimumEngineVersion": _MINIMUM_ENGINE_VERSION.get(engine, "6.0"),
        "ARN": arn,
    }
    context.region.user_groups[group_id] = group
    context.tag(arn, parameters)
    return _with_caches(context, group)


def modify_user_group(context: Context, parameters: Parameters) -> Record:
    """ModifyUserGroup; replication groups obey at once."""
    group = user_group(context, parameters["UserGroupId"])
    remaining = [user_id for user_id in group["UserIds"] if user_id not in parameters.get("UserIdsToRemove", [])]
    user_ids = list(dict.fromkeys(remaining + parameters.get("UserIdsToAdd", [])))
    _check_members(context, group["Engine"], user_ids)
    group["UserIds"] = user_ids
    _apply(context, [group])
    return _with_caches(context, group)


def delete_user_group(context: Context, parameters: Parameters) -> Record:
    """DeleteUserGroup."""
    group = _with_caches(context, user_group(context, parameters["UserGroupId"]))
    if in_use_by := [*group["ReplicationGroups"], *group["ServerlessCaches"]]:
        raise ServiceError(
            "InvalidUserGroupStateFault", f"User group {group['UserGroupId']} is in use by {', '.join(in_use_by)}."
        )
    del context.region.user_groups[group["UserGroupId"]]
    context.region.tags.pop(group["ARN"], None)
    return {**group, "Status": "deleting"}


def describe_user_groups(context: Context, parameters: Parameters) -> Record:
    """DescribeUserGroups."""
    wanted = parameters.get("UserGroupId")
    groups = [user_group(context, wanted)] if wanted else list(context.region.user_groups.values())
    return {"UserGroups": [_with_caches(context, group) for group in groups]}


def user_group(context: Context, group_id: str) -> Record:
    """Return a user group; raise UserGroupNotFoundFault."""
    if (group := context.region.user_groups.get(group_id.lower())) is None:
        raise ServiceError("UserGroupNotFoundFault", f"User group {group_id} not found.")
    return group


def acl_users(context: Context, group_ids: list[str]) -> tuple[User, ...]:
    """Return the users of some user groups as Redis knows them."""
    members = [user_id for group_id in group_ids for user_id in user_group(context, group_id)["UserIds"]]
    return tuple(_acl_user(context, _user(context, user_id)) for user_id in dict.fromkeys(members))


def users_of(context: Context, replication_group: Record) -> tuple[User, ...]:
    """Return the users of a replication group as its nodes know them; those of a secondary write nothing."""
    users = acl_users(context, replication_group["UserGroupIds"])
    if global_membership.role(replication_group) != global_membership.SECONDARY:
        return users
    return tuple(replace(user, access_string=f"{user.access_string} {_NO_WRITES}") for user in users)


def users_of_serverless(context: Context, cache: Record) -> tuple[User, ...]:
    """Return the users of a serverless cache as its nodes know them; what no serverless cache runs is denied."""
    denied = " ".join(f"-{command}" for command in _RESTRICTED_ON_SERVERLESS)
    users = acl_users(context, [cache["UserGroupId"]])
    return tuple(replace(user, access_string=f"{user.access_string} {denied}") for user in users)


def apply(context: Context, replication_group: Record) -> None:
    """Let the nodes of a replication group, where it runs, know who may do what there now."""
    cluster = context.cluster(replication_group["ReplicationGroupId"])
    if cluster is not None:
        cluster.set_users(users_of(context, replication_group))


def _acl_user(context: Context, user: Record) -> User:
    hashes = user["PasswordHashes"]
    if user["Authentication"]["Type"] == "iam":
        hashes = [password_hash(context.data_plane.passwords.of(user["UserName"]))]
    return User(name=user["UserName"], access_string=user["AccessString"], password_hashes=tuple(hashes))


def _user(context: Context, user_id: str) -> Record:
    if (user := context.region.users.get(user_id.lower())) is None:
        raise ServiceError("UserNotFoundFault", f"User {user_id} not found.")
    return user


def _check_access_string(access_string: str) -> None:
    if invalid := invalid_rules(access_string):
        raise ServiceError("InvalidParameterValueException", f"The access string holds {', '.join(invalid)}.")


def _authentication(parameters: Parameters) -> tuple[Record, list[str]]:
    mode = parameters.get("AuthenticationMode", {})
    passwords = mode.get("Passwords", parameters.get("Passwords", []))
    kind = mode.get("Type", "password" if passwords else "no-password-required")
    if kind == "no-password-required" and not mode and not parameters.get("NoPasswordRequired"):
        raise ServiceError("InvalidParameterValueException", "A user needs a password, IAM, or NoPasswordRequired.")
    if (kind == "password") != bool(passwords):
        raise ServiceError(
            "InvalidParameterCombinationException", f"{len(passwords)} passwords do not fit authentication type {kind}."
        )
    authentication = {
        "Type": _NO_PASSWORD if kind == "no-password-required" else kind,
        "PasswordCount": len(passwords),
    }
    return authentication, [password_hash(password) for password in passwords]


def _check_members(context: Context, engine: str, user_ids: list[str]) -> None:
    names = [_user(context, user_id)["UserName"] for user_id in user_ids]
    duplicates = sorted({name for name in names if names.count(name) > 1})
    if duplicates:
        raise ServiceError(
            "DuplicateUserNameFault", f"More than one user of the group is named {', '.join(duplicates)}."
        )
    if engine == "redis" and "default" not in names:
        raise ServiceError("DefaultUserRequired", "A user group for Redis needs a user that is named default.")


def _groups_of(context: Context, user: Record) -> list[Record]:
    return [group for group in context.region.user_groups.values() if user["UserId"] in group["UserIds"]]


def _with_groups(context: Context, user: Record) -> Record:
    return {**user, "UserGroupIds": [group["UserGroupId"] for group in _groups_of(context, user)]}


def _with_caches(context: Context, group: Record) -> Record:
    group_id = group["UserGroupId"]
    groups, caches = context.region.replication_groups, context.region.serverless_caches
    return {
        **group,
        "ReplicationGroups": [name for name, one in groups.items() if group_id in one["UserGroupIds"]],
        "ServerlessCaches": [name for name, one in caches.items() if group_id == one["UserGroupId"]],
    }


def _apply(context: Context, groups: list[Record]) -> None:
    changed = {group["UserGroupId"] for group in groups}
    for replication_group in context.region.replication_groups.values():
        if changed & set(replication_group["UserGroupIds"]):
            apply(context, replication_group)
    for name, cache in context.region.serverless_caches.items():
        cluster = context.cluster(name, kind=Kind.SERVERLESS_CACHE)
        if cluster is not None and cache["UserGroupId"] in changed:
            cluster.set_users(users_of_serverless(context, cache))


OPERATIONS: dict[str, Operation] = {
    "CreateUser": create_user,
    "ModifyUser": modify_user,
    "DeleteUser": delete_user,
    "DescribeUsers": describe_users,
    "CreateUserGroup": create_user_group,
    "ModifyUserGroup": modify_user_group,
    "DeleteUserGroup": delete_user_group,
    "DescribeUserGroups": describe_user_groups,
}
