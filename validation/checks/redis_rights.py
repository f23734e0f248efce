"""What Redis refuses to a user, tried as the user of checks, to whom no key of an application belongs."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence

import redis

from tierstore.model.key_spaces import KEY_SPACES
from validation.checks import redis_data, serverless_redis
from validation.checks.redis_settings import group_ids
from validation.context import Context
from validation.framework.check import check
from validation.framework.result import Finding, Severity, compare

REFUSED, ALLOWED = "refused", "allowed"


def caches(context: Context) -> Sequence[str]:
    """Every replication group, or the serverless cache."""
    return [*group_ids(context), *serverless_redis.caches(context)]


@check("redis.rights", "Nodes refuse what is not a user's own", severity=Severity.CRITICAL, each=caches)
def rights(context: Context, cache: str) -> Iterator[Finding]:
    """Tries to read, delete and look for keys of an application that do not exist, and to see who else is a user."""
    serverless = context.environment.redis.kind == "serverless"
    access = serverless_redis.reach(context, cache) if serverless else redis_data.reach(context, cache)
    nobodys = uuid.uuid4().hex
    with access.node(access.endpoint) as node:
        for space in KEY_SPACES:
            key = f"{space.name}:{nobodys}"
            yield compare(f"read of {space.name}:…", expected=REFUSED, found=tried(node, "GET", key))
            yield compare(f"delete in {space.name}:…", expected=REFUSED, found=tried(node, "UNLINK", key))
        yield compare("names of keys", expected=REFUSED, found=tried(node, "SCAN", "0"))
        yield compare("names of users", expected=REFUSED, found=tried(node, "ACL", "LIST"))


def tried(node: redis.Redis, *command: str) -> str:
    """Whether the user may do it, here or, so the node says, on another one; raises what Redis says of neither."""
    try:
        node.execute_command(*command)  # type: ignore[no-untyped-call] # redis-py has no types here
    except redis.exceptions.NoPermissionError:
        return REFUSED
    except redis.exceptions.MovedError:
        return ALLOWED
    return ALLOWED
