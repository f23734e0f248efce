"""The replication groups of an environment: the main one, and those of single uses; none where it is serverless."""

from __future__ import annotations

from dataclasses import dataclass

from environments.problems import FieldPath
from environments.schema import Environment, RedisSettings, ReplicationGroupSettings
from tierstore.declaration.policies import KeySpaceUse


@dataclass(frozen=True, kw_only=True)
class ReplicationGroup:
    """One replication group, and what lives in it."""

    id: str
    """In ElastiCache."""
    name: str
    """Last part of the id of a separate group; empty for the main one."""
    uses: tuple[KeySpaceUse, ...]
    """Key spaces of these uses live in it."""
    settings: ReplicationGroupSettings
    common: RedisSettings
    """What all groups have in common."""
    path: FieldPath
    """Where its settings stand."""

    def log(self, log: str) -> str:
        """`redis/<log>`, or `redis/<name>/<log>` of a separate group: the last part of the name of its log group."""
        return "/".join(("redis", self.name, log) if self.name else ("redis", log))


def replication_groups(environment: Environment) -> tuple[ReplicationGroup, ...]:
    """Every replication group, the main one first."""
    redis = environment.redis
    if not isinstance(redis, RedisSettings):
        return ()
    separate = {KeySpaceUse(use): group for use, group in redis.separate if group is not None}
    main = ReplicationGroup(
        id=environment.replication_group_id,
        name="",
        uses=tuple(use for use in KeySpaceUse if use not in separate),
        settings=redis,
        common=redis,
        path=("redis",),
    )
    return (
        main,
        *(
            ReplicationGroup(
                id=environment.physical_name(_name(use)),
                name=_name(use),
                uses=(use,),
                settings=settings,
                common=redis,
                path=("redis", "separate", use.value),
            )
            for use, settings in separate.items()
        ),
    )


def cache_ids(environment: Environment) -> tuple[str, ...]:
    """What ElastiCache calls each replication group, or the serverless cache; unique in an account's region."""
    if isinstance(environment.redis, RedisSettings):
        return tuple(group.id for group in replication_groups(environment))
    return (environment.serverless_cache_name,)


def _name(use: KeySpaceUse) -> str:
    """ElastiCache allows no underscore in the id of a replication group."""
    return use.replace("_", "-")
