"""Where a sandbox keeps everything it knows: one directory each, so that several can run side by side."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from toolchain import paths

ENVIRONMENT_VARIABLE = "TIERSTORE_SANDBOX_DIRECTORY"


@dataclass(frozen=True, kw_only=True)
class Directory:
    """The files of one sandbox."""

    root: Path

    @property
    def connection(self) -> Path:
        """How clients reach the running sandbox (JSON, mode 0600); exists only while it runs."""
        return self.root / "sandbox.json"

    @property
    def credentials(self) -> Path:
        """The connection's access key as a shared credentials file of the AWS SDKs (mode 0600)."""
        return self.root / "credentials"

    @property
    def lock(self) -> Path:
        """Held by the command that is changing this sandbox."""
        return self.root / "lock"

    @property
    def gateway_pid(self) -> Path:
        """The gateway's pid file."""
        return self.root / "gateway.pid"

    @property
    def gateway_log(self) -> Path:
        """What the gateway has to say, the oldest half dropped now and then."""
        return self.root / "gateway.log"

    @property
    def certificates(self) -> Path:
        """The sandbox's own certificate authority and the gateway's certificate."""
        return self.root / "certificates"

    @property
    def authority(self) -> Path:
        """The CA certificate that clients of the gateway and of Redis trust."""
        return self.certificates / "ca.pem"

    @property
    def state(self) -> Path:
        """The control plane's state."""
        return self.root / "state"

    @property
    def redis(self) -> Path:
        """One folder per replication group."""
        return self.root / "redis"

    @property
    def redis_users(self) -> Path:
        """Random passwords that stand in for IAM tokens: `{"<user name>": "<password>"}`, mode 0600."""
        return self.root / "redis-users.json"


def default() -> Directory:
    """Return the directory that TIERSTORE_SANDBOX_DIRECTORY names, else `build/sandbox` of this checkout."""
    named = os.environ.get(ENVIRONMENT_VARIABLE)
    return Directory(root=Path(named).resolve() if named else paths.BUILD / "sandbox")
