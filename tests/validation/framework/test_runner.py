"""Running checks: whatever one does becomes a result that says so."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from validation.framework.check import Check
from validation.framework.result import Finding, Result, Severity, Skip, Status, Unmet, compare
from validation.framework.runner import Task, examine, plan, run

Examine = Callable[[None, str], Iterable[Finding]]

GOOD = compare("thing", expected=1, found=1)
BAD = compare("thing", expected=1, found=2)


def a_check(behave: Examine, *, id_: str = "s3.thing", resources: Sequence[str] = ("one",)) -> Check[None]:
    return Check(
        id=id_,
        title="Thing",
        severity=Severity.HIGH,
        explanation="",
        resources=lambda _context: resources,
        examine=behave,
    )


def result_of(behave: Examine) -> Result:
    return examine(Task(check=a_check(behave), resource="one"), None)


def yields_then(*findings: Finding, then: Exception) -> Examine:
    def behave(_context: None, _resource: str) -> Iterator[Finding]:
        yield from findings
        raise then

    return behave


def test_passes_where_all_is_as_expected() -> None:
    assert result_of(lambda _context, _resource: [GOOD, GOOD]).status is Status.PASSED


def test_fails_where_one_thing_is_not() -> None:
    assert result_of(lambda _context, _resource: [GOOD, BAD]).status is Status.FAILED


def test_a_check_that_compares_nothing_is_an_error() -> None:
    result = result_of(lambda _context, _resource: [])

    assert (result.status, result.reason) == (Status.ERROR, "the check compared nothing")


def test_an_exception_is_an_error_with_its_cause_in_one_line() -> None:
    result = result_of(yields_then(GOOD, then=RuntimeError("no answer\nand more")))

    assert (result.status, result.reason) == (Status.ERROR, "RuntimeError: no answer")
    assert result.findings == (GOOD,)


def test_a_skip_gives_its_reason() -> None:
    result = result_of(yields_then(then=Skip("run it inside")))

    assert (result.status, result.reason) == (Status.SKIPPED, "run it inside")


@pytest.mark.parametrize("then", [Skip("run it inside"), RuntimeError("no answer")])
def test_what_failed_before_is_never_hidden(then: Exception) -> None:
    result = result_of(yields_then(BAD, then=then))

    assert result.status in (Status.FAILED, Status.ERROR)
    assert result.findings == (BAD,)


def test_an_unmet_precondition_is_a_failure_that_names_it() -> None:
    result = result_of(yields_then(then=Unmet("table core", expected="exists", found="does not exist")))

    assert result.status is Status.FAILED
    assert [finding.found for finding in result.findings] == ["does not exist"]


def test_an_unmet_precondition_cannot_be_met() -> None:
    with pytest.raises(ValueError, match="is what was expected"):
        Unmet("table core", expected="exists", found="exists")


def test_every_check_runs_on_each_of_its_resources_in_order() -> None:
    checks = [
        a_check(lambda _context, _resource: [GOOD], id_="s3.first", resources=["a", "b"]),
        a_check(lambda _context, _resource: [BAD], id_="s3.second", resources=["c"]),
    ]
    seen: list[str] = []

    results = run(plan(checks, None), None, workers=3, on_result=lambda result: seen.append(result.resource))

    assert [(result.check, result.resource) for result in results] == [
        ("s3.first", "a"),
        ("s3.first", "b"),
        ("s3.second", "c"),
    ]
    assert sorted(seen) == ["a", "b", "c"]


def test_checks_run_at_the_same_time() -> None:
    together = threading.Barrier(3, timeout=300)

    def meet(_context: None, _resource: str) -> Iterator[Finding]:
        together.wait()
        yield GOOD

    tasks = plan([a_check(meet, resources=["a", "b", "c"])], None)

    assert [result.status for result in run(tasks, None, workers=3, on_result=lambda _result: None)] == [
        Status.PASSED,
        Status.PASSED,
        Status.PASSED,
    ]


@pytest.fixture
def cancelled(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Set once a pool has cancelled what it has not begun."""
    event = threading.Event()
    shutdown = ThreadPoolExecutor.shutdown

    def tell(pool: ThreadPoolExecutor, **options: bool) -> None:
        shutdown(pool, **options)
        if options.get("cancel_futures"):
            event.set()

    monkeypatch.setattr(ThreadPoolExecutor, "shutdown", tell)
    return event


def test_an_interrupt_lets_running_checks_clean_up_and_starts_no_other(cancelled: threading.Event) -> None:
    cleaned: list[str] = []
    begun = threading.Event()

    def behave(_context: None, resource: str) -> Iterator[Finding]:
        try:
            yield GOOD
            if resource == "running":
                begun.set()
                assert cancelled.wait(300)
        finally:
            cleaned.append(resource)

    def interrupt(_result: Result) -> None:
        assert begun.wait(300)
        raise KeyboardInterrupt

    tasks = plan([a_check(behave, resources=["ended", "running", "waiting"])], None)

    with pytest.raises(KeyboardInterrupt):
        run(tasks, None, workers=1, on_result=interrupt)
    assert cleaned == ["ended", "running"]


def test_a_check_of_what_the_environment_does_not_have_is_left_out() -> None:
    assert plan([a_check(lambda _context, _resource: [GOOD], resources=[])], None) == ()
