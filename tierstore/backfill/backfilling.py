"""Reads a table in segments at a pace, and writes every item of an earlier schema version at the declared one.

A scan, which no access pattern may be: this is an operator's job. Each item is written only as it was read, so a
concurrent writer is never overwritten; what was done already is not found again, so it may be run any number of times.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, Final

from tierstore.backfill.pace import Pace
from tierstore.backfill.progress import Checkpoints, Counts, Segment
from tierstore.core.effects import Plan, Sleep, together
from tierstore.declaration.entities import SCHEMA_VERSION_ATTRIBUTE, TYPE_ATTRIBUTE, Entity
from tierstore.dynamodb import changes
from tierstore.dynamodb.expressions import Placeholders, absent, all_of, any_of, compare, equals
from tierstore.dynamodb.items.attribute_values import AttributeValue, number, text
from tierstore.dynamodb.items.codec import codec_of
from tierstore.dynamodb.repository import Repository
from tierstore.errors import CorruptError, InvalidError, VersionConflictError

MAXIMUM_SEGMENTS: Final = 32
"""As many as a storage has threads; a table takes a million (DynamoDB API reference, `Scan`)."""
_TRIES: Final = 3
"""At an item that others write meanwhile."""


@dataclass(frozen=True, kw_only=True)
class Backfilled:
    """How far the back-fill is."""

    counts: Counts
    """Of this pass through the table, earlier runs that were broken off included."""
    is_complete: bool
    """Whether the whole table was read."""

    @property
    def is_finished(self) -> bool:
        """Whether no item of an earlier version is left, unless an earlier release goes on writing some."""
        return self.is_complete and not self.counts.failed


@dataclass(frozen=True, kw_only=True)
class Backfill:
    """One entity's back-fill; `told` is given the sums after every page, `stopped` is asked before every page."""

    items: Repository
    entity: type[Entity]
    segments: int = 4
    page: int = 100
    """Items that are looked at in one request."""
    read_units: float = 25
    """A second."""
    write_units: float = 25
    """A second, indexes included."""
    dry_run: bool = False
    """Only count; nothing is written, no checkpoint either."""
    told: Callable[[Counts], None] = lambda _: None
    stopped: Callable[[], bool] = lambda: False
    by_segment: dict[int, Counts] = field(default_factory=dict)
    lock: Lock = field(default_factory=Lock)

    def run(self) -> Plan[Backfilled]:
        """Read all segments together, each from where the last run was. Raises `InvalidError` for nothing to do."""
        self._check()
        now = self.items.database.context.now
        reading, writing = Pace("read", self.read_units, now), Pace("write", self.write_units, now)
        checkpoints = Checkpoints(items=self.items, entity=self.entity, segments=self.segments)
        fresh = [Segment(number=each, of=self.segments) for each in range(self.segments)]
        segments = fresh if self.dry_run else (yield from checkpoints.load())
        self.by_segment.update({segment.number: segment.counts for segment in segments})
        plans = [self._read(segment, checkpoints, reading, writing) for segment in segments if not segment.is_done]
        ended = yield from together(plans)
        return Backfilled(counts=self._sum(), is_complete=all(ended))

    def _check(self) -> None:
        declared = self.entity.declaration
        if not declared.migrations:
            raise InvalidError(
                f"{self.entity.__name__} has schema version {declared.schema_version} and no migrations; "
                "there is nothing to back-fill"
            )
        if not 1 <= self.segments <= MAXIMUM_SEGMENTS:
            raise InvalidError(f"{self.segments} segments; allowed are 1 to {MAXIMUM_SEGMENTS}")

    def _read(self, segment: Segment, checkpoints: Checkpoints, reading: Pace, writing: Pace) -> Plan[bool]:
        """Whether the segment was read to its end."""
        while not segment.is_done:
            if self.stopped():
                return False
            answer = yield from self.items.database.ask("Scan", self._request(segment))
            counts = Counts(found=len(answer["Items"]), read_units=_units(answer, answer["ScannedCount"] / 8))
            for item in answer["Items"] if not self.dry_run else ():
                counts += yield from self._migrate(item, writing)
            segment = segment.read(counts, answer.get("LastEvaluatedKey"))
            if not self.dry_run:
                yield from checkpoints.save(segment)
            self._tell(segment)
            yield Sleep(seconds=reading.spend(counts.read_units))
        return True

    def _request(self, segment: Segment) -> dict[str, Any]:
        declared = self.entity.declaration
        place = Placeholders()
        is_earlier = any_of(
            absent(SCHEMA_VERSION_ATTRIBUTE),
            compare(SCHEMA_VERSION_ATTRIBUTE, "<", number(declared.schema_version)),
        )
        condition = all_of(equals(TYPE_ATTRIBUTE, text(declared.type)), is_earlier)(place)
        start = {} if segment.start_key is None else {"ExclusiveStartKey": segment.start_key}
        return {
            "TableName": self.items.database.table(self.entity),
            "Segment": segment.number,
            "TotalSegments": segment.of,
            "Limit": self.page,
            "FilterExpression": condition,
            "ReturnConsumedCapacity": "TOTAL",
            **place.parameters(),
            **start,
        }

    def _migrate(self, stored: Mapping[str, AttributeValue], writing: Pace) -> Plan[Counts]:
        codec = codec_of(self.entity)
        for _ in range(_TRIES):
            try:
                entity = codec.decode(stored)
            except CorruptError:
                return Counts(failed=1)
            if not self.items.database.is_live(entity):
                # It goes by itself.
                return Counts()
            try:
                units = yield from self.items.migrate(changes.migrate(entity, stored))
            except VersionConflictError:
                key = {"TableName": self.items.database.table(self.entity), "Key": codec.key(entity.__dict__)}
                answer = yield from self.items.database.ask("GetItem", {**key, "ConsistentRead": True})
                found: Mapping[str, AttributeValue] | None = answer.get("Item")
                if found is None or not codec.is_earlier(found):
                    return Counts(overtaken=1)
                stored = found
            else:
                yield Sleep(seconds=writing.spend(units))
                return Counts(migrated=1, write_units=units)
        return Counts(overtaken=1)

    def _tell(self, segment: Segment) -> None:
        with self.lock:
            self.by_segment[segment.number] = segment.counts
            self.told(self._sum())

    def _sum(self) -> Counts:
        return sum(self.by_segment.values(), start=Counts())


def _units(answer: Mapping[str, Any], estimate: float) -> float:
    """What a request took, as DynamoDB tells it; an estimate where it does not."""
    return float(answer.get("ConsumedCapacity", {}).get("CapacityUnits", estimate))
