"""Redis of one environment."""

from __future__ import annotations

from collections.abc import Mapping

from constructs import Construct

from environments.replication_groups import ReplicationGroup, replication_groups
from environments.schema import Environment, ServerlessRedisSettings
from modules.redis.access import Users
from modules.redis.cache import Cache, Place
from modules.redis.serverless import ServerlessCache
from tierstore.declaration.policies import KeySpaceUse


class Caches(Construct):
    """The main replication group and those of single uses, or the serverless cache, and who may log in to them.

    With `follows`, the ids of global datastores by the name of the group, each is a secondary of one.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        environment: Environment,
        place: Place,
        follows: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(scope, id_)
        users = Users(self, "access", environment=environment)
        self.user_names = users.names
        """By persona."""
        self.main: Cache | ServerlessCache
        self.separate: dict[KeySpaceUse, Cache] = {}
        self.global_datastore_ids: dict[str, str] = {}
        """By the name of the group that has a replica in another region."""
        settings = environment.redis
        if isinstance(settings, ServerlessRedisSettings):
            # Called as the main group is: where one takes the other's place, who gets in keeps address and name.
            self.main = ServerlessCache(
                self,
                "Default",
                environment=environment,
                settings=settings,
                place=place,
                user_ids=users.ids_of(KeySpaceUse),
            )
            return
        main, *separate = replication_groups(environment)

        def cache(id_: str, group: ReplicationGroup) -> Cache:
            return Cache(
                self,
                id_,
                environment=environment,
                group=group,
                place=place,
                user_ids=users.ids_of(group.uses),
                follows=follows[group.name] if follows else None,
            )

        # What is called Default has no part in the addresses of what is in it: those of the main group stay short.
        self.main = of_main = cache("Default", main)
        self.separate = {use: cache(group.name, group) for group in separate for use in group.uses}
        self.global_datastore_ids = {
            group.name: cache.global_datastore_id
            for group, cache in zip((main, *separate), (of_main, *self.separate.values()), strict=True)
            if cache.global_datastore_id
        }
