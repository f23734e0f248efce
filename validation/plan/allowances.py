"""Lets findings pass that the environment's file allows, and tells which entries of the file no longer do anything."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from environments.schema import AllowedChange
from validation.plan.finding import Finding


@dataclass(frozen=True, kw_only=True)
class Judged:
    """Findings after the entries of the environment's file were looked at."""

    findings: tuple[Finding, ...]
    """Those that an entry in force names carry it; the others are as they were."""
    expired: tuple[AllowedChange, ...]
    unused: tuple[AllowedChange, ...]
    """In force, but nothing that they name would happen."""


def judge(findings: Iterable[Finding], allowed: Sequence[AllowedChange], *, today: date) -> Judged:
    """Match findings with entries by address and kind; the last day of an entry still counts."""
    in_force: dict[tuple[str, str], AllowedChange] = {
        (entry.address, entry.action): entry for entry in allowed if entry.until >= today
    }
    judged = tuple(replace(finding, allowed=in_force.get((finding.address, finding.kind))) for finding in findings)
    used = [finding.allowed for finding in judged]
    return Judged(
        findings=judged,
        expired=tuple(entry for entry in allowed if entry.until < today),
        unused=tuple(entry for entry in in_force.values() if entry not in used),
    )
