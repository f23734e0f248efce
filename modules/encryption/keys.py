"""KMS keys, one per tier: what opens one tier opens no other."""

from __future__ import annotations

from collections.abc import Sequence

from cdktf_cdktf_provider_aws.kms_alias import KmsAlias
from cdktf_cdktf_provider_aws.kms_key import KmsKey
from cdktf_cdktf_provider_aws.kms_replica_key import KmsReplicaKey
from constructs import Construct

from environments.schema import Environment
from modules.encryption.policies import (
    render_administration,
    render_log_groups,
    render_publishing,
    render_readers,
    render_redis_exports,
    render_trail,
    render_use_through,
)
from modules.policy import Statement, document
from modules.provider import DisasterRecoveryRegion


class Key(Construct):
    """A rotated, customer-managed key with a stated policy and the alias `<prefix>-<environment>-<id>`.

    A key cannot become `multi_region` later: it would be replaced, and what it encrypts with it.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        environment: Environment,
        description: str,
        use: Sequence[Statement],
        multi_region: bool = False,
    ) -> None:
        super().__init__(scope, id_)
        settings = environment.encryption
        key = KmsKey(
            self,
            "key",
            description=description,
            enable_key_rotation=True,
            rotation_period_in_days=settings.rotation_period_days,
            deletion_window_in_days=settings.deletion_window_days,
            multi_region=multi_region or None,
            policy=document([*render_administration(environment), *use]),
            tags={"Name": environment.physical_name(id_)},
        )
        self.alias = key_alias(environment, id_)
        KmsAlias(self, "alias", name=self.alias, target_key_id=key.key_id)
        self.arn: str = key.arn


class ReplicaKey(Construct):
    """The same key in the disaster-recovery region, under the same alias, with a policy of its own.

    It has the primary's key material and rotates with it.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        environment: Environment,
        primary: Key,
        description: str,
        use: Sequence[Statement],
        region: DisasterRecoveryRegion,
    ) -> None:
        super().__init__(scope, id_)
        key = KmsReplicaKey(
            self,
            "key",
            provider=region.provider,
            primary_key_arn=primary.arn,
            description=description,
            deletion_window_in_days=environment.encryption.deletion_window_days,
            policy=document([*render_administration(environment), *use]),
            tags={"Name": primary.alias.removeprefix("alias/")},
        )
        KmsAlias(self, "alias", provider=region.provider, name=primary.alias, target_key_id=key.key_id)
        self.arn: str = key.arn
        self.region = region


class TierKey(Key):
    """A key that one service alone may use, and its replica where the environment has a disaster-recovery region.

    `readers` are the principals, of other accounts too, who may read by that service what the key encrypts; `more` is
    what else its policy says.
    Multi-region in every environment, so that a disaster-recovery region can be added without replacing it.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        environment: Environment,
        description: str,
        service: str,
        disaster_recovery: DisasterRecoveryRegion | None,
        readers: Sequence[str] = (),
        more: Sequence[Statement] = (),
    ) -> None:
        use = [*render_use_through(service, environment), *render_readers(service, environment, readers), *more]
        super().__init__(scope, id_, environment=environment, description=description, use=use, multi_region=True)
        self.replica = (
            ReplicaKey(
                self,
                "replica",
                environment=environment,
                primary=self,
                description=description,
                use=render_use_through(service, environment, region=disaster_recovery.name),
                region=disaster_recovery,
            )
            if disaster_recovery
            else None
        )


class Keys(Construct):
    """The keys of an environment: `dynamodb`, `s3` and `backup`, which can have replicas, `redis`, `logs`, `alarms`."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        environment: Environment,
        disaster_recovery: DisasterRecoveryRegion | None,
    ) -> None:
        super().__init__(scope, id_)
        self.dynamodb = TierKey(
            self,
            "dynamodb",
            environment=environment,
            description="Items of the DynamoDB tables",
            service="dynamodb",
            disaster_recovery=disaster_recovery,
            readers=sorted(
                {reader for table in environment.tables.values() for reader in (*table.readers, *table.stream_readers)}
            ),
        )
        self.s3 = TierKey(
            self,
            "s3",
            environment=environment,
            description="Objects of the S3 buckets",
            service="s3",
            disaster_recovery=disaster_recovery,
            more=render_redis_exports(environment),
        )
        self.backup = TierKey(
            self,
            "backup",
            environment=environment,
            description="Recovery points of the backup vaults",
            service="backup",
            disaster_recovery=disaster_recovery,
        )
        self.redis = _redis_key(self, environment)
        self.logs = _logs_key(self, environment, more=render_trail(environment))
        self.alarms = _alarms_key(self, environment)


class StandbyKeys(Construct):
    """The keys of what stands by in the disaster-recovery region: `redis`, `logs`, `alarms`.

    They are no replicas of the environment's own: what they encrypt is decrypted in that region only, and the keys that
    exist could not become multi-region ones without being replaced.
    """

    def __init__(self, scope: Construct, id_: str, *, environment: Environment) -> None:
        super().__init__(scope, id_)
        self.redis = _redis_key(self, environment)
        self.logs = _logs_key(self, environment)
        self.alarms = _alarms_key(self, environment)


def _redis_key(scope: Construct, environment: Environment) -> Key:
    return Key(
        scope,
        "redis",
        environment=environment,
        description="Disks and snapshots of the Redis nodes",
        use=render_use_through("elasticache", environment),
    )


def _logs_key(scope: Construct, environment: Environment, *, more: Sequence[Statement] = ()) -> Key:
    return Key(
        scope,
        "logs",
        environment=environment,
        description="CloudWatch log groups",
        use=[*render_log_groups(environment), *more],
    )


def _alarms_key(scope: Construct, environment: Environment) -> Key:
    return Key(
        scope,
        "alarms",
        environment=environment,
        description="Messages of the topic that tells of alarms",
        use=render_publishing(environment),
    )


def key_alias(environment: Environment, what: str) -> str:
    """`alias/<prefix>-<environment>-<what>`."""
    return f"alias/{environment.physical_name(what)}"
