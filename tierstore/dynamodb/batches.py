"""Batches of any length: split to the service's limits, several at once, the unprocessed tried again."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, TypeVar

from tierstore.core.effects import Plan, together
from tierstore.dynamodb.database import Database
from tierstore.errors import ThrottledError

Sent = TypeVar("Sent")

MAXIMUM_AT_ONCE: Final = 4
"""Requests of one batch that are under way together; more would only be throttled sooner."""


def process_all(
    database: Database,
    action: str,
    entries: Sequence[Sent],
    *,
    size: int,
    document: Callable[[Sequence[Sent]], Mapping[str, Any]],
    receive: Callable[[Mapping[str, Any]], Sequence[Sent]],
) -> Plan[None]:
    """Send every entry, at most `size` in a request; `receive` takes an answer and returns what it left unprocessed.

    Unprocessed entries mean that the table is at its limit: fewer requests follow at once, after a pause with full
    jitter. Raises `ThrottledError` when pause after pause brings no progress.
    """
    waiting = list(entries)
    at_once = MAXIMUM_AT_ONCE
    delays = database.retries.throttled.delays(database.context.random)
    while waiting:
        sent, waiting = waiting[: size * at_once], waiting[size * at_once :]
        chunks = [sent[start : start + size] for start in range(0, len(sent), size)]
        answers = yield from together([database.ask(action, document(chunk)) for chunk in chunks])
        unprocessed = [entry for answer in answers for entry in receive(answer)]
        waiting = unprocessed + waiting
        if len(unprocessed) < len(sent):
            delays = database.retries.throttled.delays(database.context.random)
        if not unprocessed:
            at_once = min(at_once + 1, MAXIMUM_AT_ONCE)
            continue
        at_once = max(at_once // 2, 1)
        may_go_on = yield from database.retries.wait(delays)
        if not may_go_on:
            raise ThrottledError(f"{action}: {len(waiting):,} of {len(entries):,} entries stayed unprocessed")
