"""The sections `plan` and `cost`: what a review lets pass, and what an estimate assumes."""

from __future__ import annotations

from datetime import date

from environments import load
from tests.environments.conftest import ProblemsOf, WriteEnvironment

ALLOWED = """\
plan:
  allowed:
    - address: aws_dynamodb_table.old
      action: {action}
      reason: {reason}
      until: {until}
"""


def allowed(*, action: str = "destroy", reason: str = "moved to core in March", until: str = "2026-12-31") -> str:
    return ALLOWED.format(action=action, reason=reason, until=until)


def test_an_allowed_change_has_address_action_reason_and_last_day(write: WriteEnvironment) -> None:
    file = write(allowed())

    (change,) = load("dev", directory=file.parent).plan.allowed

    assert (change.address, change.action) == ("aws_dynamodb_table.old", "destroy")
    assert change.until == date(2026, 12, 31)


def test_an_allowed_change_needs_a_reason_worth_reading(problems_of: ProblemsOf) -> None:
    (problem,) = problems_of(allowed(reason="because"))

    assert 'plan.allowed[0].reason: given "because", allowed a text of at least 15 characters' in problem


def test_a_day_that_does_not_exist_is_refused(problems_of: ProblemsOf) -> None:
    (problem,) = problems_of(allowed(until="2026-02-30"))

    assert 'dev.yaml:9: plan.allowed[0].until: given "2026-02-30", allowed a day such as 2026-12-31' in problem


def test_a_change_that_is_allowed_twice_is_refused(problems_of: ProblemsOf) -> None:
    twice = allowed() + allowed(until="2027-12-31").partition("allowed:\n")[2]

    (problem,) = problems_of(twice)

    assert 'plan.allowed[1]: given "aws_dynamodb_table.old" to destroy twice: keep one' in problem


def test_an_unknown_action_is_answered_with_the_known_ones(problems_of: ProblemsOf) -> None:
    (problem,) = problems_of(allowed(action="delete"))

    assert 'given "delete", allowed destroy, replace, unprotect or weaken' in problem


def test_usage_of_an_undeclared_table_is_refused(problems_of: ProblemsOf) -> None:
    (problem,) = problems_of("cost:\n  tables:\n    cores: {storage_gb: 1}\n")

    assert "dev.yaml:6: cost.tables.cores: unknown (did you mean core?), allowed core or state" in problem


def test_a_share_above_one_is_refused(problems_of: ProblemsOf) -> None:
    (problem,) = problems_of("cost:\n  buckets:\n    assets: {cold_share: 50}\n")

    assert "cost.buckets.assets.cold_share: given 50, allowed a number from 0 to 1" in problem
