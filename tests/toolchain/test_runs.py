from __future__ import annotations

import os
import signal
import subprocess

import pytest

from tests.toolchain.conftest import Checkout, Poll
from toolchain import processes

HOLD = """
import os, subprocess, sys, time
from toolchain.runs import only_run
from toolchain.errors import ToolchainError
try:
    with only_run("thing", of="the thing", patience=float(os.environ.get("PATIENCE", 60))) as mark:
        left = subprocess.Popen(["sleep", sys.argv[1]], env={**os.environ, **mark}, start_new_session=True)
        with open("journal", "a") as journal:
            print(left.pid, file=journal)
        time.sleep(float(sys.argv[1]))
except ToolchainError as error:
    sys.exit(str(error))
"""


@pytest.fixture
def holder(checkout: Checkout) -> Checkout:
    """A checkout whose module `holder <seconds>` is a run with a child that lasts as long."""
    (checkout.root / "holder.py").write_text(HOLD)
    return checkout


def test_a_second_run_is_refused_with_the_process_of_the_first(holder: Checkout, eventually: Poll) -> None:
    first = holder.start("holder", "600")
    eventually(holder.lines)
    code, output = holder.run("holder", "0")
    assert code == 1
    assert f"the thing is running in this checkout already (process {first.pid})" in output
    os.kill(int(holder.lines()[0]), signal.SIGKILL)


def test_runs_follow_each_other(holder: Checkout) -> None:
    assert [holder.run("holder", "0")[0] for _ in range(2)] == [0, 0]
    assert not (holder.root / "build" / "run" / "thing.mark").exists()


def test_after_a_killed_run_the_next_waits_for_what_is_left_of_it(holder: Checkout, eventually: Poll) -> None:
    killed = holder.start("holder", "600")
    eventually(holder.lines)
    left = int(holder.lines()[0])
    killed.kill()
    killed.wait()
    following = holder.start("holder", "0")
    mark = (holder.root / "build" / "run" / "thing.mark").read_text()
    assert following.stdout is not None
    assert f"Waiting for what is left of the thing to end (processes [{left}])" in (following.stdout.readline())
    assert processes.marked(mark) == [left]
    assert following.poll() is None
    os.kill(left, signal.SIGKILL)
    assert following.wait() == 0


def test_a_process_that_merely_has_the_number_of_a_killed_run_is_left_alone(holder: Checkout) -> None:
    # Numbers are reused, so a lock file with the number of a living process, here our own, means nothing by itself.
    run = holder.root / "build" / "run"
    run.mkdir()
    (run / "thing.lock").write_text(str(os.getpid()))
    (run / "thing.mark").write_text("a mark that nothing carries any more")
    assert holder.run("holder", "0") == (0, "")


def test_a_patient_run_waits_for_the_one_under_way(holder: Checkout, eventually: Poll) -> None:
    (holder.root / "patient.py").write_text(HOLD.replace('of="the thing"', 'of="the thing", waits=True'))
    first = holder.start("holder", "600")
    eventually(holder.lines)
    second = holder.start("patient", "0")
    assert second.stdout is not None
    assert second.stdout.readline() == (
        f"the thing is running in this checkout already (process {first.pid}). Waiting for it to end …\n"
    )
    first.kill()
    os.kill(int(holder.lines()[0]), signal.SIGKILL)
    assert second.wait() == 0
    assert len(holder.lines()) == 2


def test_what_neither_ends_nor_can_be_interrupted_is_killed(holder: Checkout) -> None:
    run = holder.root / "build" / "run"
    run.mkdir()
    (run / "thing.mark").write_text("f" * 32)
    stubborn = subprocess.Popen(
        ["sh", "-c", "trap '' INT; echo; exec sleep 600"],
        env={**os.environ, processes.MARK_VARIABLE: "f" * 32},
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    assert stubborn.stdout is not None
    stubborn.stdout.readline()
    code, output = holder.run("holder", "0", variables={"PATIENCE": "0.3"})
    assert (code, stubborn.wait()) == (0, -signal.SIGKILL)
    assert output.index("Waiting for what is left") < output.index("Sending SIGINT") < output.index("Sending SIGKILL")
    stubborn.stdout.close()
