from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.toolchain.conftest import Checkout, Poll
from toolchain import processes

RUN_CHILD = """
import os, sys
from toolchain.processes import run_forwarding_signals
sys.exit(run_forwarding_signals([sys.executable, "child.py"], environment=dict(os.environ)))
"""
MARK = "0123456789abcdef"


@pytest.fixture
def parent(checkout: Checkout) -> Checkout:
    """A checkout whose module `parent` runs the program `child.py` and ends with its exit code."""
    (checkout.root / "parent.py").write_text(RUN_CHILD)
    return checkout


@pytest.fixture
def marked_child() -> Iterator[subprocess.Popen[bytes]]:
    """A process that carries a mark, in a session of its own, and ignores interruptions."""
    program = "import signal, time; signal.signal(signal.SIGINT, signal.SIG_IGN); print(flush=True); time.sleep(600)"
    child = subprocess.Popen(
        [sys.executable, "-c", program],
        env={**os.environ, processes.MARK_VARIABLE: MARK},
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    assert child.stdout is not None
    child.stdout.readline()
    yield child
    child.kill()
    child.communicate()


def test_the_exit_code_of_the_child_is_returned(parent: Checkout) -> None:
    parent.write_program(parent.root / "child.py", "sys.exit(7)")
    assert parent.run("parent")[0] == 7


def test_a_child_that_a_signal_ended_is_reported_as_shells_do(parent: Checkout) -> None:
    parent.write_program(parent.root / "child.py", "os.kill(os.getpid(), signal.SIGKILL)")
    assert parent.run("parent")[0] == 128 + signal.SIGKILL


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_is_passed_on_and_the_child_waited_for(
    parent: Checkout, eventually: Poll, number: signal.Signals
) -> None:
    parent.write_program(
        parent.root / "child.py",
        "def wind_up(number, frame): tell('got', number); time.sleep(0.3); tell('wound up'); sys.exit(0)\n"
        "for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP): signal.signal(number, wind_up)\n"
        "tell('ready'); time.sleep(600)",
    )
    process = parent.start("parent")
    eventually(lambda: parent.lines() == ["ready"])
    process.send_signal(number)
    assert process.wait() == 128 + number
    assert parent.lines() == ["ready", f"got {number.value}", "wound up"]


def test_the_childs_own_children_are_left_to_it(parent: Checkout, eventually: Poll) -> None:
    parent.write_program(
        parent.root / "child.py",
        "signal.signal(signal.SIGINT, lambda *_: sys.exit(0))\n"
        "own = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
        "tell(own.pid); time.sleep(600)",
    )
    process = parent.start("parent")
    eventually(parent.lines)
    process.send_signal(signal.SIGINT)
    process.wait()
    grandchild = int(parent.lines()[0])
    os.kill(grandchild, 0)
    os.kill(grandchild, signal.SIGKILL)


def test_the_child_runs_on_when_its_parent_is_killed_outright(parent: Checkout, eventually: Poll) -> None:
    parent.write_program(
        parent.root / "child.py",
        "tell('begun')\nwhile os.getppid() == int(sys.argv[1]): time.sleep(0.01)\ntell('ended')",
    )
    (parent.root / "parent.py").write_text(RUN_CHILD.replace('"child.py"', '"child.py", str(os.getpid())'))
    process = parent.start("parent")
    eventually(parent.lines)
    process.kill()
    eventually(lambda: parent.lines() == ["begun", "ended"])


def test_a_log_does_not_mix_with_what_is_left_of_an_earlier_run(parent: Checkout) -> None:
    (parent.root / "parent.py").write_text(
        "from pathlib import Path\n" + RUN_CHILD.replace("environ))", "environ), log=Path('log'))")
    )
    parent.write_program(parent.root / "child.py", "print('new')")
    with (parent.root / "log").open("w") as old:
        print("old", file=old, flush=True)
        parent.run("parent")
        print("old", file=old, flush=True)
    assert (parent.root / "log").read_text() == "new\n"


@pytest.fixture
def holding_parent(parent: Checkout) -> Checkout:
    """The same, but its first signal is held back, and its child ends when it is told to, by a file or a signal."""
    (parent.root / "parent.py").write_text(
        RUN_CHILD.replace(
            "environ))", "environ), holds_first_signal=True, on_signal=lambda number: print(number.name))"
        )
    )
    parent.write_program(
        parent.root / "child.py",
        "signal.signal(signal.SIGINT, lambda *_: (tell('interrupted'), sys.exit(0)))\n"
        "tell('begun')\n"
        "while not os.path.exists('may_end'): time.sleep(0.01)\n"
        "tell('ended')",
    )
    return parent


def test_a_first_signal_that_is_held_lets_the_child_end(holding_parent: Checkout, eventually: Poll) -> None:
    process = holding_parent.start("parent")
    eventually(holding_parent.lines)
    process.send_signal(signal.SIGINT)
    (holding_parent.root / "may_end").touch()
    output, _ = process.communicate()
    assert (process.returncode, output) == (128 + signal.SIGINT, "SIGINT\n")
    assert holding_parent.lines() == ["begun", "ended"]


def test_a_second_signal_is_passed_on(holding_parent: Checkout, eventually: Poll) -> None:
    process = holding_parent.start("parent")
    eventually(holding_parent.lines)
    process.send_signal(signal.SIGTERM)
    assert process.stdout is not None
    assert process.stdout.readline() == "SIGTERM\n"
    process.send_signal(signal.SIGINT)
    assert process.wait() == 128 + signal.SIGTERM
    assert holding_parent.lines() == ["begun", "interrupted"]


def test_output_that_goes_to_a_log_is_told_line_by_line(parent: Checkout) -> None:
    parent.write_program(
        parent.root / "child.py",
        "print('one', flush=True); time.sleep(0.3); print('t', end='', flush=True); time.sleep(0.3)\n"
        "print('wo', file=sys.stderr); print('three', end='')",
    )
    (parent.root / "parent.py").write_text(
        RUN_CHILD.replace("environ))", "environ), log=Path('log'), on_line=lambda line: print(repr(line)))").replace(
            "import os", "from pathlib import Path\nimport os"
        )
    )
    _, output = parent.run("parent")
    assert output.split() == ["'one'", "'two'", "'three'"]
    assert (parent.root / "log").read_text() == "one\ntwo\nthree"


def test_a_marked_process_is_found_in_whatever_session_it_runs(marked_child: subprocess.Popen[bytes]) -> None:
    assert processes.marked(MARK) == [marked_child.pid]


@pytest.mark.usefixtures("marked_child")
def test_a_process_with_another_mark_is_not_found() -> None:
    assert processes.marked(MARK[:-1]) == []


def test_a_process_that_has_ended_is_not_found(marked_child: subprocess.Popen[bytes]) -> None:
    marked_child.kill()
    os.waitid(os.P_PID, marked_child.pid, os.WEXITED | os.WNOWAIT)  # It stays a zombie.
    assert processes.marked(MARK) == []


@pytest.mark.usefixtures("marked_child")
def test_waiting_ends_with_false_where_something_remains() -> None:
    assert not processes.wait_until_gone(MARK, seconds=0)
    assert processes.wait_until_gone("no such mark", seconds=0)


def test_a_signal_goes_to_everything_that_carries_the_mark(marked_child: subprocess.Popen[bytes]) -> None:
    processes.send_marked(MARK, signal.SIGKILL)
    assert marked_child.wait() == -signal.SIGKILL
    processes.send_marked(MARK, signal.SIGKILL)


def test_programs_are_found_by_name() -> None:
    assert processes.any_named(Path("/proc/self/comm").read_text().strip())
    assert not processes.any_named("no-such-program")
