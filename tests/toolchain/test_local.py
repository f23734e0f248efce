from __future__ import annotations

import json
import signal
from pathlib import Path

import pytest

from tests.toolchain.conftest import Checkout, Poll
from toolchain import local, paths, processes

STEPS_OF_UP = [
    "sandbox up",
    "cdktf deploy local --auto-approve",
    "validation run local --report build/report/local",
    "validation drill failover local --report build/report/local",
]
# Stands in for the launcher of CDKTF: deploys until a file allows it to end, and winds up when it is interrupted.
TAKES_LONG = """
def wind_up(*_): tell('wound up'); sys.exit(130)
signal.signal(signal.SIGINT, wind_up)
tell('begun')
while not os.path.exists('may_end'): time.sleep(0.01)
tell('ended')
"""
CONFLICT = "\x1b[31m│ Error: \x1b[0mcreating AWS DynamoDB Table (core): CreateTable: ResourceInUseException: it exists"


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
    assert "Mend the cause and run `make up` again" in output
    assert laptop.lines() == STEPS_OF_UP[:1]


def test_down_destroys_what_is_deployed_while_the_sandbox_runs(laptop: Checkout, state: Path) -> None:
    assert state.exists()
    assert laptop.run("toolchain", "down")[0] == 0
    assert laptop.lines() == ["sandbox up", "cdktf destroy local --auto-approve", "sandbox down"]


def test_down_starts_nothing_where_nothing_is_deployed(laptop: Checkout) -> None:
    assert laptop.run("toolchain", "down")[0] == 0
    assert laptop.lines() == ["sandbox down"]


@pytest.mark.parametrize(
    ("text", "holds_something"),
    [("{}", False), ('{"resources": []}', False), ('{"resources": [{}]}', True), ('{"resour', True), ("", True)],
)
def test_only_a_state_known_to_be_empty_has_nothing_to_destroy(
    tmp_path: Path, text: str, *, holds_something: bool
) -> None:
    (tmp_path / "state").write_text(text)
    assert local.has_resources(tmp_path / "state") is holds_something


def test_an_interrupted_up_lets_terraform_finish_and_then_stops(laptop: Checkout, eventually: Poll) -> None:
    laptop.write_program(laptop.root / ".venv" / "bin" / "cdktf", TAKES_LONG)
    up = laptop.start("toolchain", "up")
    eventually(lambda: "begun" in laptop.lines())
    up.send_signal(signal.SIGINT)
    (laptop.root / "may_end").touch()
    output, _ = up.communicate()
    assert up.returncode == 128 + signal.SIGINT
    assert laptop.lines() == ["sandbox up", "begun", "ended"]
    assert "SIGINT: this stops when Terraform has finished" in output
    assert "Run it again to go on." in output


def test_any_other_step_is_interrupted_at_once(laptop: Checkout, eventually: Poll) -> None:
    laptop.write_program(laptop.root / "validation" / "__main__.py", TAKES_LONG)
    up = laptop.start("toolchain", "up")
    eventually(lambda: "begun" in laptop.lines())
    up.send_signal(signal.SIGINT)
    assert up.wait() == 128 + signal.SIGINT
    assert laptop.lines()[-2:] == ["begun", "wound up"]


def test_after_a_killed_up_the_next_one_converges(laptop: Checkout, eventually: Poll) -> None:
    cdktf = laptop.root / ".venv" / "bin" / "cdktf"
    laptop.write_program(cdktf, TAKES_LONG)
    up = laptop.start("toolchain", "up")
    eventually(lambda: "begun" in laptop.lines())
    up.kill()
    up.wait()
    laptop.write_program(cdktf, "tell('cdktf', *sys.argv[1:])")
    following = laptop.start("toolchain", "up")
    assert following.stdout is not None
    assert "Waiting for what is left of `make up`" in following.stdout.readline()
    (laptop.root / "may_end").touch()
    assert following.wait() == 0
    assert laptop.lines() == ["sandbox up", "begun", "ended", *STEPS_OF_UP]


