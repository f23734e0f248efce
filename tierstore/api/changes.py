"""The change feed: what happened, for those who follow along."""

from __future__ import annotations

from typing import Any, Final

from tierstore.core.context import Context
from tierstore.core.effects import Plan, ask
from tierstore.core.operation import Group, Mode, Runner, operation
from tierstore.core.pages import Page
from tierstore.core.retries import RetryPolicy
from tierstore.errors import InvalidError
from tierstore.realtime import feed
from tierstore.realtime.feed import BEGINNING, Change

MAXIMUM_LIMIT: Final = 1000
LONGEST_WAIT: Final = 30.0
"""Seconds; whoever waits holds a connection."""


class Changes(Group[Mode]):
    """Topics that anybody may publish to and follow, each follower at its own pace."""

    def __init__(self, runner: Runner, context: Context, retries: RetryPolicy) -> None:
        super().__init__(runner)
        self._context = context
        self._retries = retries

    @operation
    def publish(self, topic: str, kind: str, body: Any = None) -> Plan[str]:
        """Append a change to a topic, exactly once; its position."""
        request = feed.publish(topic, kind, body, token=self._context.new_token())
        position: bytes = yield from self._retries.retrying(request)
        return position.decode()

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
        found = feed.changes((yield from ask(request)))
        return Page(items=found, cursor=found[-1].position if found else after)
