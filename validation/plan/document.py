"""The review as one JSON document, from which every other form is rendered."""

from __future__ import annotations

from typing import Any

from environments.schema import AllowedChange
from validation.cost.document import cost_document
from validation.plan.checkov import CheckovReport, FailedCheck
from validation.plan.drift import Drift
from validation.plan.finding import Finding
from validation.plan.model import Change
from validation.plan.replacement import Cause
from validation.plan.review import Review
from validation.plan.stateful import STATEFUL
from validation.plan.summary import TierSummary, words
from validation.plan.values import dotted, shown

Document = dict[str, Any]


def review_document(review: Review) -> Document:
    """Everything that a review found; `verdict` is `blocked` or `clean`."""
    environment = review.environment
    return {
        "version": 1,
        "environment": environment.name,
        "production": environment.production,
        "target": environment.target,
        "account": environment.account,
        "region": environment.region,
        "verdict": "blocked" if review.is_blocked else "clean",
        "reasons": list(review.reasons()),
        "plan": {
            "terraform": review.plan.terraform_version,
            "fingerprint": review.fingerprint,
            "is_empty": review.plan.is_empty,
            "is_complete": review.plan.complete and not review.plan.errored,
            "changed_outputs": list(review.plan.changed_outputs),
        },
        "summary": [_tier(tier) for tier in review.summary],
        "findings": [_finding(finding) for finding in review.findings],
        "replacements": [_replacement(change, cause) for change, cause in review.replacements],
        "drift": [_drift(drift) for drift in review.drift],
        "allowed": {
            "expired": [_allowed(entry) for entry in review.expired],
            "unused": [_allowed(entry) for entry in review.unused],
        },
        "checkov": _checkov(review.checkov),
        "cost": cost_document(review.cost),
    }


def counts(document: Document) -> str:
    """How many resources the plan creates, updates … in one line."""
    totals: dict[str, int] = {}
    for tier in document["summary"]:
        for word, count in tier["counts"].items():
            totals[word] = totals.get(word, 0) + count
    return ", ".join(f"{count} to {word}" for word, count in totals.items()) or "no changes"


def _tier(tier: TierSummary) -> Document:
    return {
        "tier": tier.tier.value,
        "counts": dict(tier.counts),
        "changes": [_change(change) for change in tier.changes],
    }


def _change(change: Change) -> Document:
    return {
        "address": change.address,
        "actions": list(words(change)),
        "previous_address": change.previous_address,
    }


def _finding(finding: Finding) -> Document:
    return {
        "kind": finding.kind.value,
        "address": finding.address,
        "what": finding.what,
        "before": finding.before,
        "after": finding.after,
        "remedy": finding.remedy,
        "blocks": finding.blocks,
        "allowed": _allowed(finding.allowed) if finding.allowed else None,
    }


def _replacement(change: Change, cause: Cause) -> Document:
    return {
        "address": change.address,
        "is_stateful": change.type in STATEFUL,
        "why": cause.why,
        "before": cause.before,
        "after": cause.after,
    }


def _drift(drift: Drift) -> Document:
    return {
        "address": drift.address,
        "is_gone": drift.is_gone,
        "outcome": drift.outcome,
        "differences": [
            {"path": dotted(path), "before": shown(before), "after": shown(after)}
            for path, before, after in drift.differences
        ],
    }


def _allowed(entry: AllowedChange) -> Document:
    return entry.model_dump(mode="json")


def _checkov(report: CheckovReport | None) -> Document | None:
    if report is None:
        return None
    return {
        "passed": report.passed,
        "failed": [_check(check) for check in report.failed],
        "suppressed": [_check(check) for check in report.suppressed],
        "void": [{"id": note.id, "address": note.address, "reason": note.reason} for note in report.void],
    }


def _check(check: FailedCheck) -> Document:
    return {"id": check.id, "title": check.title, "address": check.address, "reason": check.reason}
