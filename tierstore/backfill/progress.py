"""How far a back-fill is, kept in the state table, so that another run goes on where the last one was."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Self

from tierstore.core.effects import Plan
from tierstore.declaration.entities import Entity
from tierstore.dynamodb.items.attribute_values import Item, text
from tierstore.dynamodb.repository import Repository
from tierstore.model.state import StateEntry


@dataclass(frozen=True, kw_only=True)
class Counts:
    """What became of the items."""

    found: int = 0
    """Of an earlier schema version."""
    migrated: int = 0
    overtaken: int = 0
    """Written by somebody else meanwhile, who was faster or went on."""
    failed: int = 0
    """Cannot be migrated: what is stored is not what its version says, or its migration refuses it."""
    read_units: float = 0
    write_units: float = 0

    def __add__(self, other: Counts) -> Counts:
        mine, others = asdict(self), asdict(other)
        return Counts(**{name: value + others[name] for name, value in mine.items()})


@dataclass(frozen=True, kw_only=True)
class Segment:
    """One part of the table and how far it was read."""

    number: int
    of: int
    start: Mapping[str, str] | None = None
    """The key after which to go on; None at the beginning."""
    is_done: bool = False
    counts: Counts = Counts()

    @property
    def start_key(self) -> Item | None:
        """As DynamoDB takes it."""
        return None if self.start is None else {name: text(value) for name, value in self.start.items()}

    def read(self, counts: Counts, last: Mapping[str, Mapping[str, str]] | None) -> Self:
        """The segment after another page, which ended at the key `last`, or at the end of the segment."""
        start = None if last is None else {name: value["S"] for name, value in last.items()}
        return replace(self, start=start, is_done=last is None, counts=self.counts + counts)


@dataclass(frozen=True, kw_only=True)
class Checkpoints:
    """The segments of one entity's back-fill to one schema version."""

    items: Repository
    entity: type[Entity]
    segments: int

    def load(self) -> Plan[list[Segment]]:
        """The segments as the last run left them; new ones where there was none, or where it came to its end."""
        names = [self._name(number) for number in range(self.segments)]
        keys = [{"namespace": self._namespace, "name": name} for name in names]
        found = yield from self.items.get_many(StateEntry, keys, consistent=True)
        known = [
            Segment(number=number, of=self.segments) if entry is None else _parse(number, self.segments, entry.value)
            for number, entry in enumerate(found)
        ]
        if all(segment.is_done for segment in known):
            return [Segment(number=number, of=self.segments) for number in range(self.segments)]
        return known

    def save(self, segment: Segment) -> Plan[None]:
        """Keep how far a segment is."""
        value = {"start": segment.start, "is_done": segment.is_done, "counts": _numbers(segment.counts)}
        name = self._name(segment.number)
        yield from self.items.replace(StateEntry(namespace=self._namespace, name=name, value=value))

    @property
    def _namespace(self) -> str:
        declared = self.entity.declaration
        return f"backfill {declared.type} {declared.schema_version}"

    def _name(self, number: int) -> str:
        return f"{number + 1} of {self.segments}"


def _parse(number: int, of: int, value: Mapping[str, Any]) -> Segment:
    kept: Mapping[str, str] = value["counts"]
    counts = Counts(
        found=int(kept["found"]),
        migrated=int(kept["migrated"]),
        overtaken=int(kept["overtaken"]),
        failed=int(kept["failed"]),
        read_units=float(kept["read_units"]),
        write_units=float(kept["write_units"]),
    )
    return Segment(number=number, of=of, start=value["start"], is_done=value["is_done"], counts=counts)


def _numbers(counts: Counts) -> dict[str, str]:
    # As texts: a table keeps no floats.
    return {name: str(value) for name, value in asdict(counts).items()}
