"""The AWS provider: which account, which region, and whether that is AWS or the sandbox."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, get_args

from cdktf import TerraformDataSource, TerraformResource, TerraformStack
from cdktf_cdktf_provider_aws.provider import AwsProvider, AwsProviderDefaultTags, AwsProviderEndpoints
from constructs import Construct

from environments import Deployment, SandboxConnection
from environments.schema import Service
from environments.target import CREDENTIALS_PROFILE

SERVICES: Final[tuple[str, ...]] = get_args(Service)
"""What the constructs call, as the provider names it; a service that is not here is sought on AWS."""

ALIAS: Final = "disaster_recovery"
"""Of the provider for the disaster-recovery region."""


@dataclass(frozen=True, kw_only=True)
class DisasterRecoveryRegion:
    """The region that takes over when the environment's own is lost."""

    name: str
    provider: AwsProvider
    """Give it to every resource that lives there."""

    def hold(self, construct: Construct) -> None:
        """Let everything live there that is within a construct by now."""
        for each in construct.node.find_all():
            if isinstance(each, (TerraformResource, TerraformDataSource)):
                each.provider = self.provider


def add_provider(stack: TerraformStack, deployment: Deployment) -> None:
    """Give the stack its provider, which refuses to work in any account but the environment's own."""
    region = deployment.environment.region
    AwsProvider(stack, "aws", region=region, **_common_settings(deployment), **_endpoints(deployment))


def add_disaster_recovery_region(stack: TerraformStack, deployment: Deployment) -> DisasterRecoveryRegion | None:
    """Give the stack a provider for the environment's disaster-recovery region; None where it has no such region.

    A former one has that provider too: without it Terraform could not take away what still lives there.
    """
    environment = deployment.environment
    region = environment.disaster_recovery_region or environment.former_disaster_recovery_region
    if region is None:
        return None
    provider = AwsProvider(stack, "aws-disaster-recovery", alias=ALIAS, region=region, **_common_settings(deployment))
    if environment.disaster_recovery_region is None:
        return None
    return DisasterRecoveryRegion(name=region, provider=provider)


def _common_settings(deployment: Deployment) -> dict[str, Any]:
    environment = deployment.environment
    return {
        "allowed_account_ids": [environment.account],
        "default_tags": [AwsProviderDefaultTags(tags=environment.resource_tags)],
        **(_sandbox_settings(deployment.sandbox) if deployment.sandbox else {}),
    }


def _endpoints(deployment: Deployment) -> dict[str, Any]:
    """The environment's own endpoints, which are those of its region; the sandbox has one for every region."""
    endpoints = deployment.environment.endpoints
    return {"endpoints": [AwsProviderEndpoints(**endpoints)]} if endpoints and not deployment.sandbox else {}


def _sandbox_settings(sandbox: SandboxConnection) -> dict[str, Any]:
    return {
        "endpoints": [AwsProviderEndpoints(**dict.fromkeys(SERVICES, sandbox.endpoint))],
        "custom_ca_bundle": str(sandbox.ca_file),
        "shared_credentials_files": [str(sandbox.credentials_file)],
        "profile": CREDENTIALS_PROFILE,
        "s3_use_path_style": True,
        # S3 Control has a host name for each account. An address on loopback is reached without the proxy.
        "https_proxy": sandbox.proxy,
        "skip_metadata_api_check": "true",
        "skip_region_validation": True,
        # One answer of 500 keeps Terraform waiting for ten minutes otherwise.
        "max_retries": 2,
    }
