"""Where Terraform keeps the state of a stack."""

from __future__ import annotations

from typing import Any, Final

from cdktf import LocalBackend, S3Backend, TerraformStack

from environments import Deployment, Environment, SandboxConnection
from environments.target import CREDENTIALS_PROFILE
from modules.encryption.keys import key_alias
from toolchain import paths

STATE: Final = "state"
"""Last part of the names of the state bucket and of its key."""

_SERVICES: Final = ("s3", "sts", "iam")  # what Terraform's S3 backend calls, as it names them


def add_bucket_state(stack: TerraformStack, deployment: Deployment) -> None:
    """Keep the stack's state in its environment's state bucket, encrypted and locked by a file beside it."""
    environment = deployment.environment
    S3Backend(
        stack,
        bucket=state_bucket_name(environment),
        key=f"{stack.node.id}.tfstate",
        region=environment.region,
        allowed_account_ids=[environment.account],
        encrypt=True,
        kms_key_id=key_alias(environment, STATE),
        **(_sandbox_settings(deployment.sandbox) if deployment.sandbox else _endpoints(environment)),
    )
    # The bindings are older than the setting.
    stack.add_override("terraform.backend.s3.use_lockfile", value=True)


def add_file_state(stack: TerraformStack, deployment: Deployment) -> None:
    """Keep the stack's state in a file on this machine, beside the sandbox's data where it describes the sandbox."""
    directory = deployment.sandbox.credentials_file.parent if deployment.sandbox else paths.BUILD
    LocalBackend(stack, path=str(paths.state_file(directory, stack=stack.node.id)))


def state_bucket_name(environment: Environment) -> str:
    """`<prefix>-<environment>-<account>-state`."""
    return environment.bucket_name(STATE)


def _endpoints(environment: Environment) -> dict[str, Any]:
    used = {service: url for service, url in environment.endpoints.items() if service in _SERVICES}
    return {"endpoints": used} if used else {}


def _sandbox_settings(sandbox: SandboxConnection) -> dict[str, Any]:
    return {
        "endpoints": dict.fromkeys(_SERVICES, sandbox.endpoint),
        "custom_ca_bundle": str(sandbox.ca_file),
        "shared_credentials_files": [str(sandbox.credentials_file)],
        "profile": CREDENTIALS_PROFILE,
        "use_path_style": True,
        "skip_metadata_api_check": True,
        "skip_region_validation": True,
        "max_retries": 2,
    }
