"""Key templates: how the fields of an item become the string of a key, and back."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Final, TypeAlias
from zlib import crc32

from tierstore.declaration.errors import DeclarationError

KeyValue: TypeAlias = str | int | datetime

SHARD: Final = "shard"
"""Reserved field of a partition key template: the number of the write shard, computed and never given."""
MINIMUM_SHARDS: Final = 2
MAXIMUM_SHARDS: Final = 256
"""A query merges every shard, so more shards than this cost readers more than they give writers."""

_PLACEHOLDER: Final = re.compile(r"\{([a-z_][a-z0-9_]*)(?::([a-z0-9]+))?\}")
_PADDED: Final = re.compile(r"0([1-9][0-9]?)d")


def _render_padded(value: KeyValue, *, width: int) -> str:
    if not isinstance(value, int) or value < 0 or value >= 10**width:
        raise ValueError(f"{value!r} is not a whole number from 0 to {10**width - 1}")
    return f"{value:0{width}d}"


def render_timestamp(moment: datetime) -> str:
    """ISO 8601 in UTC with microseconds, so that text order is time order; raises `ValueError` without a zone."""
    if moment.tzinfo is None:
        raise ValueError(f"{moment!r} has no time zone; give an aware datetime")
    return moment.astimezone(UTC).isoformat(timespec="microseconds")[:-6] + "Z"


def _render_month(value: KeyValue) -> str:
    if not isinstance(value, datetime):
        raise ValueError(f"{value!r} is not a datetime")
    return render_timestamp(value)[:7]


def _render_case_folded(value: KeyValue) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{value!r} is not text")
    return value.casefold()


def _render_plain(value: KeyValue) -> str:
    return render_timestamp(value) if isinstance(value, datetime) else str(value)


def _renderer(spec: str | None, where: str) -> Callable[[KeyValue], str]:
    if spec is None:
        return _render_plain
    if spec == "month":
        return _render_month
    if spec == "casefold":
        return _render_case_folded
    if padded := _PADDED.fullmatch(spec):
        width = int(padded[1])
        return lambda value: _render_padded(value, width=width)
    raise DeclarationError(f"{where}: unknown format {spec!r}; allowed: month, casefold, 0<width>d such as 08d")


@dataclass(frozen=True)
class Placeholder:
    """One `{field}` or `{field:format}` of a key template."""

    field: str
    format: str | None = None


@dataclass(frozen=True)
class KeyTemplate:
    """A key as text with placeholders, `USER#{id}` or `{published_at:month}#{shard}`.

    Formats: `month` takes the year and month of a datetime, `casefold` ignores case, `08d` pads a whole number with
    zeros so that text order is number order; a datetime without a format is ISO 8601 in UTC. Every value but the last
    has the separator escaped, so that two different values never give one key. Raises `DeclarationError` for a
    malformed template.
    """

    text: str
    separator: str = "#"

    def __post_init__(self) -> None:
        where = f"key template {self.text!r}"
        rest = _PLACEHOLDER.sub("", self.text)
        if "{" in rest or "}" in rest:
            raise DeclarationError(f"{where}: a placeholder is {{field}} or {{field:format}}, in lower case")
        if not self.text:
            raise DeclarationError("a key template must not be empty; DynamoDB refuses an empty key")
        if "}{" in self.text:
            raise DeclarationError(f"{where}: two placeholders need {self.separator!r} or other text between them")
        for placeholder in self.placeholders:
            _renderer(placeholder.format, where)

    @cached_property
    def _parts(self) -> tuple[str | Placeholder, ...]:
        parts: list[str | Placeholder] = []
        position = 0
        for match in _PLACEHOLDER.finditer(self.text):
            if match.start() > position:
                parts.append(self.text[position : match.start()])
            parts.append(Placeholder(match[1], match[2]))
            position = match.end()
        if position < len(self.text):
            parts.append(self.text[position:])
        return tuple(parts)

    @cached_property
    def placeholders(self) -> tuple[Placeholder, ...]:
        """The placeholders from left to right."""
        return tuple(part for part in self._parts if isinstance(part, Placeholder))

    @cached_property
    def fields(self) -> tuple[str, ...]:
        """The fields that a caller gives, from left to right, each once, without the computed shard."""
        return tuple(dict.fromkeys(p.field for p in self.placeholders if p.field != SHARD))

    @property
    def is_sharded(self) -> bool:
        """Whether the template has the computed shard."""
        return any(placeholder.field == SHARD for placeholder in self.placeholders)

    @property
    def literal_prefix(self) -> str:
        """The text before the first placeholder."""
        first = self._parts[0]
        return first if isinstance(first, str) else ""

    def render(self, values: Mapping[str, KeyValue]) -> str:
        """The key of `values`; raises `KeyError` for a missing field and `ValueError` for one that cannot be a key."""
        rendered: list[str] = []
        for literal, field, render, is_last in self._steps:
            value = render(values[field])
            if not value:
                raise ValueError(f"{field} is empty; a part of the key {self.text!r} needs a value")
            rendered += (literal, value if is_last else self._escape(value))
        rendered.append(self._ending)
        return "".join(rendered)

    def render_prefix(self, values: Mapping[str, KeyValue]) -> str:
        """The beginning of the key, up to the first field that `values` does not have."""
        rendered: list[str] = []
        for literal, field, render, is_last in self._steps:
            rendered.append(literal)
            if field not in values:
                return "".join(rendered)
            value = render(values[field])
            rendered.append(value if is_last else self._escape(value))
        rendered.append(self._ending)
        return "".join(rendered)

    def pattern(self, values: Mapping[str, str]) -> str:
        """What every key looks like whose fields are `values`, with `*` for each other field."""
        return "".join(part if isinstance(part, str) else values.get(part.field, "*") for part in self._parts)

    def parse(self, key: str) -> dict[str, str]:
        """The text of each field in `key`; raises `ValueError` where the key was not made by this template."""
        match = self._pattern.fullmatch(key)
        if match is None:
            raise ValueError(f"{key!r} was not made by the key template {self.text!r}")
        last = self.placeholders[-1] if self.placeholders else None
        return {
            placeholder.field: text if placeholder is last else self._unescape(text)
            for placeholder, text in zip(self.placeholders, match.groups(), strict=True)
        }

    @cached_property
    def _steps(self) -> tuple[tuple[str, str, Callable[[KeyValue], str], bool], ...]:
        """For each placeholder: the text before it, its field, how its value becomes text, whether it is the last."""
        last = self.placeholders[-1] if self.placeholders else None
        steps = []
        literal = ""
        for part in self._parts:
            if isinstance(part, str):
                literal = part
            else:
                steps.append((literal, part.field, _renderer(part.format, self.text), part is last))
                literal = ""
        return tuple(steps)

    @cached_property
    def _ending(self) -> str:
        """The text after the last placeholder."""
        ending = self._parts[-1]
        return ending if isinstance(ending, str) else ""

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        last = self.placeholders[-1] if self.placeholders else None
        inner = f"([^{re.escape(self.separator)}]+)"
        pieces = [
            re.escape(part) if isinstance(part, str) else "(.+)" if part is last else inner for part in self._parts
        ]
        return re.compile("".join(pieces), re.DOTALL)

    def _escape(self, value: str) -> str:
        if "%" not in value and self.separator not in value:
            return value
        return value.replace("%", "%25").replace(self.separator, f"%{ord(self.separator):02X}")

    def _unescape(self, value: str) -> str:
        return value.replace(f"%{ord(self.separator):02X}", self.separator).replace("%25", "%")


@dataclass(frozen=True, kw_only=True)
class Shards:
    """Spreads a hot partition key over `count` partitions.

    The hash of the field `by` chooses the shard; where `by` is None the writer chooses at random and a reader reads
    all, which only an item that is a part of a sum can bear.
    """

    count: int
    by: str | None

    def __post_init__(self) -> None:
        if not MINIMUM_SHARDS <= self.count <= MAXIMUM_SHARDS:
            raise DeclarationError(
                f"{self.count} shards by {self.by!r}: allowed are {MINIMUM_SHARDS} to {MAXIMUM_SHARDS}"
            )

    def shard_of(self, value: str) -> int:
        """The shard of `value`, the same in every process and release (CRC-32 modulo the count)."""
        return crc32(value.encode()) % self.count


@dataclass(frozen=True, kw_only=True)
class Key:
    """The partition and sort key of an entity in its table or in one index.

    Raises `DeclarationError` where the shards and the template's `{shard}` do not go together.
    """

    partition: KeyTemplate
    sort: KeyTemplate | None = None
    shards: Shards | None = None

    def __post_init__(self) -> None:
        if self.partition.is_sharded != (self.shards is not None):
            raise DeclarationError(
                f"partition key {self.partition.text!r}: a template with {{shard}} needs `shards`, "
                "and only such a one has them"
            )
        if self.sort is not None and self.sort.is_sharded:
            raise DeclarationError(f"sort key {self.sort.text!r}: {{shard}} belongs into the partition key")

    @property
    def fields(self) -> tuple[str, ...]:
        """Every field that the key is made of, the one that the shard is computed from included."""
        sort = self.sort.fields if self.sort else ()
        shard = (self.shards.by,) if self.shards and self.shards.by else ()
        return tuple(dict.fromkeys((*self.partition.fields, *sort, *shard)))

    def render(self, values: Mapping[str, KeyValue]) -> tuple[str, str | None]:
        """The partition and the sort key of `values`, which must have `shard` where the writer chooses it.

        Raises `KeyError` for a missing field and `ValueError` for one that cannot be a key.
        """
        if self.shards is not None and self.shards.by is not None:
            values = {**values, SHARD: self.shards.shard_of(_render_plain(values[self.shards.by]))}
        return self.partition.render(values), self.sort.render(values) if self.sort else None


def key(partition: str, sort: str | None = None, *, shards: Shards | None = None) -> Key:
    """A `Key` from two template texts."""
    return Key(partition=KeyTemplate(partition), sort=KeyTemplate(sort) if sort is not None else None, shards=shards)
