"""Copies of leaderboards in a table, for readers who find Redis away."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

import msgspec

from tierstore.cache.local import LocalCopies
from tierstore.core.context import Context
from tierstore.core.effects import InBackground, Plan, ask
from tierstore.dynamodb.repository import Repository
from tierstore.model.outbox import BoardCopy
from tierstore.realtime import boards
from tierstore.realtime.boards import Standing

COPIED: Final = 100
"""Members of a copy: the best."""
KEPT: Final = timedelta(days=1)
"""After the board was last used."""
EVERY_SECONDS: Final = 60.0
"""Between two copies of one board by one process."""


class BoardCopies:
    """The best of each board that this process uses, copied now and then in the background."""

    def __init__(self, context: Context, items: Repository) -> None:
        self._items = items
        self._copied = LocalCopies(clock=lambda: context.now().timestamp())

    def renew(self, board: str) -> Plan[None]:
        """Begin to copy a board, unless this process did so a short while ago."""
        if self._copied.get(board) is None:
            self._copied.put(board, value=True, seconds=EVERY_SECONDS)
            yield InBackground(key=("copy of a board", board), plan=self._copy(board))

    def read(self, board: str) -> Plan[tuple[tuple[Standing, ...], bool]]:
        """The standings of a board's copy, and whether the board had no more; none for a board without a copy."""
        copy = yield from self._items.get(BoardCopy, {"board": board})
        if copy is None:
            return (), True
        found: list[tuple[str, float]] = msgspec.msgpack.decode(copy.standings)
        standings = (
            Standing(member=member, score=score, rank=rank) for rank, (member, score) in enumerate(found, start=1)
        )
        return tuple(standings), copy.is_whole

    def _copy(self, board: str) -> Plan[None]:
        answer = yield from ask(boards.top(board, first=1, count=COPIED + 1))
        found = [(standing.member, standing.score) for standing in boards.standings(1, answer)]
        standings = msgspec.msgpack.encode(found[:COPIED])
        is_whole, expires_at = len(found) <= COPIED, self._items.now + KEPT
        yield from self._items.replace(
            BoardCopy(board=board, standings=standings, is_whole=is_whole, expires_at=expires_at)
        )
