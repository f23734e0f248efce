"""Retries are spread in time, and are never more than a share of the requests."""

from __future__ import annotations

import pytest

from tierstore.resilience.retries import RetryBudget, full_jitter


@pytest.mark.parametrize(("attempt", "longest"), [(0, 0.05), (1, 0.1), (3, 0.4), (10, 1.0)])
def test_the_longest_wait_doubles_up_to_its_cap(attempt: int, longest: float) -> None:
    assert full_jitter(attempt, base=0.05, cap=1.0, draw=lambda: 1.0) == pytest.approx(longest)


def test_a_wait_may_be_nothing_at_all() -> None:
    assert full_jitter(5, base=0.05, cap=1.0, draw=lambda: 0.0) == 0


def test_a_budget_that_is_used_up_allows_no_retry() -> None:
    budget = RetryBudget(tokens=2)

    assert [budget.take() for _ in range(3)] == [True, True, False]


def test_successes_earn_retries_back() -> None:
    budget = RetryBudget(tokens=1, refill=0.5)
    budget.take()
    budget.succeeded()
    assert not budget.take()

    budget.succeeded()

    assert budget.take()


def test_successes_never_earn_more_than_a_full_budget() -> None:
    budget = RetryBudget(tokens=1, refill=0.5)
    for _ in range(10):
        budget.succeeded()

    assert [budget.take(), budget.take()] == [True, False]
