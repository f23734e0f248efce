"""The AWS provider: which account, which region, and whether that is AWS or the sandbox."""

from __future__ import annotations

from typing import Any, Final, get_args

from cdktf import TerraformStack
from cdktf_cdktf_provider_aws.provider import AwsProvider, AwsProviderDefaultTags, AwsProviderEndpoints

from environments import Deployment, Environment, SandboxConnection
from environments.schema import Service
from environments.target import CREDENTIALS_PROFILE

SERVICES: Final[tuple[str, ...]] = get_args(Service)
"""What the constructs call, as the provider names it; a service that is not here is sought on AWS."""


def add_provider(stack: TerraformStack, deployment: Deployment) -> None:
    """Give the stack its provider, which refuses to work in any account but the environment's own."""
    environment = deployment.environment
    AwsProvider(
        stack,
        "aws",
        region=environment.region,
        allowed_account_ids=[environment.account],
        default_tags=[AwsProviderDefaultTags(tags=default_tags(environment))],
        **(_sandbox_settings(deployment.sandbox) if deployment.sandbox else _endpoints(environment)),
    )


def default_tags(environment: Environment) -> dict[str, str]:
    """Tags of every resource; the environment's own settings win."""
    return {
        "Project": environment.prefix,
        "Environment": environment.name,
        "ManagedBy": "terraform",
        **environment.tags,
    }


def _endpoints(environment: Environment) -> dict[str, Any]:
    if not environment.endpoints:
        return {}
    return {"endpoints": [AwsProviderEndpoints(**environment.endpoints)]}


def _sandbox_settings(sandbox: SandboxConnection) -> dict[str, Any]:
    return {
        "endpoints": [AwsProviderEndpoints(**dict.fromkeys(SERVICES, sandbox.endpoint))],
        "custom_ca_bundle": str(sandbox.ca_file),
        "shared_credentials_files": [str(sandbox.credentials_file)],
        "profile": CREDENTIALS_PROFILE,
        "s3_use_path_style": True,
        "skip_metadata_api_check": "true",
        "skip_region_validation": True,
        # One answer of 500 keeps Terraform waiting for ten minutes otherwise.
        "max_retries": 2,
    }
