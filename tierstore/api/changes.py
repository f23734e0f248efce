"""The change feed: what happened, for those who follow along."""

from __future__ import annotations

from typing import Any, Final

from tierstore.core.deadlines import within_deadline
from tierstore.core.effects import Plan, Sleep, ask
from tierstore.core.operation import Group, Mode, Runner, operation
from tierstore.core.pages import Page
from tierstore.errors import InvalidError, StorageError
from tierstore.realtime import feed
from tierstore.realtime.feed import BEGINNING, Change
from tierstore.realtime.late_writes import LateWrites

MAXIMUM_LIMIT: Final = 1000
LONGEST_WAIT: Final = 30.0
"""Seconds; whoever waits holds a connection."""


class Changes(Group[Mode]):
    """Topics that anybody may publish to and follow, each follower at its own pace.

    While Redis cannot be asked, changes wait in a table until `outbox.deliver`, or the next operations that find
    Redis there, and followers find nothing new.
    """

    def __init__(self, runner: Runner, writes: LateWrites) -> None:
        super().__init__(runner)
        self._writes = writes

    @operation
    def publish(self, topic: str, kind: str, body: Any = None) -> Plan[str | None]:
        """Append a change to a topic, exactly once; its position, None while it waits."""
        write = self._writes.new("changes.publish", topic, feed.packed(topic, kind, body))
        position: bytes | None = yield from self._writes.write(write)
        return None if position is None else position.decode()

    @operation
    def follow(
        self, topic: str, *, cursor: str | None = None, limit: int = 100, wait_seconds: float = 0.0
    ) -> Plan[Page[Change]]:
        """The changes after a cursor, oldest first, or the oldest that are kept; the page's cursor goes on from there.

        Where there is none yet, waits for one for up to `wait_seconds`.
        """
        if not 1 <= limit <= MAXIMUM_LIMIT or not 0 <= wait_seconds <= LONGEST_WAIT:
            raise InvalidError(
                f"topic {topic!r}: limit {limit} and {wait_seconds} s of waiting; allowed are 1 to {MAXIMUM_LIMIT} "
                f"changes and up to {LONGEST_WAIT:g} s"
            )
        after = cursor or BEGINNING
        request = feed.read(topic, after=after, limit=limit, wait_seconds=wait_seconds)
        yield from self._writes.catch_up()
        try:
            found = feed.changes((yield from ask(request)))
        except StorageError as error:
            if not error.retryable:
                raise
            # Whoever follows in a loop must not ask a Redis that is away without a pause.
            yield Sleep(seconds=within_deadline(wait_seconds))
            found = ()
        return Page(items=found, cursor=found[-1].position if found else after)
