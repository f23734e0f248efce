"""Who may log in to Redis, and what they may do there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from cdktf_cdktf_provider_aws.elasticache_user import ElasticacheUser, ElasticacheUserAuthenticationMode
from cdktf_cdktf_provider_aws.elasticache_user_group import ElasticacheUserGroup
from constructs import Construct

from environments.schema import Environment

APPLICATION_ACCESS: Final = "on ~* &* +@all -@admin -@dangerous +info"
"""Every key, channel and command but those that administer the server or can bring it down; clients and probes
need INFO, the CLUSTER commands that describe the cluster are in neither category."""

NO_ACCESS: Final = "off ~* -@all"

ENGINE: Final = "redis"
"""Of users and their groups, whatever the nodes run. Valkey takes those of Redis, and Redis takes no others, so that
another engine changes nothing about who gets in (ElastiCache User Guide, "Role-Based Access Control")."""


class Users(Construct):
    """The application's user, who logs in with a token signed by IAM; every replication group lets in the same."""

    def __init__(self, scope: Construct, id_: str, *, environment: Environment) -> None:
        super().__init__(scope, id_)
        # IAM authentication works only where a user's name equals its id.
        self.application: str = environment.physical_name("app")
        application = ElasticacheUser(
            self,
            "application",
            user_id=self.application,
            user_name=self.application,
            engine=ENGINE,
            access_string=APPLICATION_ACCESS,
            authentication_mode=ElasticacheUserAuthenticationMode(type="iam"),
        )
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
        self.ids: list[str] = [application.user_id, default.user_id]


class Access(Construct):
    """The user group of one replication group: nobody else gets in."""

    def __init__(self, scope: Construct, id_: str, *, group_id: str, user_ids: Sequence[str]) -> None:
        super().__init__(scope, id_)
        group = ElasticacheUserGroup(self, "group", engine=ENGINE, user_group_id=group_id, user_ids=list(user_ids))
        self.group_id: str = group.user_group_id
