"""A job of several commands, performed one after the other, each with its time and what to do where it fails."""

from __future__ import annotations

import shlex
import signal
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from toolchain import paths, processes
from toolchain.terraform_progress import Progress, plain


def _no_recovery(_output: str) -> tuple[Step, ...]:
    return ()


@dataclass(frozen=True, kw_only=True)
class Step:
    """One command of a job; `remedy` says what to do next where it fails."""

    title: str
    command: tuple[str, ...]
    remedy: str


@dataclass(frozen=True, kw_only=True)
class TerraformStep(Step):
    """A command that runs Terraform, which an interruption lets finish, so that it loses track of nothing.

    Its output goes to the file of the name `log` under `build/log/`, and its progress to the terminal. Where it fails,
    `recovery` is asked, by its output, for steps after which it may succeed.
    """

    log: str
    recovery: Callable[[str], tuple[Step, ...]] = _no_recovery


def perform(steps: Sequence[Step], *, environment: Mapping[str, str]) -> int:
    """Perform the steps in order, up to the first that fails; return its exit code, else 0."""
    for number, step in enumerate(steps, start=1):
        place = f"[{number}/{len(steps)}]"
        print(f"\n{place} {step.title}", flush=True)
        began = time.monotonic()
        code = _run(step, environment=environment)
        seconds = f"{time.monotonic() - began:.1f} s"
        if code != 0:
            remedy = "Run it again to go on." if code > processes.SIGNALLED else step.remedy
            print(f"{place} ended with code {code} after {seconds}. {remedy}", file=sys.stderr, flush=True)
            return code
        print(f"{place} done in {seconds}", flush=True)
    return 0


def _run(step: Step, *, environment: Mapping[str, str]) -> int:
    print(f"      {shlex.join(step.command)}\n", flush=True)
    if not isinstance(step, TerraformStep):
        return processes.run_forwarding_signals(step.command, environment=environment)
    code = _run_terraform(step, environment=environment)
    recovery = step.recovery(plain(_log(step).read_text(errors="replace"))) if code == 1 else ()
    for each in recovery:
        print(f"\n      {each.title}", flush=True)
        code = _run(each, environment=environment)
        if code != 0:
            return code
    return _run_terraform(step, environment=environment) if recovery else code


def _run_terraform(step: TerraformStep, *, environment: Mapping[str, str]) -> int:
    progress = Progress()

    def tell(line: str) -> None:
        if shown := progress.show(line):
            print(shown, flush=True)

    log = _log(step)
    log.parent.mkdir(parents=True, exist_ok=True)
    code = processes.run_forwarding_signals(
        step.command,
        environment=environment,
        holds_first_signal=True,
        on_signal=_say_what_happens,
        log=log,
        on_line=tell,
    )
    print(f"      All of its output: {log.relative_to(paths.ROOT)}", flush=True)
    return code


def _log(step: TerraformStep) -> Path:
    return paths.LOGS / f"{step.log}.log"


def _say_what_happens(number: signal.Signals) -> None:
    print(
        f"\n{number.name}: this stops when Terraform has finished, so that its state knows all that it creates. "
        "Again: Terraform stops now, and may lose track of what it is creating.",
        file=sys.stderr,
        flush=True,
    )
