"""Redis of one environment."""

from __future__ import annotations

from constructs import Construct

from environments.replication_groups import ReplicationGroup, replication_groups
from environments.schema import Environment
from modules.redis.access import Users
from modules.redis.cache import Cache, Place


class Caches(Construct):
    """The main replication group, those of single uses, and who may log in to them."""

    def __init__(self, scope: Construct, id_: str, *, environment: Environment, place: Place) -> None:
        super().__init__(scope, id_)
        users = Users(self, "access", environment=environment)
        self.user_name = users.application
        main, *separate = replication_groups(environment)

        def cache(id_: str, group: ReplicationGroup) -> Cache:
            return Cache(self, id_, environment=environment, group=group, place=place, user_ids=users.ids)

        # What is called Default has no part in the addresses of what is in it: those of the main group stay short.
        self.main = cache("Default", main)
        self.separate = {use: cache(group.name, group) for group in separate for use in group.uses}
