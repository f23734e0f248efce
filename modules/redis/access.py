"""Who may log in to Redis, and what they may do there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from cdktf_cdktf_provider_aws.elasticache_user import ElasticacheUser, ElasticacheUserAuthenticationMode
from cdktf_cdktf_provider_aws.elasticache_user_group import ElasticacheUserGroup
from constructs import Construct

from environments.redis_users import NO_ACCESS, RedisUser, redis_users, user_names
from environments.schema import Environment
from tierstore.declaration.policies import KeySpaceUse

ENGINE: Final = "redis"
"""Of users and their groups, whatever the nodes run. Valkey takes those of Redis, and Redis takes no others, so that
another engine changes nothing about who gets in (ElastiCache User Guide, "Role-Based Access Control")."""


class Users(Construct):
    """A user for each persona that uses Redis, who logs in with a token signed by IAM."""

    def __init__(self, scope: Construct, id_: str, *, environment: Environment) -> None:
        super().__init__(scope, id_)
        self.names = user_names(environment)
        """By persona."""
        self._ids = {user: self._user(user).user_id for user in redis_users()}
        # A group has to have a user called "default", and would let AWS's own in, which may do anything.
        default = ElasticacheUser(
            self,
            "default",
            user_id=environment.physical_name("default"),
            user_name="default",
            engine=ENGINE,
            access_string=NO_ACCESS,
            no_password_required=True,
        )
        self._default_id: str = default.user_id

    def ids_of(self, uses: Iterable[KeySpaceUse]) -> list[str]:
        """The ids of those who are let in to what key spaces of these uses live in."""
        wanted = frozenset(uses)
        return [*(id_ for user, id_ in self._ids.items() if user.uses & wanted), self._default_id]

    def _user(self, user: RedisUser) -> ElasticacheUser:
        # IAM authentication works only where a user's name equals its id.
        name = self.names[user.persona]
        return ElasticacheUser(
            self,
            user.persona,
            user_id=name,
            user_name=name,
            engine=ENGINE,
            access_string=user.access_string,
            authentication_mode=ElasticacheUserAuthenticationMode(type="iam"),
        )


class Access(Construct):
    """The user group of one replication group: nobody else gets in."""

    def __init__(self, scope: Construct, id_: str, *, group_id: str, user_ids: Sequence[str]) -> None:
        super().__init__(scope, id_)
        group = ElasticacheUserGroup(self, "group", engine=ENGINE, user_group_id=group_id, user_ids=list(user_ids))
        self.group_id: str = group.user_group_id
