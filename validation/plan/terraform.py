"""Has Terraform plan an environment, and keeps the plan's JSON without its secrets."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from environments.account import require_account
from environments.target import Deployment
from toolchain import paths
from toolchain.environment import terraform_environment
from toolchain.prerequisites import find_terraform
from toolchain.runs import only_run
from toolchain.terraform import pin_provider
from validation.errors import CouldNotRun
from validation.files import write
from validation.plan import commands
from validation.plan.progress import Say
from validation.plan.redaction import redacted

PLAN: Final = "plan.json"
STACK: Final = "cdk.tf.json"
"""The stack as it was synthesized, kept beside the plan: it holds the notes for Checkov."""

Json = dict[str, Any]

PRIVATE: Final = 0o600
"""Mode of what an attacker would like to read, even without its secrets."""

_LONGEST_REASON: Final = 400
_FRAMES: Final = re.compile("[│╷╵]")
"""What Terraform draws around its errors."""

_REMEDIES: Final = {
    r"S3 bucket \S+ does not exist|NoSuchBucket": "create the bucket of its state with `cdktf deploy bootstrap-{name}`",
    "Provider configuration not present": "name the region as former_disaster_recovery_region and deploy, which takes "
    "away what lives there; only then leave it out (docs/environments.md, Leave the region)",
    "No valid credential sources": "log in to AWS, for example with AWS_PROFILE",
    "ExpiredToken": "log in to AWS again",
    "Failed to query available provider packages": "run `python3 -m toolchain install`, or check the network",
}
"""By a pattern of what Terraform says."""


@dataclass(frozen=True, kw_only=True)
class Planned:
    """What was planned, and where it lies."""

    document: Json
    """The JSON of the plan, without secrets."""
    stack: Json
    """The JSON of the stack; empty where it does not lie beside the plan."""
    file: Path


def plan(deployment: Deployment, directory: Path, *, say: Say) -> Planned:
    """Synthesize and plan an environment below `directory`, telling `say` how far it is.

    Terraform plans a copy of the stack without `prevent_destroy`, because it would stop at the first resource that has
    it; the review tells of all of them. The copy is never applied. Raises `CouldNotRun`, `ToolchainError` while another
    review of the environment runs, or `environments.WrongAccount`.
    """
    name = deployment.environment.name
    if deployment.sandbox is None:
        require_account(deployment.environment)
    directory.mkdir(parents=True, exist_ok=True)
    with only_run(f"plan-{name}", of=f"A review of {name}", patience=commands.PATIENCE) as mark:
        environment = {**terraform_environment(), **mark}
        say("synthesizing")
        stack = _synthesize(name, directory / "synthesized", environment)
        write(directory / STACK, json.dumps(stack, indent=1), mode=PRIVATE)
        folder = directory / "synthesized" / "stacks" / name
        (folder / STACK).write_text(json.dumps(without_prevent_destroy(stack)))
        say("initializing Terraform")
        _initialize(folder, environment)
        document = redacted(_plan(folder, directory, environment, say))
        write(directory / PLAN, json.dumps(document, indent=1), mode=PRIVATE)
    return Planned(document=document, stack=stack, file=directory / PLAN)


def read(file: Path) -> Planned:
    """A plan that was made before, with its stack where that lies beside it; raises `CouldNotRun`."""
    stack = file.with_name(STACK)
    return Planned(document=_read_json(file), stack=_read_json(stack) if stack.exists() else {}, file=file)


def without_prevent_destroy(stack: Mapping[str, Any]) -> Json:
    """The JSON of a stack in which no resource has `lifecycle.prevent_destroy`."""
    result = deepcopy(dict(stack))
    for resources in result.get("resource", {}).values():
        for resource in resources.values():
            resource.get("lifecycle", {}).pop("prevent_destroy", None)
    return result


def follow(lines: Iterable[str], say: Say) -> Iterator[Json]:
    """The events in the output of `terraform plan -json`, telling `say` how many resources were looked at."""
    refreshed = planned = 0
    say("planning")
    for line in lines:
        try:
            event = json.loads(line)
        except ValueError:
            continue
        refreshed += event.get("type") == "refresh_complete"
        planned += event.get("type") == "planned_change"
        if refreshed or planned:
            say(f"planning: {refreshed} resources looked at, {planned} to change")
        yield event


@contextmanager
def private_folder(folder: Path) -> Iterator[Path]:
    """An empty folder that nobody else reads, gone afterwards; so is what a killed review left in it."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def explain_failure(name: str, output: str) -> str:
    """Terraform's first error in one line, and what to do about it where that is known."""
    text = " ".join(_FRAMES.sub(" ", output).split())
    error = text.partition("Error: ")[2].partition(" Error: ")[0] or text or "it said nothing"
    remedies = [remedy.format(name=name) for symptom, remedy in _REMEDIES.items() if re.search(symptom, text)]
    return "; ".join([error[:_LONGEST_REASON].rstrip(" .:"), *remedies[:1]])


