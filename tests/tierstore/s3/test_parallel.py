"""Pieces are worked on a few at a time, each once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Lock

import pytest

from tierstore.core.effects import Plan, Sleep, ask
from tierstore.core.runners import SyncRunner
from tierstore.s3.parallel import WORKERS, in_parallel


def runner(threads: ThreadPoolExecutor) -> SyncRunner:
    return SyncRunner(lambda effect: effect, lambda: threads)


def test_every_piece_is_worked_on_once_and_few_at_a_time() -> None:
    done: list[int] = []
    under_way = 0
    most = 0
    lock = Lock()

    def work(piece: int) -> Plan[None]:
        nonlocal under_way, most
        with lock:
            under_way += 1
            most = max(most, under_way)
        yield from ask(Sleep(seconds=0.001))
        with lock:
            under_way -= 1
        done.append(piece)

    with ThreadPoolExecutor(16) as threads:
        runner(threads).run(in_parallel(work, range(50)))

    assert sorted(done) == list(range(50))
    assert most <= WORKERS


def test_no_new_piece_is_begun_after_an_error() -> None:
    begun: list[int] = []

    def work(piece: int) -> Plan[None]:
        begun.append(piece)
        yield from ask(Sleep(seconds=0))
        raise OSError("the disk is full")

    with ThreadPoolExecutor(16) as threads, pytest.raises(OSError, match="the disk is full"):
        runner(threads).run(in_parallel(work, range(50)))

    assert len(begun) <= WORKERS


def test_no_pieces_are_no_work() -> None:
    assert list(in_parallel(lambda piece: ask(Sleep(seconds=piece)), ())) == []
