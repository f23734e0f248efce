"""Understands a command line of CDKTF: which command, which stack of which environment, who approves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from toolchain.errors import ToolchainError

TARGET_VARIABLE = "TIERSTORE_TARGET"

_BOOTSTRAP = "bootstrap-"
_ALIASES = {"apply": "deploy", "plan": "diff", "synthesize": "synth", "outputs": "output"}
_ASKING = ("deploy", "destroy")
_OF_STACKS = ("synth", "diff", "output", *_ASKING)
_AUTO_APPROVE = "--auto-approve"
# The options of cdktf-cli 0.21 whose value is the next argument, and so is not a stack.
_WITH_VALUE = frozenset(
    {"-a", "--app", "-o", "--output", "--outputs-file"}
    | {"--parallelism", "--terraform-parallelism", "--var", "--var-file"}
)


@dataclass(frozen=True, kw_only=True)
class Request:
    """What to run: `arguments` for CDKTF, and the stack that they concern where they name one."""

    arguments: tuple[str, ...]
    command: str = ""
    stack: str | None = None
    on_terminal: bool = False

    @property
    def concerns_stacks(self) -> bool:
        """Whether this is more than a question about CDKTF itself."""
        return self.command != ""

    @property
    def environment(self) -> str | None:
        """The environment of the stack; a `bootstrap-` stack holds the environment's Terraform state."""
        return None if self.stack is None else self.stack.removeprefix(_BOOTSTRAP)

    @property
    def needs_credentials(self) -> bool:
        """Whether AWS will be asked or changed."""
        return self.stack is not None and self.command != "synth"


def parse(
    arguments: Sequence[str], *, environments: Sequence[str], has_terminal: bool, variables: Mapping[str, str]
) -> Request:
    """Understand a command line; raise ToolchainError where its environment is missing, unknown or one of several.

    Where nobody can be asked for approval, the sandbox is changed without, and AWS only with `--auto-approve`.
    """
    words = _positional(arguments)
    command = _ALIASES.get(words[0], words[0]) if words else ""
    if command not in _OF_STACKS or {"-h", "--help"} & set(arguments):
        return Request(arguments=tuple(arguments), on_terminal=has_terminal)
    if command == "synth" and len(words) == 1:
        return Request(arguments=tuple(arguments), command=command)
    stack = _the_stack(words, environments=environments)
    if command == "synth":
        # CDKTF's own `synth` takes no stack, and synthesizes what the application declares.
        return Request(arguments=tuple(word for word in arguments if word != stack), command=command, stack=stack)
    if command not in _ASKING or _AUTO_APPROVE in arguments:
        return Request(arguments=tuple(arguments), command=command, stack=stack)
    if has_terminal:
        return Request(arguments=tuple(arguments), command=command, stack=stack, on_terminal=True)
    if stack != "local" and variables.get(TARGET_VARIABLE) != "sandbox":
        raise ToolchainError(
            f"`cdktf {command} {stack}` changes AWS, and there is no terminal to ask on. "
            f"Review `cdktf diff {stack}`, then add {_AUTO_APPROVE}."
        )
    return Request(arguments=(*arguments, _AUTO_APPROVE), command=command, stack=stack)


def _positional(arguments: Sequence[str]) -> list[str]:
    preceding = ["", *arguments]
    return [
        word
        for before, word in zip(preceding, arguments, strict=False)
        if not word.startswith("-") and before not in _WITH_VALUE
    ]


def _the_stack(words: Sequence[str], *, environments: Sequence[str]) -> str:
    command, *stacks = words
    allowed = f"allowed is one of {', '.join(environments)}, or {_BOOTSTRAP}<environment> for the bucket of its state"
    if len(stacks) != 1:
        given = f"{len(stacks)} environments ({', '.join(stacks)})" if stacks else "no environment"
        raise ToolchainError(f"`cdktf {command}` was given {given}; {allowed}.")
    if stacks[0].removeprefix(_BOOTSTRAP) not in environments:
        raise ToolchainError(f"`cdktf {command}` was given the unknown environment {stacks[0]!r}; {allowed}.")
    return stacks[0]
