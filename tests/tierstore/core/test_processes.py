"""What a process makes for itself is not shared with its children."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor

import pytest

from tierstore.core.processes import PerProcess


def test_a_value_is_made_once_by_many_threads() -> None:
    made: list[object] = []

    def make() -> object:
        made.append(object())
        return made[-1]

    value = PerProcess(make)

    with ThreadPoolExecutor(max_workers=8) as executor:
        seen = set(executor.map(lambda _: id(value()), range(100)))

    assert (len(made), len(seen)) == (1, 1)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this platform does not fork")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_forked_child_makes_its_own_value_even_if_it_was_forked_while_another_thread_made_one() -> None:
    value = PerProcess(os.getpid)
    assert value() == os.getpid()
    value._lock.acquire()

    child = os.fork()
    if child == 0:
        os._exit(0 if value() == os.getpid() else 1)

    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 0
    assert value() == os.getpid()
