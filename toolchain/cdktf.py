"""`cdktf synth|diff|deploy|destroy <environment>`: CDKTF's command line, with the pinned tools and nothing left behind.

It synthesizes the one environment that the command names, checks that environment first, stops Terraform in order when
it is interrupted, and waits for whatever a killed run left before it starts another.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from toolchain import paths, processes, terraform
from toolchain.environment import node, terraform_environment
from toolchain.errors import ToolchainError
from toolchain.runs import only_run

ENVIRONMENT_VARIABLE = "TIERSTORE_ENVIRONMENT"
TARGET_VARIABLE = "TIERSTORE_TARGET"

_BOOTSTRAP = "bootstrap-"
_ALIASES = {"apply": "deploy", "plan": "diff", "synthesize": "synth", "outputs": "output"}
_ASKS_FOR_APPROVAL = ("deploy", "destroy")
_OF_ONE_ENVIRONMENT = ("synth", "diff", "output", *_ASKS_FOR_APPROVAL)
_AUTO_APPROVE = "--auto-approve"
# Options of cdktf-cli 0.21 whose value is the next argument, and so is not an environment.
_OPTIONS_WITH_VALUE = frozenset(
    {
        "-a",
        "--app",
        "-o",
        "--output",
        "--outputs-file",
        "--parallelism",
        "--terraform-parallelism",
        "--var",
        "--var-file",
    }
)


@dataclass(frozen=True, kw_only=True)
class Request:
    """What to run: the arguments for CDKTF, and the stack that they concern where they concern a single one."""

    arguments: tuple[str, ...]
    stack: str | None = None
    takes_over_terminal: bool = False

    @property
    def environment(self) -> str | None:
        """The environment that the stack belongs to; a `bootstrap-` stack holds the environment's Terraform state."""
        return None if self.stack is None else self.stack.removeprefix(_BOOTSTRAP)


def parse(
    arguments: Sequence[str], *, environments: Sequence[str], has_terminal: bool, variables: Mapping[str, str]
) -> Request:
    """Understand a command line of CDKTF; raise ToolchainError where the environment is missing or unknown.

    Where nobody can be asked, the sandbox is changed without asking, and AWS only with `--auto-approve`.
    """
    positional = _positional(arguments)
    command = _ALIASES.get(positional[0], positional[0]) if positional else ""
    if command not in _OF_ONE_ENVIRONMENT or {"-h", "--help"} & set(arguments):
        return Request(arguments=tuple(arguments), takes_over_terminal=has_terminal)
    stacks = positional[1:]
    if not stacks and command == "synth":
        return Request(arguments=tuple(arguments))
    allowed = f"one of {', '.join(environments)}, or {_BOOTSTRAP}<environment> for the bucket of its state"
    if len(stacks) != 1:
        raise ToolchainError(
            f"`cdktf {command}` was given {len(stacks)} environments ({', '.join(stacks)}); allowed is {allowed}."
        )
    request = Request(arguments=tuple(arguments), stack=stacks[0])
    if request.environment not in environments:
        raise ToolchainError(f"Unknown environment {stacks[0]!r}; allowed is {allowed}.")
    if command == "synth":
        return Request(arguments=tuple(word for word in arguments if word != stacks[0]), stack=stacks[0])
    if command not in _ASKS_FOR_APPROVAL or _AUTO_APPROVE in arguments:
        return request
    if has_terminal:
        return Request(arguments=request.arguments, stack=request.stack, takes_over_terminal=True)
    if request.environment != "local" and variables.get(TARGET_VARIABLE) != "sandbox":
        raise ToolchainError(
            f"`cdktf {command} {stacks[0]}` changes AWS and there is no terminal to ask on. "
            f"Review `cdktf diff {stacks[0]}`, then add {_AUTO_APPROVE}."
        )
    return Request(arguments=(*request.arguments, _AUTO_APPROVE), stack=request.stack)


def run(request: Request) -> int:
    """Run CDKTF and return its exit code, or the one of the environment's check where that fails."""
    variables = {
        **terraform_environment(),
        "TERRAFORM_BINARY_NAME": str(paths.VENV_BIN / "guarded-terraform"),
    }
    if request.takes_over_terminal:
        # CDKTF draws no question where it believes to be in a CI job.
        del variables["CI"]
    if request.environment is not None and request.stack is not None:
        variables[ENVIRONMENT_VARIABLE] = request.environment
        code = check_environment(request.environment, variables=variables)
        if code != 0:
            return code
    with only_run("cdktf", of="cdktf") as this_run:
        if request.stack is not None:
            terraform.pin_provider(paths.STACKS / request.stack)
        return processes.run_forwarding_signals(
            [node(), paths.CDKTF_CLI, *request.arguments],
            environment={**variables, **this_run.environment},
            has_terminal=request.takes_over_terminal,
            on_signal=_say_what_happens,
        )


def check_environment(name: str, *, variables: Mapping[str, str]) -> int:
    """Check an environment's settings and target, which prints what is wrong, and return the exit code."""
    return subprocess.run(
        [paths.PYTHON, "-m", "environments", "check", name], cwd=paths.ROOT, env=variables, check=False
    ).returncode


def known_environments() -> list[str]:
    """Return the names of all environments, which are those of their files."""
    return sorted(file.stem for file in paths.ENVIRONMENTS.glob("*.yaml"))


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
        return 128 + signal.SIGINT


def _positional(arguments: Sequence[str]) -> list[str]:
    previous = ["", *arguments]
    return [
        word
        for before, word in zip(previous, arguments, strict=False)
        if not word.startswith("-") and before not in _OPTIONS_WITH_VALUE
    ]


def _say_what_happens(number: signal.Signals) -> None:
    print(f"\n{number.name}: Terraform finishes what it began and saves its state …", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
