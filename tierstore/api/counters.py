"""Counters of content: counted in Redis, kept in the table."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from tierstore.core.context import Context
from tierstore.core.effects import Plan, ask
from tierstore.core.operation import Group, Mode, Runner, operation
from tierstore.core.retries import RetryPolicy
from tierstore.dynamodb import changes
from tierstore.dynamodb.counting import addition
from tierstore.dynamodb.repository import Repository
from tierstore.errors import InvalidError, StorageError, VersionConflictError
from tierstore.model.contents import ContentCounter
from tierstore.model.state import IdempotencyRecord
from tierstore.realtime import counts
from tierstore.realtime.counts import Counter, Flush, Name
from tierstore.realtime.late_writes import LateWrites

_LOG: Final = logging.getLogger(__name__)

LARGEST: Final = 2**53
"""Amount of one addition; more than any counter comes to, and exact for everybody who reads JSON."""
FLUSH_SCOPE: Final = "counter-flush"
FLUSH_REMEMBERED: Final = timedelta(days=7)
"""How long the table knows that it has had a flush: longer than one is left behind that somebody died over."""


@dataclass(frozen=True, kw_only=True)
class Flushed:
    """What a flush moved."""

    counters: int
    amount: int


class Counters(Group[Mode]):
    """Counts go to Redis first, so that no item takes all the additions, and from there into the table.

    While Redis cannot be asked, they go to the table directly; an addition over which Redis fell silent waits in
    another until it can say whether it had it.
    """

    def __init__(
        self, runner: Runner, context: Context, items: Repository, retries: RetryPolicy, writes: LateWrites
    ) -> None:
        super().__init__(runner)
        self._context = context
        self._items = items
        self._retries = retries
        self._writes = writes

    @operation
    def add(self, content_id: str, name: Name, amount: int = 1) -> Plan[None]:
        """Add to a counter, exactly once."""
        if type(amount) is not int or amount == 0 or abs(amount) > LARGEST:
            raise InvalidError(
                f"{amount!r} cannot be added to a counter; allowed are whole numbers above or below 0, to {LARGEST:,}"
            )
        # Refuses a name or id that is none; a flush would meet it again and again.
        count = ContentCounter(content_id=content_id, name=name)
        counter = Counter(content_id, name)
        write = self._writes.new("counters.add", content_id, name, amount)
        try:
            unflushed = int((yield from self._writes.attempt(write)))
        except StorageError as error:
            if not error.retryable:
                raise
            if error.in_doubt:
                yield from self._writes.keep(write, in_doubt=True)
            else:
                yield from self._items.add(count, "value", amount)
            return
        if counts.must_be_announced(unflushed, added=amount):
            yield from self._announce(counter)

    @operation
    def read(self, content_id: str, name: Name) -> Plan[int]:
        """A counter's value; an addition that is on its way into the table may be missing for a moment."""
        yield from self._writes.catch_up()
        # The table first: a count that moves between the two looks is then missing rather than doubled.
        kept = yield from self._items.total(ContentCounter, {"content_id": content_id, "name": name}, "value")
        try:
            live, leaving = yield from ask(counts.read(Counter(content_id, name)))
        except StorageError:
            return kept
        return kept + int(live) + int(leaving)

    @operation
    def flush(self, *, limit: int = 100) -> Plan[Flushed]:
        """Move the counts of up to `limit` counters into the table, those that have waited longest; call it regularly.

        Any number of processes may, at any time, and die over it: nothing is lost or counted twice. What cannot be
        moved while Redis or the table cannot be asked is left to the next flush.
        """
        yield from self._writes.catch_up()
        flushed, amount = 0, 0
        try:
            for told in counts.counters((yield from ask(counts.unflushed(limit=limit)))):
                moved = yield from self._flush(told.counter)
                if moved is not None:
                    flushed += 1
                    amount += moved
                yield from ask(counts.forget(told))
        except StorageError as error:
            if not error.retryable:
                raise
            _LOG.warning("counters are flushed another time: %s", error)
        return Flushed(counters=flushed, amount=amount)

    def _flush(self, counter: Counter) -> Plan[int | None]:
        begun = yield from self._retries.retrying(counts.begin_flush(counter, token=self._context.new_token()))
        flush = counts.flush_begun(begun)
        if flush is None:
            return None
        yield from self._keep(counter, flush)
        yield from self._retries.retrying(counts.end_flush(counter, flush))
        return flush.amount

    def _keep(self, counter: Counter, flush: Flush) -> Plan[None]:
        """Write a flush to the table, unless the table has had it already."""
        now = self._context.now()
        record = IdempotencyRecord(
            scope=FLUSH_SCOPE,
            token=flush.id,
            payload_hash="",
            status="completed",
            in_progress_until=now,
            expires_at=now + FLUSH_REMEMBERED,
        )
        count = ContentCounter(content_id=counter.content_id, name=counter.name)
        try:
            yield from self._items.write(
                changes.create(record, now=now), addition(self._context, count, "value", flush.amount)
            )
        except VersionConflictError:
            return

    def _announce(self, counter: Counter) -> Plan[None]:
        try:
            yield counts.announce(counter, now=self._context.now())
        except StorageError:
            # It is announced again when the count has doubled.
            return
