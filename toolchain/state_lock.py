"""Releases the lock on a remote state that a killed run of this checkout left behind, and no other lock.

Terraform interrupted in order releases its lock, and the kernel that of a local state. What remains is the lock file in
the S3 bucket after Terraform itself was killed outright.
"""

from __future__ import annotations

import os
import pwd
import re
import socket
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Self

from toolchain import paths, processes, stack_history


@dataclass(frozen=True, kw_only=True)
class Lock:
    """A lock on a state, as Terraform describes it; `who` is `<user>@<host>`."""

    id: str
    who: str
    created: datetime

    @classmethod
    def parse(cls, output: str) -> Self | None:
        """Find the description of a lock in Terraform's output."""
        fields = dict(re.findall(r"^\s*(ID|Who|Created):\s+(.+?)\s*$", output, re.MULTILINE))
        created = re.match(r"(\S+ \d\d:\d\d:\d\d)\S* \+0000", fields.get("Created", ""))
        if created is None or not fields.keys() >= {"ID", "Who"}:
            return None
        return cls(
            id=fields["ID"],
            who=fields["Who"],
            created=datetime.strptime(created.group(1), "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC),
        )

    def is_abandoned(self, *, me: str, since: datetime, terraform_runs: bool) -> bool:
        """Tell whether its owner has certainly ended.

        It has where the lock was taken by this user on this host, after the run began that did not finish, and no
        Terraform runs here now.
        """
        return self.who == me and self.created >= since.replace(microsecond=0) and not terraform_runs


def release_abandoned(stack: str, *, environment: Mapping[str, str]) -> None:
    """Release the lock on the stack's state where a run left it; say who holds it where somebody else may."""
    since = stack_history.unfinished_since(stack)
    if since is None:
        return
    # There is no command that shows a lock; asked to release one by a wrong id, Terraform describes it and keeps it.
    lock = Lock.parse(_force_unlock(stack, "unknown", environment=environment))
    if lock is None:
        return
    if lock.is_abandoned(me=_me(), since=since, terraform_runs=processes.any_named("terraform")):
        print(f"Releasing the lock that a killed run left on the state of {stack} (lock {lock.id}).", flush=True)
        _force_unlock(stack, lock.id, environment=environment)
        return
    folder = paths.STACKS.relative_to(paths.ROOT) / stack
    print(
        f"The state of {stack} is locked by {lock.who} since {lock.created:%Y-%m-%d %H:%M:%S} UTC. "
        f"Once that run has ended: `terraform -chdir={folder} force-unlock {lock.id}`.",
        flush=True,
    )


def _force_unlock(stack: str, lock_id: str, *, environment: Mapping[str, str]) -> str:
    return subprocess.run(
        ["terraform", f"-chdir={paths.STACKS / stack}", "force-unlock", "-force", "-no-color", lock_id],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    ).stdout


def _me() -> str:
    return f"{pwd.getpwuid(os.getuid()).pw_name}@{socket.gethostname()}"
