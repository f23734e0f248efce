from __future__ import annotations

import json
import signal
from pathlib import Path

import pytest

from tests.toolchain.conftest import Checkout, Poll
from toolchain import local, paths

STEPS_OF_UP = [
    "sandbox up",
    "cdktf deploy local --auto-approve",
    "validation run local --report build/report/local",
    "validation drill failover local --report build/report/local",
]
TAKES_LONG_AND_WINDS_UP = """
def wind_up(*_): tell('wound up'); sys.exit(130)
signal.signal(signal.SIGINT, wind_up)
tell('begun')
time.sleep(600)
"""


@pytest.fixture
def laptop(checkout: Checkout) -> Checkout:
    """A checkout whose sandbox, CDKTF and validation only tell with what they were called."""
    for name in ("sandbox", "validation"):
        checkout.write_program(checkout.root / name / "__main__.py", f"tell({name!r}, *sys.argv[1:])")
    checkout.write_program(checkout.root / ".venv" / "bin" / "cdktf", "tell('cdktf', *sys.argv[1:])")
    return checkout


@pytest.fixture
def state(laptop: Checkout) -> Path:
    """The state of `local`, with one resource in it."""
    file = paths.state_file(laptop.root / "build" / "sandbox", stack="local")
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps({"resources": [{"type": "aws_dynamodb_table"}]}))
    return file


def test_up_starts_deploys_validates_and_fails_over(laptop: Checkout) -> None:
    code, output = laptop.run("toolchain", "up")
    assert code == 0
    assert laptop.lines() == STEPS_OF_UP
    assert "[4/4] done in " in output
    assert "The report lies in build/report/local/" in output


@pytest.mark.parametrize("code", [1, 2])
def test_up_stops_at_a_failing_step_with_its_exit_code_and_what_to_do(laptop: Checkout, code: int) -> None:
    laptop.write_program(laptop.root / ".venv" / "bin" / "cdktf", f"sys.exit({code})")
    given, output = laptop.run("toolchain", "up")
    assert given == code
    assert f"[2/4] ended with code {code} after " in output
    assert "mend the cause and run `make up` again" in output
    assert laptop.lines() == STEPS_OF_UP[:1]


def test_down_destroys_what_is_deployed_while_the_sandbox_runs(laptop: Checkout, state: Path) -> None:
    assert state.exists()
    assert laptop.run("toolchain", "down")[0] == 0
    assert laptop.lines() == ["sandbox up", "cdktf destroy local --auto-approve", "sandbox down"]


def test_down_starts_nothing_where_nothing_is_deployed(laptop: Checkout) -> None:
    assert laptop.run("toolchain", "down")[0] == 0
    assert laptop.lines() == ["sandbox down"]


@pytest.mark.parametrize("text", ["", "{}", '{"resources": []}'])
def test_an_empty_state_has_no_resources(tmp_path: Path, text: str) -> None:
    (tmp_path / "state").write_text(text)
    assert not local.has_resources(tmp_path / "state")


def test_an_interrupted_up_lets_its_step_wind_up(laptop: Checkout, eventually: Poll) -> None:
    laptop.write_program(laptop.root / ".venv" / "bin" / "cdktf", TAKES_LONG_AND_WINDS_UP)
    up = laptop.start("toolchain", "up")
    eventually(lambda: "begun" in laptop.lines())
    up.send_signal(signal.SIGINT)
    output, _ = up.communicate()
    assert up.returncode == 128 + signal.SIGINT
    assert laptop.lines() == ["sandbox up", "begun", "wound up"]
    assert "Run it again to go on." in output


def test_after_a_killed_up_the_next_one_converges(laptop: Checkout, eventually: Poll) -> None:
    cdktf = laptop.root / ".venv" / "bin" / "cdktf"
    laptop.write_program(cdktf, TAKES_LONG_AND_WINDS_UP)
    up = laptop.start("toolchain", "up")
    eventually(lambda: "begun" in laptop.lines())
    up.kill()
    up.wait()
    laptop.write_program(cdktf, "tell('cdktf', *sys.argv[1:])")
    assert laptop.run("toolchain", "up")[0] == 0
    assert laptop.lines() == ["sandbox up", "begun", "wound up", *STEPS_OF_UP]


def test_the_terminal_gets_terraforms_progress_and_the_log_everything(laptop: Checkout) -> None:
    laptop.write_program(
        laptop.root / ".venv" / "bin" / "cdktf",
        "print('Plan: 1 to add, 0 to change, 0 to destroy.')\n"
        "print('      arn = (known after apply)')\n"
        "print('local  aws_kms_key.keys_s3_57A55350: Creation complete after 2s [id=1]')",
    )
    _, output = laptop.run("toolchain", "up")
    assert "      1/1 created aws_kms_key keys_s3 (2s)\n" in output
    assert "known after apply" not in output
    assert "known after apply" in (laptop.root / "build" / "log" / "deploy.log").read_text()


def test_the_reason_of_a_failing_deployment_is_shown(laptop: Checkout) -> None:
    laptop.write_program(laptop.root / ".venv" / "bin" / "cdktf", "print('the sandbox is not running'); sys.exit(2)")
    _, output = laptop.run("toolchain", "up")
    assert "the sandbox is not running" in output


@pytest.mark.parametrize("command", ["up", "down"])
def test_one_up_or_down_runs_at_a_time(laptop: Checkout, eventually: Poll, command: str) -> None:
    laptop.write_program(laptop.root / ".venv" / "bin" / "cdktf", TAKES_LONG_AND_WINDS_UP)
    first = laptop.start("toolchain", "up")
    eventually(lambda: "begun" in laptop.lines())
    code, output = laptop.run("toolchain", command)
    assert code == 2
    assert output.startswith("toolchain: `make up` or `make down` is running in this checkout already")
    first.send_signal(signal.SIGINT)
    first.wait()


def test_up_ends_with_the_make_that_started_it(laptop: Checkout, eventually: Poll) -> None:
    laptop.write_program(laptop.root / ".venv" / "bin" / "cdktf", TAKES_LONG_AND_WINDS_UP)
    laptop.write_program(
        laptop.root / "stands_in_for_make.py", "subprocess.run([sys.executable, '-m', 'toolchain', 'up'])"
    )
    make = laptop.start("stands_in_for_make", variables={"MAKELEVEL": "1"})
    eventually(lambda: "begun" in laptop.lines())
    make.kill()
    eventually(lambda: "wound up" in laptop.lines())


def test_before_the_installation_up_says_what_to_do(laptop: Checkout) -> None:
    (laptop.root / "build" / "terraform.rc").unlink()
    code, output = laptop.run("toolchain", "up")
    assert (code, laptop.lines()) == (2, [])
    assert "Run `python3 -m toolchain install`" in output
