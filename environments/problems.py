"""Why an environment cannot be used: problems at a line of a file, and the exceptions that carry them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

FieldPath = tuple[str | int, ...]
"""Keys and list positions from the top of the file: ("tables", "core", "billing")."""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing wrong with a field: what was given, what is allowed, what to do."""

    path: FieldPath
    message: str


@dataclass(frozen=True, kw_only=True)
class Problem:
    """A finding at its line of a file; `str()` is the one line that people read."""

    file: Path
    line: int
    path: FieldPath
    message: str

    def __str__(self) -> str:
        """`file:line: field: message`, the file relative to the working directory where it lies below it."""
        field = f"{dotted(self.path)}: " if self.path else ""
        return f"{shown(self.file)}:{self.line}: {field}{self.message}"


class UnusableEnvironment(Exception):  # noqa: N818 - says what is wrong
    """An environment cannot be used; `str()` is one line for each reason."""


class UnknownEnvironment(UnusableEnvironment):
    """No environment has this name."""


class InvalidEnvironment(UnusableEnvironment):
    """The file of an environment is wrong; `problems` holds every reason, in the order of its lines."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(problems, key=lambda problem: problem.line))
        super().__init__("\n".join(map(str, self.problems)))


class SandboxNotRunning(UnusableEnvironment):
    """The environment is deployed to the sandbox, which does not answer."""


class WrongAccount(UnusableEnvironment):
    """The caller's credentials are missing, refused, or belong to another account than the environment's."""


def dotted(path: FieldPath) -> str:
    """A path as people write it: redis.shards, network.peer_cidrs[0]."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return text.removeprefix(".")


def shown(file: Path) -> str:
    """The file relative to the working directory, or absolute where it lies elsewhere."""
    here = Path.cwd()
    return str(file.relative_to(here) if file.is_relative_to(here) else file)
