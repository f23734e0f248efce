"""Batches of any length: split to the service's limits, several at once, the unprocessed tried again."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

from tierstore.core.effects import Plan, together
from tierstore.dynamodb.database import Answer, Database
from tierstore.errors import ThrottledError

Entry = TypeVar("Entry")

MAXIMUM_AT_ONCE: Final = 4
"""Requests of one batch that are under way together; more would only be throttled sooner."""


@dataclass(frozen=True, kw_only=True)
class Batch(Generic[Entry, Answer]):
    """How entries are sent, and what becomes of them."""

    action: str
    size: int
    """Entries that one request takes."""
    document: Callable[[Sequence[Entry]], Mapping[str, Any]]
    """The parameters of a request."""
    decode: Callable[[bytes], Answer]
    receive: Callable[[Answer], Sequence[Entry]]
    """Takes an answer, and returns the entries that it left unprocessed."""


def process_all(database: Database, batch: Batch[Entry, Answer], entries: Sequence[Entry]) -> Plan[None]:
    """Send every entry until it is processed.

    Unprocessed entries mean that the table is at its limit: fewer requests follow at once, after a pause with full
    jitter. Raises `ThrottledError` when pause after pause brings no progress.
    """
    waiting = list(entries)
    at_once = MAXIMUM_AT_ONCE
    delays = database.retries.throttled.delays(database.context.random)
    while waiting:
        sent, waiting = waiting[: batch.size * at_once], waiting[batch.size * at_once :]
        chunks = [sent[start : start + batch.size] for start in range(0, len(sent), batch.size)]
        requests = [database.ask_for(batch.decode, batch.action, batch.document(chunk)) for chunk in chunks]
        answers = yield from together(requests)
        unprocessed = [entry for answer in answers for entry in batch.receive(answer)]
        waiting = unprocessed + waiting
        if len(unprocessed) < len(sent):
            delays = database.retries.throttled.delays(database.context.random)
        if not unprocessed:
            at_once = min(at_once + 1, MAXIMUM_AT_ONCE)
            continue
        at_once = max(at_once // 2, 1)
        may_go_on = yield from database.retries.wait(delays)
        if not may_go_on:
            raise ThrottledError(f"{batch.action}: {len(waiting):,} of {len(entries):,} entries stayed unprocessed")
