"""Redis of one environment."""

from __future__ import annotations

from collections.abc import Mapping

from constructs import Construct

from environments.replication_groups import ReplicationGroup, replication_groups
from environments.schema import Environment
from modules.redis.access import Users
from modules.redis.cache import Cache, Place


class Caches(Construct):
    """The main replication group, those of single uses, and who may log in to them.

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
        self.user_name = users.application
        main, *separate = replication_groups(environment)

        def cache(id_: str, group: ReplicationGroup) -> Cache:
            return Cache(
                self,
                id_,
                environment=environment,
                group=group,
                place=place,
                user_ids=users.ids,
                follows=follows[group.name] if follows else None,
            )

        # What is called Default has no part in the addresses of what is in it: those of the main group stay short.
        self.main = cache("Default", main)
        self.separate = {use: cache(group.name, group) for group in separate for use in group.uses}
        self.global_datastore_ids: dict[str, str] = {
            group.name: cache.global_datastore_id
            for group, cache in zip((main, *separate), (self.main, *self.separate.values()), strict=True)
            if cache.global_datastore_id
        }
        """By the name of the group that has a replica in another region."""
