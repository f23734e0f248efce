"""How clients reach a running sandbox: `sandbox.json`, and its access key as a credentials file for Terraform."""

from __future__ import annotations

from pydantic import ValidationError

from environments.target import CREDENTIALS_PROFILE, SandboxConnection
from sandbox.directory import Directory
from sandbox.files import write_private


def read(directory: Directory) -> SandboxConnection | None:
    """Return the connection of a directory, or None where there is none."""
    try:
        return SandboxConnection.model_validate_json(directory.connection.read_text())
    except (FileNotFoundError, ValidationError):
        return None


def write(directory: Directory, connection: SandboxConnection) -> None:
    """Publish the connection and its access key, both in files of mode 0600."""
    write_private(connection.credentials_file, render_credentials(connection).encode())
    write_private(directory.connection, connection.model_dump_json(indent=2).encode() + b"\n")


def render_variables(connection: SandboxConnection) -> dict[str, str]:
    """Return the variables by which AWS's tools and the library reach the sandbox; they hold no secret."""
    return {
        "AWS_ENDPOINT_URL": connection.endpoint,
        "AWS_CA_BUNDLE": str(connection.ca_file),
        "AWS_SHARED_CREDENTIALS_FILE": str(connection.credentials_file),
        "AWS_PROFILE": CREDENTIALS_PROFILE,
        "AWS_REGION": connection.region,
        "AWS_DEFAULT_REGION": connection.region,
        "TIERSTORE_REDIS_PASSWORDS_FILE": str(connection.redis.user_passwords_file),
    }


def render_credentials(connection: SandboxConnection) -> str:
    """Return the access key as the shared credentials file of AWS's SDKs."""
    return (
        f"[{CREDENTIALS_PROFILE}]\n"
        f"aws_access_key_id = {connection.access_key_id}\n"
        f"aws_secret_access_key = {connection.secret_access_key}\n"
    )
