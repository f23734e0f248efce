"""A list is read page by page, or item by item; each way blocking, in asyncio, or only explained."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from typing import Any

import pytest

from tierstore.core.effects import Effect, Plan, ask
from tierstore.core.operation import Async, Explained, Group, Mode, Sync
from tierstore.core.pages import Page, paged
from tierstore.core.runners import AsyncRunner, ExplainRunner, SyncRunner


@dataclass(frozen=True, kw_only=True)
class Read(Effect[list[int]]):
    start: int
    limit: int


class Numbers(Group[Mode]):
    @paged
    def below(self, bound: int, *, limit: int = 3, cursor: str | None = None) -> Plan[Page[int]]:
        """Numbers from 0."""
        start = int(cursor or 0)
        numbers = yield from ask(Read(start=start, limit=min(limit, bound - start)))
        end = start + limit
        return Page(items=tuple(numbers), cursor=str(end) if end < bound else None)


class Reader:
    def __init__(self) -> None:
        self.reads = 0

    def carry_out(self, effect: Effect[Any]) -> list[int]:
        assert isinstance(effect, Read)
        self.reads += 1
        return list(range(effect.start, effect.start + effect.limit))

    async def carry_out_later(self, effect: Effect[Any]) -> list[int]:
        return self.carry_out(effect)


@pytest.fixture
def reader() -> Reader:
    return Reader()


@pytest.fixture
def numbers(reader: Reader) -> Iterator[Numbers[Sync]]:
    with ThreadPoolExecutor() as executor:
        yield Numbers(SyncRunner(reader.carry_out, lambda: executor))


@pytest.fixture
def async_numbers(reader: Reader) -> Numbers[Async]:
    return Numbers(AsyncRunner(reader.carry_out_later))


def test_a_call_reads_one_page(numbers: Numbers[Sync]) -> None:
    first = numbers.below(5)

    assert first == Page(items=(0, 1, 2), cursor="3")
    assert numbers.below(5, cursor=first.cursor) == Page(items=(3, 4), cursor=None)


def test_every_item_is_read_as_far_as_the_caller_goes(numbers: Numbers[Sync], reader: Reader) -> None:
    assert list(numbers.below.every(7, limit=2)) == list(range(7))
    reader.reads = 0

    assert list(islice(numbers.below.every(1_000_000), 4)) == [0, 1, 2, 3]
    assert reader.reads == 2


def test_both_ways_exist_in_asyncio(async_numbers: Numbers[Async]) -> None:
    async def read() -> tuple[Page[int], list[int]]:
        return await async_numbers.below(5), [number async for number in async_numbers.below.every(7)]

    assert asyncio.run(read()) == (Page(items=(0, 1, 2), cursor="3"), list(range(7)))


def test_explaining_a_list_shows_the_request_of_the_page() -> None:
    explained: Numbers[Explained] = Numbers(ExplainRunner())

    assert explained.below(5, cursor="3") == (Read(start=3, limit=2),)


def test_an_operation_keeps_its_documentation(numbers: Numbers[Sync]) -> None:
    assert numbers.below.__doc__ == "Numbers from 0."


def test_the_representation_of_a_page_hides_its_cursor() -> None:
    assert repr(Page(items=(1, 2), cursor="signed")) == "Page(items=(1, 2))"
