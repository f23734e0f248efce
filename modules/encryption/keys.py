"""KMS keys, one per tier: what opens one tier opens no other."""

from __future__ import annotations

from collections.abc import Sequence

from cdktf_cdktf_provider_aws.kms_alias import KmsAlias
from cdktf_cdktf_provider_aws.kms_key import KmsKey
from constructs import Construct

from environments.schema import Environment
from modules.encryption.policies import render_administration, render_log_groups, render_use_through
from modules.policy import Statement, document


class Key(Construct):
    """A rotated, customer-managed key with a stated policy and the alias `<prefix>-<environment>-<id>`."""

    def __init__(
        self, scope: Construct, id_: str, *, environment: Environment, description: str, use: Sequence[Statement]
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
            policy=document([*render_administration(environment), *use]),
            tags={"Name": environment.physical_name(id_)},
        )
        self.alias = key_alias(environment, id_)
        KmsAlias(self, "alias", name=self.alias, target_key_id=key.key_id)
        self.arn: str = key.arn


class Keys(Construct):
    """The keys of an environment: `dynamodb`, `s3`, `redis` and `logs`."""

    def __init__(self, scope: Construct, id_: str, *, environment: Environment) -> None:
        super().__init__(scope, id_)
        self.dynamodb = Key(
            self,
            "dynamodb",
            environment=environment,
            description="Items of the DynamoDB tables",
            use=render_use_through("dynamodb", environment),
        )
        self.s3 = Key(
            self,
            "s3",
            environment=environment,
            description="Objects of the S3 buckets",
            use=render_use_through("s3", environment),
        )
        self.redis = Key(
            self,
            "redis",
            environment=environment,
            description="Disks and snapshots of the Redis nodes",
            use=render_use_through("elasticache", environment),
        )
        self.logs = Key(
            self,
            "logs",
            environment=environment,
            description="CloudWatch log groups",
            use=render_log_groups(environment),
        )


def key_alias(environment: Environment, what: str) -> str:
    """`alias/<prefix>-<environment>-<what>`."""
    return f"alias/{environment.physical_name(what)}"
