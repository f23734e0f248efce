"""The verdict on a plan, from everything that was found."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from environments.schema import AllowedChange, Environment
from validation.cost.comparison import CostComparison, compare
from validation.plan import browsers, drift, exposure, policies, protection, security, stateful, tags
from validation.plan.allowances import judge
from validation.plan.checkov import CheckovReport
from validation.plan.drift import Drift, drifts
from validation.plan.finding import Finding, Kind
from validation.plan.fingerprint import fingerprint
from validation.plan.model import Action, Change, Plan
from validation.plan.replacement import Cause, forced_by
from validation.plan.summary import TierSummary, summarize

_SOURCES: Final = (stateful, protection, security, policies, exposure, browsers, drift)


@dataclass(frozen=True, kw_only=True)
class Review:
    """Everything that is to say about a plan."""

    environment: Environment
    plan: Plan
    summary: tuple[TierSummary, ...]
    replacements: tuple[tuple[Change, Cause], ...]
    """Of any resource, whether it holds data or not."""
    drift: tuple[Drift, ...]
    findings: tuple[Finding, ...]
    """The gravest first."""
    expired: tuple[AllowedChange, ...]
    unused: tuple[AllowedChange, ...]
    checkov: CheckovReport | None
    """None where it did not run."""
    cost: CostComparison
    must_be_empty: bool
    """The review was asked to accept no change and no drift, as after a deployment."""
    approved: str | None
    """Fingerprint of the plan that somebody approved, None where nobody was asked."""

    def reasons(self) -> Iterator[str]:
        """Why the plan must not be applied, a line each; none where it may."""
        for finding in self.findings:
            if finding.blocks:
                yield f"{finding.kind} {finding.address}: {finding.what}"
        if self.environment.production and self.checkov is not None:
            for check in self.checkov.failed:
                yield f"checkov {check.address}: {check.id} {check.title}"
        if self.must_be_empty and not self.plan.is_empty:
            yield "the plan is not empty, although nothing should have changed"
        if self.must_be_empty and not self.plan.complete:
            yield "the plan is not complete, so that nobody can tell whether something would change"
        if self.approved not in (None, self.fingerprint):
            yield f"the plan {self.fingerprint} is not the approved one, {self.approved}: have it approved anew"
        if self.must_be_empty and self.drift:
            yield f"{len(self.drift)} resources were changed outside Terraform"

    @property
    def fingerprint(self) -> str:
        """Tells this plan from others."""
        return fingerprint(self.plan)

    @property
    def is_blocked(self) -> bool:
        """Whether the plan must not be applied."""
        return any(True for _ in self.reasons())


def review(
    plan: Plan,
    environment: Environment,
    *,
    today: date,
    checkov: CheckovReport | None = None,
    must_be_empty: bool = False,
    approved: str | None = None,
) -> Review:
    """Judge a plan; raises `CouldNotRun` where the environment overrides a price that does not exist."""
    found = dict.fromkeys(
        [*(finding for source in _SOURCES for finding in source.findings(plan)), *tags.findings(plan, environment)]
    )
    judged = judge(found, environment.plan.allowed, today=today)
    gravity = list(Kind)
    return Review(
        environment=environment,
        plan=plan,
        summary=summarize(plan),
        replacements=tuple((change, forced_by(change)) for change in plan.changes if change.action is Action.REPLACE),
        drift=drifts(plan),
        findings=tuple(
            sorted(judged.findings, key=lambda finding: (gravity.index(finding.kind), finding.address, finding.what))
        ),
        expired=judged.expired,
        unused=judged.unused,
        checkov=checkov,
        cost=compare(plan, environment),
        must_be_empty=must_be_empty,
        approved=approved,
    )
