"""A deadline holds for everything that is called within it, in its own thread or task."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest

from tierstore.errors import TimedOutError
from tierstore.resilience.deadline import deadline, seconds_left, within_deadline


def test_without_a_deadline_a_request_has_its_own_time() -> None:
    assert within_deadline(0.25) == 0.25
    assert seconds_left() == float("inf")


def test_a_request_gets_no_more_than_what_is_left() -> None:
    with deadline(60):
        assert 59 < within_deadline(100) <= 60


def test_a_shorter_request_keeps_its_own_time() -> None:
    with deadline(60):
        assert within_deadline(0.25) == 0.25


def test_of_nested_deadlines_the_earliest_holds() -> None:
    with deadline(10), deadline(60):
        assert seconds_left() <= 10


def test_it_ends_with_its_block() -> None:
    with deadline(10):
        with deadline(5):
            assert seconds_left() <= 5
        assert 5 < seconds_left() <= 10
    assert seconds_left() == float("inf")


def test_once_it_has_passed_nothing_is_sent() -> None:
    with deadline(0), pytest.raises(TimedOutError, match="passed before the request was sent"):
        within_deadline(1)


def test_another_thread_has_its_own() -> None:
    with deadline(10), ThreadPoolExecutor(1) as executor:
        assert executor.submit(seconds_left).result() == float("inf")


def test_a_task_inherits_it() -> None:
    async def left() -> float:
        return seconds_left()

    async def main() -> float:
        with deadline(10):
            return await asyncio.create_task(left())

    assert asyncio.run(main()) <= 10
