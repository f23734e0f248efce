"""Reads the file of an environment and refuses it with every reason at its line."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from pydantic import ValidationError

from environments.document import Document, UnreadableDocument, parse
from environments.explain import explain
from environments.json_schema import environment_schema
from environments.problems import Finding, InvalidEnvironment, Problem, UnknownEnvironment, shown
from environments.rules import consistency, neighbours, safety
from environments.schema import Environment
from environments.wording import unknown

DIRECTORY = Path(__file__).parent
"""Where the files of the environments lie: `<name>.yaml`."""

NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
"""An environment's name becomes part of physical names: lower-case words joined by hyphens."""


def names(*, directory: Path = DIRECTORY) -> tuple[str, ...]:
    """The names of all environments, sorted."""
    return tuple(sorted(file.stem for file in directory.glob("*.yaml") if NAME.fullmatch(file.stem)))


def load(name: str, *, directory: Path = DIRECTORY) -> Environment:
    """The environment `name`, checked by itself, against the rules of production and against its neighbours.

    Raises `UnknownEnvironment` naming the known ones, or `InvalidEnvironment` with every problem of the file. A
    neighbour whose own file is invalid is passed over here; loading that one says why.
    """
    known = names(directory=directory)
    if name not in known:
        raise UnknownEnvironment(_unknown_environment(name, known, directory))
    document, environment = _read(name, directory)
    findings = [
        *consistency.findings(environment),
        *neighbours.findings(environment, _valid(set(known) - {name}, directory)),
        *safety.findings(environment),
    ]
    if findings:
        raise _invalid(_file(name, directory), findings, document)
    return environment


def _read(name: str, directory: Path) -> tuple[Document, Environment]:
    """The file and its settings, each of which is valid by itself."""
    file = _file(name, directory)
    try:
        document = parse(file.read_bytes())
    except UnreadableDocument as error:
        raise InvalidEnvironment(
            Problem(file=file, line=line, path=finding.path, message=finding.message)
            for line, finding in error.findings
        ) from None
    if "name" in document.values:
        message = "unknown: the file's name is the environment's name, remove it"
        raise _invalid(file, [Finding(path=("name",), message=message)], document)
    try:
        # JSON has lists and texts where the schema has tuples and networks, but no other conversion.
        environment = Environment.model_validate_json(json.dumps({**document.values, "name": name}), strict=True)
    except ValidationError as error:
        raise _invalid(file, explain(error, environment_schema()), document) from None
    return document, environment


def _valid(names: Iterable[str], directory: Path) -> Iterator[Environment]:
    for name in sorted(names):
        with suppress(InvalidEnvironment):
            yield _read(name, directory)[1]


def _invalid(file: Path, findings: Iterable[Finding], document: Document) -> InvalidEnvironment:
    return InvalidEnvironment(
        Problem(file=file, line=document.line(finding.path), path=finding.path, message=finding.message)
        for finding in findings
    )


def _file(name: str, directory: Path) -> Path:
    return directory / f"{name}.yaml"


def _unknown_environment(name: str, known: tuple[str, ...], directory: Path) -> str:
    if not NAME.fullmatch(name):
        return f"environment {name!r}: not a name, allowed are lower-case words joined by hyphens, such as prod"
    if not known:
        return f"environment {name}: unknown, {shown(directory)} holds no <name>.yaml: write one"
    return f"environment {name}: {unknown(name, known)}"
