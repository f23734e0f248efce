"""Where an environment is deployed: into its AWS account, or into the sandbox that runs on this machine."""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from environments.loader import DIRECTORY, load
from environments.problems import SandboxNotRunning, UnusableEnvironment, dotted, shown
from environments.schema import Environment
from environments.schema.values import AccountId, RegionName

TARGET_VARIABLE = "TIERSTORE_TARGET"
"""`sandbox` points any environment at the sandbox; unset or empty leaves it where its file says."""

SANDBOX_DIRECTORY_VARIABLE = "TIERSTORE_SANDBOX_DIRECTORY"
"""Where the sandbox keeps its data, instead of `build/sandbox`."""

SANDBOX_DIRECTORY = Path(__file__).parent.parent / "build" / "sandbox"

CREDENTIALS_PROFILE = "tierstore-sandbox"
"""Profile in the sandbox's credentials file; naming it keeps the shell's own AWS credentials out of the way."""

ANSWER_SECONDS = 2.0
"""A sandbox on loopback that takes longer to accept a connection hangs."""


class SandboxRedis(BaseModel):
    """What a client of the sandbox's Redis needs beside the replication group's address."""

    model_config = ConfigDict(frozen=True)

    user_passwords_file: Path
    """JSON `{"<user name>": "<password>"}`, mode 0600; each password stands in for an IAM token."""
    ca_file: Path


class SandboxConnection(BaseModel):
    """How to reach the running sandbox, as it wrote it down when it started."""

    model_config = ConfigDict(frozen=True)

    version: Literal[1]
    pid: int = Field(gt=0)
    endpoint: str = Field(pattern=r"^https://127(\.\d+){3}:\d+$")
    """AWS over TLS, signed by `ca_file`."""
    insecure_endpoint: str = Field(pattern=r"^http://127(\.\d+){3}:\d+$")
    """The same without TLS, for checks that it is refused."""
    proxy: str = Field(pattern=r"^http://127(\.\d+){3}:\d+$")
    """Leads to `endpoint` also by names that no resolver knows, such as `<account>.127.0.0.1`."""
    ca_file: Path
    region: RegionName
    account: AccountId
    access_key_id: str
    secret_access_key: str = Field(repr=False)
    credentials_file: Path
    """The same key as a shared credentials file of the AWS SDKs, mode 0600, in the profile `CREDENTIALS_PROFILE`."""
    redis: SandboxRedis

    @property
    def port(self) -> int:
        """The HTTPS port."""
        return urlsplit(self.endpoint).port or 0

    @property
    def insecure_port(self) -> int:
        """The plain HTTP port."""
        return urlsplit(self.insecure_endpoint).port or 0

    @property
    def proxy_port(self) -> int:
        """The port of the proxy."""
        return urlsplit(self.proxy).port or 0

    @classmethod
    def load(cls, directory: Path) -> Self:
        """The connection of the sandbox that runs in `directory`; raises `SandboxNotRunning` where none answers."""
        file = directory / "sandbox.json"
        try:
            connection = cls.model_validate_json(file.read_bytes())
        except OSError as error:
            raise SandboxNotRunning(_not_running(f"{shown(file)}: {error.strerror}")) from None
        except ValidationError as error:
            # Never the input: it holds a secret.
            fields = ", ".join(dotted(details["loc"]) or "its JSON" for details in error.errors(include_input=False))
            raise SandboxNotRunning(_not_running(f"{shown(file)} is not understood: {fields}")) from None
        if not _is_alive(connection.pid):
            raise SandboxNotRunning(_not_running(f"its process {connection.pid} has ended"))
        if not _accepts(connection.endpoint):
            raise SandboxNotRunning(_not_running(f"nothing accepts connections at {connection.endpoint}"))
        return connection


@dataclass(frozen=True, kw_only=True)
class Deployment:
    """An environment together with the place where it is deployed."""

    environment: Environment
    """Its `target` and `account` are those of the place, and physical names follow."""
    sandbox: SandboxConnection | None
    """None on AWS."""


def load_target(name: str, *, directory: Path = DIRECTORY, variables: Mapping[str, str] = os.environ) -> Deployment:
    """The environment `name` and where it is deployed now, as its file and the variables TIERSTORE_* say.

    Raises `UnusableEnvironment`: unknown, invalid, a target that does not exist, or a sandbox that is not running.
    """
    environment = load(name, directory=directory)
    if _target(environment, variables) == "aws":
        return Deployment(environment=environment, sandbox=None)
    sandbox = SandboxConnection.load(sandbox_directory(variables))
    moved = environment.model_copy(update={"target": "sandbox", "account": sandbox.account})
    return Deployment(environment=moved, sandbox=sandbox)


def sandbox_directory(variables: Mapping[str, str] = os.environ) -> Path:
    """Where the sandbox keeps its data."""
    return Path(variables.get(SANDBOX_DIRECTORY_VARIABLE) or SANDBOX_DIRECTORY)


def _target(environment: Environment, variables: Mapping[str, str]) -> Literal["aws", "sandbox"]:
    override = variables.get(TARGET_VARIABLE, "")
    if override not in {"", "sandbox"}:
        raise UnusableEnvironment(
            f"{TARGET_VARIABLE}: given {override!r}, allowed sandbox: unset it to let {environment.name}.yaml decide"
        )
    return "sandbox" if override else environment.target


def _not_running(reason: str) -> str:
    return f"the sandbox is not running ({reason}): start it with `python -m sandbox up`"


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _accepts(endpoint: str) -> bool:
    address = urlsplit(endpoint)
    try:
        with socket.create_connection((address.hostname, address.port), timeout=ANSWER_SECONDS):
            return True
    except OSError:
        return False
