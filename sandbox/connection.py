"""How clients reach a running sandbox: `sandbox.json`."""

from __future__ import annotations

from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, ValidationError

from sandbox.directory import Directory
from sandbox.files import write_private


class RedisConnection(BaseModel):
    """What a Redis client needs beside the replication group's endpoint."""

    model_config = ConfigDict(frozen=True)

    user_passwords_file: Path
    ca_file: Path


class Connection(BaseModel):
    """The content of `sandbox.json`; the access key is an IAM user's with AdministratorAccess."""

    model_config = ConfigDict(frozen=True)

    version: Literal[1] = 1
    pid: int
    endpoint: str
    insecure_endpoint: str
    ca_file: Path
    account: str
    region: str
    access_key_id: str
    secret_access_key: str
    redis: RedisConnection

    @property
    def port(self) -> int:
        """The HTTPS port."""
        return urlsplit(self.endpoint).port or 0

    @property
    def insecure_port(self) -> int:
        """The plain HTTP port."""
        return urlsplit(self.insecure_endpoint).port or 0


def read(directory: Directory) -> Connection | None:
    """Return the connection of a directory, or None where there is none."""
    try:
        return Connection.model_validate_json(directory.connection.read_text())
    except (FileNotFoundError, ValidationError):
        return None


def write(directory: Directory, connection: Connection) -> None:
    """Publish the connection, mode 0600."""
    write_private(directory.connection, connection.model_dump_json(indent=2).encode() + b"\n")
