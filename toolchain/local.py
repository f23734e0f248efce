"""The main job: AWS on this machine, with the `local` environment deployed on it and proven."""

from __future__ import annotations

import json
import os
import re
import signal
from collections.abc import Callable, Sequence
from pathlib import Path

from toolchain import paths, processes, stack_history
from toolchain.environment import terraform_environment
from toolchain.job import Step, TerraformStep, perform
from toolchain.runs import only_run

REPORT = paths.BUILD / "report" / "local"
SANDBOX_DIRECTORY_VARIABLE = "TIERSTORE_SANDBOX_DIRECTORY"

# Seconds that the steps of a killed run have to come to their end; a first deployment takes two or three minutes.
_PATIENCE = 900.0
# What the services of AWS answer where something that is to be created exists, and its owner did not notice.
_CONFLICT = re.compile(r"Error: creating .*(?:Already|InUse|Duplicate|Conflict)", re.IGNORECASE)

_SANDBOX_UP = Step(
    title="Start the sandbox: AWS and a Redis Cluster on this machine",
    command=("python", "-m", "sandbox", "up"),
    remedy="`python -m sandbox status` says what runs, and build/sandbox/ holds its logs.",
)
_SANDBOX_RESET = Step(
    title="An earlier run was killed while it created something: starting over with an empty sandbox",
    command=("python", "-m", "sandbox", "reset"),
    remedy=_SANDBOX_UP.remedy,
)
_REPORT_OPTION = ("--report", str(REPORT.relative_to(paths.ROOT)))
_IN_THE_REPORT = f"{_REPORT_OPTION[1]}/ holds the report; repeat this step alone with its command above."
_DESTROY = TerraformStep(
    title="Destroy the environment `local`",
    command=("cdktf", "destroy", "local", "--auto-approve"),
    log="destroy",
    remedy="Mend the cause and run `make down` again, or wipe it all with `python -m sandbox reset`.",
)
_SANDBOX_DOWN = Step(
    title="Stop the sandbox",
    command=("python", "-m", "sandbox", "down"),
    remedy="`python -m sandbox status` says what still runs.",
)
_WHAT_NEXT = f"""
The report lies in {REPORT.relative_to(paths.ROOT)}/. The sandbox keeps running. After `source .venv/bin/activate`
  cdktf diff local                  shows what a change of yours would do
  python -m validation run local    checks again
  make down                         destroys everything and stops the sandbox"""


def up() -> int:
    """Bring the sandbox and the environment `local` up and prove them; return 0, or the failing step's exit code."""
    code = _perform_alone(plan_up)
    if code == 0:
        print(_WHAT_NEXT)
    return code


def down() -> int:
    """Destroy the environment `local` and stop the sandbox; return 0, or the failing step's exit code."""
    sandbox = Path(os.environ.get(SANDBOX_DIRECTORY_VARIABLE) or paths.SANDBOX)
    state = paths.state_file(sandbox, stack="local")
    return _perform_alone(lambda: plan_down(deployed=has_resources(state)))


def plan_up() -> tuple[Step, ...]:
    """Return the steps of `up`."""
    return (
        _SANDBOX_UP,
        TerraformStep(
            title="Deploy the environment `local` with CDKTF and Terraform",
            command=("cdktf", "deploy", "local", "--auto-approve"),
            log="deploy",
            recovery=start_over,
            remedy="Mend the cause and run `make up` again, or wipe it all with `python -m sandbox reset`.",
        ),
        Step(
            title="Validate what was deployed",
            command=("python", "-m", "validation", "run", "local", *_REPORT_OPTION),
            remedy=_IN_THE_REPORT,
        ),
        Step(
            title="Fail a Redis primary over, under load",
            command=("python", "-m", "validation", "drill", "failover", "local", *_REPORT_OPTION),
            remedy=_IN_THE_REPORT,
        ),
    )


def plan_down(*, deployed: bool) -> tuple[Step, ...]:
    """Return the steps of `down`: what is deployed can be destroyed only while the sandbox runs."""
    return (_SANDBOX_UP, _DESTROY, _SANDBOX_DOWN) if deployed else (_SANDBOX_DOWN,)


def start_over(output: str) -> tuple[Step, ...]:
    """Return the steps before another try, where a killed run created what the state does not know.

    That is only known to be harmless until `local` has been deployed for the first time: then it may hold data.
    """
    lost_track = _CONFLICT.search(output) is not None
    return (_SANDBOX_RESET,) if lost_track and not stack_history.was_deployed("local") else ()


def has_resources(state: Path) -> bool:
    """Tell whether a Terraform state file holds anything, or cannot be read, so that Terraform has to judge."""
    try:
        return bool(json.loads(state.read_bytes()).get("resources"))
    except FileNotFoundError:
        return False
    except ValueError:
        return True


def _perform_alone(plan: Callable[[], Sequence[Step]]) -> int:
    """Plan, once nothing of an earlier run is left, and perform what is planned."""
    if "MAKELEVEL" in os.environ:
        processes.die_with_parent(signal.SIGINT)
    with only_run("local", of="`make up` or `make down`", patience=_PATIENCE) as mark:
        return perform(plan(), environment={**terraform_environment(), **mark})
