"""`cdktf synth|diff|deploy|destroy <environment>`: CDKTF's command line, with the pinned tools and nothing left behind.

It synthesizes the one environment that the command names, checks that environment first, lets Terraform save its state
when it is interrupted, and lets whatever a killed run left come to its end before it starts another.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Mapping

from toolchain import backend, node, paths, processes, stack_history, state_lock, terraform
from toolchain.cdktf_arguments import Request, parse
from toolchain.environment import terraform_environment
from toolchain.errors import ToolchainError
from toolchain.runs import only_run

ENVIRONMENT_VARIABLE = "TIERSTORE_ENVIRONMENT"

# Seconds that Terraform has to finish after a kill; AWS takes most of an hour for a large replication group.
_PATIENCE = 3600.0


def main() -> int:
    """Run the command line and return its exit code; 2 where it could not run."""
    try:
        request = parse(
            sys.argv[1:],
            environments=known_environments(),
            has_terminal=sys.stdin.isatty() and sys.stdout.isatty(),
            variables=os.environ,
        )
        return run(request)
    except ToolchainError as error:
        print(f"cdktf: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return processes.SIGNALLED + signal.SIGINT


def run(request: Request) -> int:
    """Run CDKTF and return its exit code, or that of the environment's check where the check fails."""
    variables = _variables(request)
    if not request.concerns_stacks:
        return _run_cdktf(request, variables)
    code = _check_environment(request, variables)
    if code != 0:
        return code
    with only_run("cdktf", of="cdktf", patience=_PATIENCE) as mark:
        return _run_on_stack(request, {**variables, **mark})


def known_environments() -> list[str]:
    """Return the names of all environments, which are those of their files."""
    return sorted(file.stem for file in paths.ENVIRONMENTS.glob("*.yaml"))


def _variables(request: Request) -> dict[str, str]:
    variables = {**terraform_environment(), "TERRAFORM_BINARY_NAME": str(paths.VENV_BIN / "guarded-terraform")}
    if request.environment is not None:
        variables[ENVIRONMENT_VARIABLE] = request.environment
    if request.on_terminal:
        # Believing itself in a CI job, CDKTF would not draw its question.
        del variables["CI"]
    return variables


def _check_environment(request: Request, variables: Mapping[str, str]) -> int:
    if request.environment is None:
        return 0
    options = ["--credentials"] if request.needs_credentials else []
    command = [str(paths.PYTHON), "-m", "environments", "check", request.environment, *options]
    # Only a refusal is worth reading, and that goes to standard error.
    return subprocess.run(command, cwd=paths.ROOT, env=variables, stdout=subprocess.DEVNULL, check=False).returncode


def _run_on_stack(request: Request, variables: Mapping[str, str]) -> int:
    if request.stack is None or not request.needs_credentials:
        return _run_cdktf(request, variables)
    variables = {**variables, **backend.init_options(paths.STACKS / request.stack, variables=variables)}
    state_lock.release_abandoned(request.stack, environment=variables)
    stack_history.begin(request.stack)
    terraform.pin_provider(paths.STACKS / request.stack)
    code = _run_cdktf(request, variables)
    if code == 0:
        stack_history.succeed(request.stack, command=request.command)
    return code


def _run_cdktf(request: Request, variables: Mapping[str, str]) -> int:
    return processes.run_forwarding_signals(
        [node.executable(), paths.CDKTF_CLI, *request.arguments],
        environment=variables,
        has_terminal=request.on_terminal,
        on_signal=_say_what_happens,
    )


def _say_what_happens(number: signal.Signals) -> None:
    print(f"\n{number.name}: Terraform finishes what it began and saves its state …", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
