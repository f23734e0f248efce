"""Tries again what may help, ever more slowly, and never more than the budget and the deadline allow."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tierstore.core.deadlines import deadline
from tierstore.core.effects import Effect, Plan, Sleep
from tierstore.core.pace import Pace
from tierstore.core.retries import Backoff, RetryBudget, RetryPolicy
from tierstore.errors import ConflictError, StorageError, ThrottledError, UnavailableError
from tierstore.observability.events import Limit, RetriesExhausted
from tierstore.observability.watch import Watch, watched_by


@dataclass(frozen=True, kw_only=True)
class Ask(Effect[str]):
    pass


Outcome = str | StorageError


def policy(budget: RetryBudget | None = None, random: Callable[[], float] = lambda: 1.0) -> RetryPolicy:
    return RetryPolicy(
        failed=Backoff(attempts=4, base_seconds=1, cap_seconds=60),
        throttled=Backoff(attempts=3, base_seconds=100, cap_seconds=1000),
        budget=budget or RetryBudget(),
        random=random,
    )


def run(plan: Plan[str], *outcomes: Outcome) -> tuple[str, list[float]]:
    """Answer the plan's requests with the outcomes in turn; the result, and the waits in between."""
    left = list(outcomes)
    waits: list[float] = []
    try:
        effect = next(plan)
        while True:
            if isinstance(effect, Sleep):
                waits.append(effect.seconds)
                effect = plan.send(None)
                continue
            outcome = left.pop(0)
            effect = plan.throw(outcome) if isinstance(outcome, StorageError) else plan.send(outcome)
    except StopIteration as finished:
        return finished.value, waits


def test_an_answer_at_once_needs_no_wait() -> None:
    assert run(policy().retrying(Ask()), "yes") == ("yes", [])


def test_each_retry_waits_longer() -> None:
    outcomes: list[Outcome] = [UnavailableError("down"), UnavailableError("down"), UnavailableError("down"), "yes"]

    assert run(policy().retrying(Ask()), *outcomes) == ("yes", [1, 2, 4])


def test_throttling_is_met_with_a_backoff_of_its_own() -> None:
    outcomes: list[Outcome] = [ThrottledError("slow"), UnavailableError("down"), ThrottledError("slow"), "yes"]

    assert run(policy().retrying(Ask()), *outcomes) == ("yes", [100, 1, 200])


def test_when_the_attempts_are_used_up_the_last_error_is_raised() -> None:
    with pytest.raises(UnavailableError, match="fourth"):
        run(policy().retrying(Ask()), *(UnavailableError(word) for word in ("first", "second", "third", "fourth")))


def test_an_error_that_no_retry_helps_is_raised_at_once() -> None:
    with pytest.raises(ConflictError):
        run(policy().retrying(Ask()), ConflictError("changed"), "never")


def test_an_error_after_a_doubtful_attempt_is_itself_in_doubt() -> None:
    with pytest.raises(ConflictError) as conflict:
        run(policy().retrying(Ask()), UnavailableError("reset", in_doubt=True), ConflictError("changed"))

    assert conflict.value.in_doubt


def test_an_error_after_attempts_that_did_nothing_is_not_in_doubt() -> None:
    with pytest.raises(ConflictError) as conflict:
        run(policy().retrying(Ask()), UnavailableError("refused"), ConflictError("changed"))

    assert not conflict.value.in_doubt


def test_without_budget_there_is_no_retry() -> None:
    budget = RetryBudget(capacity=1, share=0)
    assert run(policy(budget).retrying(Ask()), UnavailableError("down"), "yes") == ("yes", [1])

    with pytest.raises(UnavailableError):
        run(policy(budget).retrying(Ask()), UnavailableError("down"), "never")


def test_first_attempts_fill_the_budget_again() -> None:
    budget = RetryBudget(capacity=1, share=0.5)
    assert budget.take_out()

    for _ in range(2):
        assert not budget.take_out()
        budget.pay_in()

    assert budget.take_out()


def test_no_retry_begins_that_the_deadline_would_cut_off() -> None:
    with deadline(1.5), pytest.raises(UnavailableError, match="second"):
        run(policy().retrying(Ask()), UnavailableError("first"), UnavailableError("second"), "never")


@given(
    attempts=st.integers(1, 12),
    base=st.floats(0.001, 10),
    cap=st.floats(0.001, 100),
    dice=st.floats(0, 1, exclude_max=True),
)
def test_delays_are_below_their_exponential_limit(attempts: int, base: float, cap: float, dice: float) -> None:
    delays = list(Backoff(attempts=attempts, base_seconds=base, cap_seconds=cap).delays(lambda: dice))

    assert len(delays) == attempts - 1
    assert all(delay <= min(cap, base * 2**n) for n, delay in enumerate(delays))


def test_full_jitter_may_wait_for_almost_no_time() -> None:
    backoff = Backoff(attempts=3, base_seconds=1, cap_seconds=60)

    assert list(islice(backoff.delays(lambda: 0.0), 2)) == [0, 0]


class Crowded(Pace):
    """From the first refusal on, more wait for their turn than can have one."""

    def throttled(self) -> None:
        self.is_limiting = True

    def turn(self) -> Plan[bool]:
        yield from ()
        return False


def test_whoever_watches_hears_that_the_pace_allows_no_other_try() -> None:
    told: list[object] = []
    watch = Watch("users.get", told.append)
    token = watched_by.set(watch)
    plan = policy().retrying(Ask(), Crowded())
    next(plan)
    plan.throw(ThrottledError("slow down"))

    with pytest.raises(ThrottledError):
        plan.send(None)
    watched_by.reset(token)

    assert told == [RetriesExhausted(operation="users.get", tier=watch.tier, limit=Limit.PACE)]
    assert not watch.is_retry