def _synthesize(name: str, output: Path, environment: Mapping[str, str]) -> Json:
    finished = commands.run(
        [paths.PYTHON, paths.ROOT / "main.py"],
        directory=paths.ROOT,
        environment={**environment, "TIERSTORE_ENVIRONMENT": name, "CDKTF_OUTDIR": str(output)},
    )
    if finished.returncode != 0:
        said = finished.stderr.strip().splitlines() or ["it said nothing"]
        raise CouldNotRun(f"{name} can't be synthesized: {said[-1]}")
    return _read_json(output / "stacks" / name / STACK)


def _initialize(folder: Path, environment: Mapping[str, str]) -> None:
    pin_provider(folder)
    # The backend may be another one than last time: the sandbox has a port of its own in each run.
    command = [str(find_terraform()), "init", "-input=false", "-no-color", "-reconfigure", "-lockfile=readonly"]
    finished = commands.run(command, directory=folder, environment=environment)
    if finished.returncode != 0:
        raise CouldNotRun(f"Terraform can't be initialized: {explain_failure(folder.name, finished.stderr)}")


def _plan(folder: Path, directory: Path, environment: Mapping[str, str], say: Say) -> Json:
    """The JSON of a new plan; the plan itself, which holds secrets in clear, is gone afterwards."""
    with private_folder(directory / "private") as private:
        file = private / "plan"
        # A plan writes nothing, so that it needs neither the lock on the state nor the right to take it.
        command = [str(find_terraform()), "plan", "-input=false", "-lock=false", "-json", f"-out={file}"]
        with commands.started(command, directory=folder, environment=environment) as process:
            assert process.stdout is not None  # noqa: S101 - it is a pipe
            events = [event for event in follow(process.stdout, say) if event.get("type") == "diagnostic"]
        if process.returncode != 0:
            said = [event["diagnostic"] for event in events if event["diagnostic"]["severity"] == "error"]
            text = " ".join(f"Error: {each['summary']}: {each.get('detail', '')}" for each in said)
            raise CouldNotRun(f"Terraform can't plan: {explain_failure(folder.name, text)}")
        say("reading the plan")
        shown = commands.run([str(find_terraform()), "show", "-json", file], directory=folder, environment=environment)
    if shown.returncode != 0:
        raise CouldNotRun(f"Terraform can't show its plan: {explain_failure(folder.name, shown.stderr)}")
    document: Json = json.loads(shown.stdout)
    return document


def _read_json(file: Path) -> Json:
    try:
        document = json.loads(file.read_bytes())
    except OSError as error:
        raise CouldNotRun(f"{file}: {error.strerror}") from error
    except ValueError as error:
        raise CouldNotRun(f"{file} is no JSON ({error}): write it with `terraform show -json PLAN`") from error
    if not isinstance(document, dict):
        raise CouldNotRun(f"{file} is no plan: write it with `terraform show -json PLAN`")
    return document
