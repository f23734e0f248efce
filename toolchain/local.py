"""The main job: AWS on this machine, with the `local` environment deployed on it and proven."""

from __future__ import annotations

import json
import os
import shlex
import signal
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from toolchain import paths, processes
from toolchain.environment import terraform_environment
from toolchain.runs import only_run
from toolchain.terraform_progress import Progress

REPORT = paths.BUILD / "report" / "local"
SANDBOX_DIRECTORY_VARIABLE = "TIERSTORE_SANDBOX_DIRECTORY"


@dataclass(frozen=True, kw_only=True)
class Step:
    """One command of the job; `remedy` says what to do next where it fails.

    With a `log`, the file of that name under `build/log/` gets the output, and the terminal Terraform's progress only.
    """

    title: str
    command: tuple[str, ...]
    remedy: str
    log: str = ""


_SANDBOX_UP = Step(
    title="Start the sandbox: AWS and a Redis Cluster on this machine",
    command=("python", "-m", "sandbox", "up"),
    remedy="`python -m sandbox status` says what runs, and build/sandbox/ holds its logs.",
)
_REPORT_OPTION = ("--report", str(REPORT.relative_to(paths.ROOT)))

UP = (
    _SANDBOX_UP,
    Step(
        title="Deploy the environment `local` with CDKTF and Terraform",
        command=("cdktf", "deploy", "local", "--auto-approve"),
        log="deploy",
        remedy="What was created is kept in the state: mend the cause and run `make up` again.",
    ),
    Step(
        title="Validate what was deployed",
        command=("python", "-m", "validation", "run", "local", *_REPORT_OPTION),
        remedy=f"{REPORT.relative_to(paths.ROOT)} holds the report; repeat this step alone with its command above.",
    ),
    Step(
        title="Fail a Redis primary over, under load",
        command=("python", "-m", "validation", "drill", "failover", "local", *_REPORT_OPTION),
        remedy=f"{REPORT.relative_to(paths.ROOT)} holds the timeline; repeat this step alone with its command above.",
    ),
)
_DESTROY = Step(
    title="Destroy the environment `local`",
    command=("cdktf", "destroy", "local", "--auto-approve"),
    log="destroy",
    remedy="What is left stands in the state: mend the cause and run `make down` again.",
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
    code = _perform_alone(UP)
    if code == 0:
        print(_WHAT_NEXT)
    return code


def down() -> int:
    """Destroy the environment `local` and stop the sandbox; return 0, or the failing step's exit code."""
    sandbox = Path(os.environ.get(SANDBOX_DIRECTORY_VARIABLE) or paths.SANDBOX)
    return _perform_alone(plan_down(deployed=has_resources(paths.state_file(sandbox, stack="local"))))


def plan_down(*, deployed: bool) -> tuple[Step, ...]:
    """Return the steps of `down`: what is deployed can be destroyed only while the sandbox runs."""
    return (_SANDBOX_UP, _DESTROY, _SANDBOX_DOWN) if deployed else (_SANDBOX_DOWN,)


def has_resources(state: Path) -> bool:
    """Tell whether a Terraform state file holds anything."""
    return state.exists() and bool(json.loads(state.read_text() or "{}").get("resources"))


def perform(steps: Sequence[Step], *, environment: Mapping[str, str]) -> int:
    """Perform the steps in order, each with its time, up to the first that fails; return its exit code, else 0."""
    for number, step in enumerate(steps, start=1):
        print(f"\n[{number}/{len(steps)}] {step.title}\n      {shlex.join(step.command)}\n", flush=True)
        began = time.monotonic()
        code = _run(step, environment=environment)
        seconds = f"{time.monotonic() - began:.1f} s"
        if code != 0:
            remedy = "Run it again to go on." if code > processes.SIGNALLED else step.remedy
            print(
                f"[{number}/{len(steps)}] ended with code {code} after {seconds}. {remedy}", file=sys.stderr, flush=True
            )
            return code
        print(f"[{number}/{len(steps)}] done in {seconds}", flush=True)
    return 0


def _run(step: Step, *, environment: Mapping[str, str]) -> int:
    if not step.log:
        return processes.run_forwarding_signals(step.command, environment=environment)
    progress = Progress()

    def tell(line: str) -> None:
        if shown := progress.show(line):
            print(shown, flush=True)

    log = paths.LOGS / f"{step.log}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    code = processes.run_forwarding_signals(step.command, environment=environment, log=log, on_line=tell)
    print(f"      All of its output: {log.relative_to(paths.ROOT)}", flush=True)
    return code


def _perform_alone(steps: Sequence[Step]) -> int:
    if "MAKELEVEL" in os.environ:
        processes.die_with_parent(signal.SIGINT)
    with only_run("local", of="`make up` or `make down`") as mark:
        return perform(steps, environment={**terraform_environment(), **mark})
