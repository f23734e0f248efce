"""Runs Checkov on a plan, and takes out of its findings what the code says is meant so."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from validation.errors import CouldNotRun
from validation.plan.model import without_indexes

SHORTEST_REASON: Final = 15
"""Characters, as for every reason that an environment's file gives."""

_SECONDS: Final = 300
_INHERITED: Final = ("HOME", "LANG", "PATH", "TMPDIR", "TZ")
"""Checkov needs no credentials, so it gets none."""


@dataclass(frozen=True, kw_only=True)
class FailedCheck:
    """One of Checkov's checks that one resource does not pass."""

    id: str
    title: str
    address: str
    reason: str = ""
    """Why it is meant so; "" where nobody says so."""


@dataclass(frozen=True, kw_only=True)
class Suppression:
    """A note beside a resource in the code: a check that it does not pass on purpose."""

    id: str
    address: str
    reason: str

    @property
    def is_reasoned(self) -> bool:
        """Whether the reason is one."""
        return len(self.reason.strip()) >= SHORTEST_REASON


@dataclass(frozen=True, kw_only=True)
class CheckovReport:
    """What Checkov says of a plan."""

    passed: int
    failed: tuple[FailedCheck, ...]
    suppressed: tuple[FailedCheck, ...]
    """Failed, for a reason that stands beside the resource."""
    void: tuple[Suppression, ...]
    """Notes that suppress nothing, or give no reason worth reading."""


def scan(plan_file: Path, suppressions: Sequence[Suppression], *, executable: Path) -> CheckovReport:
    """Run Checkov, offline, on the JSON of a plan; raises `CouldNotRun` where it does not do its work."""
    command = [str(executable), "-f", str(plan_file), "--framework", "terraform_plan", "--skip-download"]
    try:
        finished = subprocess.run(
            [*command, "--quiet", "--compact", "--soft-fail", "--output", "json"],
            env={name: os.environ[name] for name in _INHERITED if name in os.environ} | {"LOG_LEVEL": "ERROR"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise CouldNotRun(f"Checkov did not end within {_SECONDS} s: run again, or with --no-checkov") from None
    try:
        return read_report(json.loads(finished.stdout), suppressions)
    except (KeyError, TypeError, ValueError) as error:
        said = (finished.stderr.strip().splitlines() or ["nothing"])[-1]
        raise CouldNotRun(
            f"Checkov's answer can't be read ({error}); it said: {said}. "
            "Install it anew with `python3 -m toolchain checkov`, or run with --no-checkov"
        ) from error


def read_report(answer: Mapping[str, Any], suppressions: Sequence[Suppression]) -> CheckovReport:
    """Checkov's JSON, its failed checks parted by whether the code gives a reason; raises ValueError and KeyError."""
    if "results" not in answer:
        # So it answers where there is nothing to check.
        return CheckovReport(passed=0, failed=(), suppressed=(), void=tuple(suppressions))
    if answer["summary"]["parsing_errors"]:
        raise ValueError("it could not parse the plan")
    reasons = {(note.id, note.address): note.reason.strip() for note in suppressions if note.is_reasoned}
    found = sorted(
        {
            FailedCheck(
                id=check["check_id"],
                title=check["check_name"],
                address=check["resource"],
                reason=reasons.get((check["check_id"], without_indexes(check["resource"])), ""),
            )
            for check in answer["results"]["failed_checks"]
        },
        key=lambda check: (check.id, check.address),
    )
    used = {(check.id, without_indexes(check.address)) for check in found if check.reason}
    return CheckovReport(
        passed=answer["summary"]["passed"],
        failed=tuple(check for check in found if not check.reason),
        suppressed=tuple(check for check in found if check.reason),
        void=tuple(note for note in suppressions if (note.id, note.address) not in used),
    )


def suppressions(stack: Mapping[str, Any]) -> tuple[Suppression, ...]:
    """The notes in the synthesized JSON of a stack: `"//": {"checkov": {"<id>": "<reason>"}}` in a resource."""
    return tuple(
        Suppression(id=id_, address=f"{type_}.{name}", reason=str(reason))
        for type_, resources in sorted(stack.get("resource", {}).items())
        for name, resource in sorted(resources.items())
        for id_, reason in sorted(resource.get("//", {}).get("checkov", {}).items())
    )
