"""Reads YAML into plain values, and remembers the line of every one of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import yaml

from environments.problems import FieldPath, Finding

Value = None | bool | int | float | str | list["Value"] | dict[str, "Value"]


@dataclass(frozen=True, kw_only=True)
class Document:
    """A YAML mapping: its values, and the line of each."""

    values: dict[str, Value]
    lines: dict[FieldPath, int]
    """Lines count from 1; a setting's line is that of its key."""

    def line(self, path: FieldPath) -> int:
        """The line of the field, or of the nearest section around it where the field is absent."""
        while path not in self.lines:
            path = path[:-1]
        return self.lines[path]

    def value(self, path: FieldPath) -> Value:
        """The value at `path`; raises `LookupError` where there is none."""
        value: Value = self.values
        for part in path:
            match value:
                case dict() if isinstance(part, str):
                    value = value[part]
                case list() if isinstance(part, int):
                    value = value[part]
                case _:
                    raise LookupError(part)
        return value


class UnreadableDocument(Exception):  # noqa: N818 - says what is wrong
    """The text is not a YAML mapping of plain values; `findings` holds (line, path, message)."""

    def __init__(self, *findings: tuple[int, Finding]) -> None:
        self.findings = findings
        super().__init__("\n".join(f"line {line}: {finding.message}" for line, finding in findings))


def parse(text: str | bytes) -> Document:
    """The document in `text` (UTF-8 where bytes); raises `UnreadableDocument`.

    Scalars follow the core schema of YAML 1.2, as editors do: only `true` and `false` are booleans, so `no` is a text,
    and numbers are decimal. Aliases are refused: they can blow a small file up.
    """
    try:
        root = yaml.compose(text, Loader=_CoreSchemaLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise UnreadableDocument((line, Finding(path=(), message=f"not valid YAML: {error.problem}"))) from None
    except yaml.YAMLError as error:
        message = str(error).splitlines()[0]
        raise UnreadableDocument((1, Finding(path=(), message=f"not valid YAML: {message}"))) from None
    except RecursionError:
        raise UnreadableDocument((1, Finding(path=(), message="nested too deeply"))) from None
    reading = _Reading()
    if not isinstance(root, yaml.MappingNode):
        raise UnreadableDocument((1, Finding(path=(), message="given no settings, allowed `key: value` lines")))
    values = reading.mapping(root, ())
    if reading.findings:
        raise UnreadableDocument(*reading.findings)
    return Document(values=values, lines={(): 1, **reading.lines})


@dataclass(frozen=True, kw_only=True)
class _Scalar:
    """How a plain scalar of one type looks, and what it means."""

    tag: str
    pattern: re.Pattern[str]
    first_characters: str
    """Characters it can begin with; the empty scalar begins with none."""
    convert: Callable[[str], Value]


_TAG = "tag:yaml.org,2002:"
_SCALARS = (
    _Scalar(
        tag=f"{_TAG}null",
        pattern=re.compile(r"^(~|null|Null|NULL|)$"),
        first_characters="~nN",
        convert=lambda _: None,
    ),
    _Scalar(
        tag=f"{_TAG}bool",
        pattern=re.compile(r"^(true|True|TRUE|false|False|FALSE)$"),
        first_characters="tTfF",
        convert=lambda text: text.lower() == "true",
    ),
    _Scalar(
        tag=f"{_TAG}int",
        pattern=re.compile(r"^[-+]?[0-9]{1,18}$"),
        first_characters="-+0123456789",
        convert=int,
    ),
    _Scalar(
        tag=f"{_TAG}float",
        pattern=re.compile(r"^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$"),
        first_characters="-+.0123456789",
        convert=float,
    ),
    _Scalar(tag=f"{_TAG}str", pattern=re.compile(""), first_characters="", convert=str),
)


class _CoreSchemaLoader(yaml.SafeLoader):
    """Resolves plain scalars by the core schema of YAML 1.2 instead of YAML 1.1's."""


_CoreSchemaLoader.yaml_implicit_resolvers = {
    first: [(scalar.tag, scalar.pattern) for scalar in _SCALARS if first in scalar.first_characters]
    for first in {"", *"".join(scalar.first_characters for scalar in _SCALARS)}
}


@dataclass(kw_only=True)
class _Reading:
    """One walk over the nodes of a document."""

    lines: dict[FieldPath, int] = field(default_factory=dict)
    findings: list[tuple[int, Finding]] = field(default_factory=list)
    seen: set[int] = field(default_factory=set)

    def mapping(self, node: yaml.MappingNode, path: FieldPath) -> dict[str, Value]:
        return dict(self._entries(node, path))

    def _entries(self, node: yaml.MappingNode, path: FieldPath) -> Iterator[tuple[str, Value]]:
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode):
                self._refuse(line, path, "a key must be a plain text")
                continue
            here = (*path, key_node.value)
            if here in self.lines:
                self._refuse(line, here, f"given twice, first in line {self.lines[here]}: keep one")
                continue
            self.lines[here] = line
            yield key_node.value, self._value(value_node, here)

    def _value(self, node: yaml.Node, path: FieldPath) -> Value:
        if id(node) in self.seen:
            self._refuse(self.lines[path], path, "aliases (*name) are not allowed: write the value out")
            return None
        self.seen.add(id(node))
        match node:
            case yaml.MappingNode(tag="tag:yaml.org,2002:map"):
                return self.mapping(node, path)
            case yaml.SequenceNode(tag="tag:yaml.org,2002:seq"):
                return [self._item(item, (*path, position)) for position, item in enumerate(node.value)]
            case yaml.ScalarNode():
                for scalar in _SCALARS:
                    if scalar.tag == node.tag and scalar.pattern.match(node.value):
                        return scalar.convert(node.value)
        tag = node.tag.replace(_TAG, "!!")
        self._refuse(self.lines[path], path, f"the tag {tag} is not allowed: write a plain value")
        return None

    def _item(self, node: yaml.Node, path: FieldPath) -> Value:
        self.lines[path] = node.start_mark.line + 1
        return self._value(node, path)

    def _refuse(self, line: int, path: FieldPath, message: str) -> None:
        self.findings.append((line, Finding(path=path, message=message)))
