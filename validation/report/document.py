"""The report as one JSON document, from which every other form is rendered."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeAlias

from validation.framework.check import Check
from validation.framework.result import Finding, Json, Result, Status, conclude_all, summarize

Document: TypeAlias = Mapping[str, Any]

SYMBOLS: Final = {Status.PASSED: "✓", Status.FAILED: "✗", Status.SKIPPED: "–", Status.ERROR: "!"}
"""What stands beside each status, for readers who tell no colours apart."""


@dataclass(frozen=True, kw_only=True)
class Subject:
    """What was validated."""

    environment: str
    target: str
    account: str
    region: str


def run_document(
    subject: Subject,
    checks: Sequence[Check[Any]],
    results: Sequence[Result],
    *,
    started_at: datetime,
    seconds: float,
) -> dict[str, Json]:
    """Everything that a run found; `summary` counts results, that is a check on a resource."""
    by_check: dict[str, list[Result]] = {check.id: [] for check in checks}
    for result in results:
        by_check[result.check].append(result)
    return {
        "version": 1,
        **subject_entry(subject),
        "started_at": started_at.isoformat(timespec="seconds"),
        "seconds": round(seconds, 1),
        "summary": {status.value: count for status, count in summarize(results).items()},
        # A check of something that the environment does not have examined nothing.
        "checks": [_check_entry(check, by_check[check.id]) for check in checks if by_check[check.id]],
    }


def subject_entry(subject: Subject) -> dict[str, Json]:
    """The first lines of every report."""
    return {
        "environment": subject.environment,
        "target": subject.target,
        "account": subject.account,
        "region": subject.region,
    }


def value_text(value: Json) -> str:
    """A value in one line: text as it is, everything else as JSON."""
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True)


def comparison(finding: Document) -> str:
    """A finding in one line."""
    return f"{finding['what']}: expected {value_text(finding['expected'])}, found {value_text(finding['found'])}"


def _check_entry(check: Check[Any], results: Sequence[Result]) -> dict[str, Json]:
    return {
        "id": check.id,
        "title": check.title,
        "tier": check.tier.value,
        "severity": check.severity.value,
        "explanation": check.explanation,
        "status": conclude_all(result.status for result in results).value,
        "results": [_result_entry(result) for result in results],
    }


def _result_entry(result: Result) -> dict[str, Json]:
    return {
        "resource": result.resource,
        "status": result.status.value,
        "reason": result.reason,
        "seconds": round(result.seconds, 3),
        "findings": [_finding_entry(finding) for finding in result.findings],
    }


def _finding_entry(finding: Finding) -> dict[str, Json]:
    return {
        "what": finding.what,
        "expected": finding.expected,
        "found": finding.found,
        "passed": finding.passed,
    }
