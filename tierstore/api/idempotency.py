"""Requests that must take effect once, however often they arrive."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from tierstore.core.deadlines import remaining
from tierstore.core.effects import Plan, Sleep
from tierstore.core.operation import Group, Mode, Runner, operation
from tierstore.declaration.keys import render_timestamp
from tierstore.dynamodb.changes import is_absent
from tierstore.dynamodb.expressions import all_of, any_of, compare, equals
from tierstore.dynamodb.failures import ConditionFailedError
from tierstore.dynamodb.items.attribute_values import text
from tierstore.dynamodb.items.codec import codec_of
from tierstore.dynamodb.repository import Repository
from tierstore.errors import ConflictError, InProgressError, InvalidError
from tierstore.model.state import IdempotencyRecord

IN_PROGRESS: Final = timedelta(minutes=1)
KEPT: Final = timedelta(days=1)
_FIRST_PAUSE: Final = 0.05
_LONGEST_PAUSE: Final = 1.0
"""Seconds between two looks at a request that another process works on, at most."""


class Idempotency(Group[Mode]):
    """Records of requests by scope (which handler) and token (which request)."""

    def __init__(self, runner: Runner, items: Repository) -> None:
        super().__init__(runner)
        self._items = items

    @operation
    def begin(
        self,
        scope: str,
        token: str,
        *,
        payload_hash: str,
        in_progress: timedelta = IN_PROGRESS,
        kept: timedelta = KEPT,
        wait: timedelta = timedelta(0),
    ) -> Plan[IdempotencyRecord]:
        """Begin a request, or learn that it was completed: look at the record's `status`, then at its `result`.

        A request that is not completed within `in_progress` may be begun again; its record is `kept` from its
        beginning. Raises `InProgressError` where another process works on it for longer than the caller will `wait`
        (not at all unless given), and `InvalidError` where the token was used before with another payload.
        """
        if not scope or not token or not timedelta(0) < in_progress <= kept:
            raise InvalidError(
                f"request {token!r} of {scope!r}, in progress for {in_progress}, kept for {kept}: give a scope and a "
                "token, and keep a record for at least as long as a request may be in progress"
            )
        until = self._items.now + wait
        longest = _FIRST_PAUSE
        while True:
            try:
                return (yield from self._begin(scope, token, payload_hash, in_progress, kept))
            except InProgressError:
                # Half at random, so that those who wait together do not look together.
                pause = longest * (1 + self._items.database.context.random()) / 2
                left = remaining()
                if self._items.now + timedelta(seconds=pause) > until or (left is not None and left <= pause):
                    raise
            yield Sleep(seconds=pause)
            longest = min(2 * longest, _LONGEST_PAUSE)

    @operation
    def complete(self, record: IdempotencyRecord, result: Any) -> Plan[IdempotencyRecord]:
        """Keep the result of a request that this process began.

        Raises `VersionConflictError` where it took too long and another process began it again.
        """
        return self._items.update(record, status="completed", result=result)

    @operation
    def abandon(self, record: IdempotencyRecord) -> Plan[None]:
        """Forget a request that failed, so that it may be tried again at once.

        Nothing happens where another process began it again.
        """
        try:
            yield from self._items.delete(record)
        except ConflictError:
            return

    def _begin(
        self, scope: str, token: str, payload_hash: str, in_progress: timedelta, kept: timedelta
    ) -> Plan[IdempotencyRecord]:
        now = self._items.now
        record = IdempotencyRecord(
            scope=scope,
            token=token,
            payload_hash=payload_hash,
            in_progress_until=now + in_progress,
            expires_at=now + kept,
        )
        was_given_up = all_of(
            equals("status", text("in_progress")),
            compare("in_progress_until", "<=", text(render_timestamp(now))),
            equals("payload_hash", text(payload_hash)),
        )
        codec = codec_of(IdempotencyRecord)
        try:
            return (yield from self._items.replace(record, condition=any_of(is_absent(codec, now), was_given_up)))
        except ConditionFailedError as failure:
            if failure.item is None:
                raise
            found = codec.decode(failure.item)
        if found.payload_hash != payload_hash:
            raise InvalidError(
                f"token {token!r} of {scope!r} was used before with another payload; give each request its own token"
            )
        if found.status == "in_progress":
            raise InProgressError(f"request {token!r} of {scope!r} is being worked on until {found.in_progress_until}")
        return found
