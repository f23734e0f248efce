"""The stack that comes first: where Terraform's state will be kept, who deploys the rest, what an account has once."""

from __future__ import annotations

from cdktf import TerraformStack
from constructs import Construct

from environments import Deployment
from environments.schema import BucketSettings
from modules.access import Boundaries
from modules.access.workflows import Workflows
from modules.encryption import Key
from modules.encryption.policies import render_use_through
from modules.provider import add_provider
from modules.s3 import Bucket, block_public_access
from modules.s3.policies import bucket_arn, render_customer_keys, render_secure_transport
from modules.state import STATE, add_file_state, state_bucket_name
from tierstore.declaration.model import DataModel

SETTINGS = BucketSettings(
    versioning=True, noncurrent_version_days=365, intelligent_tiering_days=None, request_metrics=False
)
"""Old states are kept for a year: the way back from an apply that went wrong."""


class BootstrapStack(TerraformStack):
    """A versioned, encrypted, TLS-only bucket and its key; the bounds of every role, and the workflows' roles.

    Its own state is a file. Where the environment owns its account, no bucket of that can be public from then on.
    """

    def __init__(self, scope: Construct, *, deployment: Deployment, model: DataModel) -> None:
        environment = deployment.environment
        super().__init__(scope, f"bootstrap-{environment.name}")
        add_file_state(self, deployment)
        add_provider(self, deployment)
        block_public_access(self, environment)
        key = Key(
            self,
            STATE,
            environment=environment,
            description="Terraform state",
            use=render_use_through("s3", environment),
        )
        name = state_bucket_name(environment)
        arn = bucket_arn(environment, name)
        Bucket(
            self,
            "bucket",
            name=name,
            settings=SETTINGS,
            key_arn=key.arn,
            statements=[*render_secure_transport(arn), render_customer_keys(arn)],
        )
        boundaries = Boundaries(self, "boundaries", environment=environment, model=model)
        if environment.access.github is not None:
            Workflows(
                self,
                "workflows",
                environment=environment,
                settings=environment.access.github,
                state_bucket=name,
                state_key_arn=key.arn,
                boundaries=boundaries.arns,
            )