@pytest.fixture
def conflict_once(laptop: Checkout) -> Checkout:
    """A checkout in which the first deployment meets a table that the state does not know."""
    laptop.write_program(
        laptop.root / ".venv" / "bin" / "cdktf",
        f"tell('cdktf', *sys.argv[1:])\n"
        f"if not os.path.exists('met'): open('met', 'w').close(); print({CONFLICT!r}); sys.exit(1)",
    )
    return laptop


def test_what_a_killed_first_deployment_created_unknowingly_is_wiped(conflict_once: Checkout) -> None:
    code, output = conflict_once.run("toolchain", "up")
    assert code == 0
    assert conflict_once.lines() == [*STEPS_OF_UP[:2], "sandbox reset", STEPS_OF_UP[1], *STEPS_OF_UP[2:]]
    assert "An earlier run was killed while it created something: starting over with an empty sandbox" in output


def test_an_environment_that_was_deployed_before_is_never_wiped(conflict_once: Checkout) -> None:
    (conflict_once.root / "build" / "run").mkdir()
    (conflict_once.root / "build" / "run" / "local.deployed").touch()
    code, output = conflict_once.run("toolchain", "up")
    assert code == 1
    assert conflict_once.lines() == STEPS_OF_UP[:2]
    assert "wipe it all with `python -m sandbox reset`" in output


@pytest.mark.parametrize(
    ("error", "conflicts"),
    [
        ("Error: creating KMS Alias (alias/x): CreateAlias, AlreadyExistsException: Alias x already exists", True),
        ("Error: creating S3 Bucket (x): BucketAlreadyOwnedByYou", True),
        ("Error: creating EC2 Subnet: CreateSubnet, InvalidSubnet.Conflict: The CIDR conflicts with another", True),
        ("Error: creating Security Group (x): InvalidGroup.Duplicate", True),
        ("Error: creating S3 Bucket (x): AccessDenied", False),
        ("Error: waiting for ElastiCache Replication Group (x) create: timeout", False),
    ],
)
def test_only_a_conflict_tells_of_something_that_the_state_does_not_know(error: str, *, conflicts: bool) -> None:
    assert bool(local.start_over(f"│ {error}")) is conflicts


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
    laptop.write_program(laptop.root / ".venv" / "bin" / "cdktf", TAKES_LONG)
    first = laptop.start("toolchain", "up")
    eventually(lambda: "begun" in laptop.lines())
    code, output = laptop.run("toolchain", command)
    assert code == 2
    assert output.startswith("toolchain: `make up` or `make down` is running in this checkout already")
    (laptop.root / "may_end").touch()
    first.wait()


def test_up_ends_with_the_make_that_started_it(laptop: Checkout, eventually: Poll) -> None:
    laptop.write_program(laptop.root / ".venv" / "bin" / "cdktf", TAKES_LONG)
    laptop.write_program(
        laptop.root / "stands_in_for_make.py", "subprocess.run([sys.executable, '-m', 'toolchain', 'up'])"
    )
    make = laptop.start("stands_in_for_make", variables={"MAKELEVEL": "1"})
    eventually(lambda: "begun" in laptop.lines())
    mark = (laptop.root / "build" / "run" / "local.mark").read_text()
    make.kill()
    make.wait()
    (laptop.root / "may_end").touch()
    eventually(lambda: "ended" in laptop.lines() and processes.marked(mark) == [])
    assert laptop.lines() == ["sandbox up", "begun", "ended"]


def test_before_the_installation_up_says_what_to_do(laptop: Checkout) -> None:
    (laptop.root / "build" / "terraform.rc").unlink()
    code, output = laptop.run("toolchain", "up")
    assert (code, laptop.lines()) == (2, [])
    assert "Run `python3 -m toolchain install`" in output
