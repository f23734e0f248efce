"""Leaderboards: members by their scores."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any, Final

from tierstore.cache.local import LocalCopies
from tierstore.core.context import Context
from tierstore.core.effects import Plan, Result
from tierstore.core.operation import Group, Mode, Runner, operation
from tierstore.errors import InvalidError, StorageError
from tierstore.model.outbox import LateWrite
from tierstore.realtime import boards
from tierstore.realtime.board_copies import BoardCopies
from tierstore.realtime.boards import Standing
from tierstore.realtime.late_writes import LateWrites

STALE_SECONDS: Final = 3600.0
"""How old an answer may be that is given again while Redis cannot be asked."""
MAXIMUM_COUNT: Final = 1000
"""Standings in one answer."""
_MOST: Final = sys.float_info.max


class Leaderboards(Group[Mode]):
    """Scores in order. They live in Redis: what was written lasts through the loss of a node, not of all.

    While Redis cannot be asked, reads give the last answer that this process had, or what stands in a copy of the
    hundred best that is at most some minutes old, none of a board that nobody has used for a day; writes wait in a
    table until `outbox.deliver`, or the next operations that find Redis there.
    """

    def __init__(self, runner: Runner, context: Context, writes: LateWrites, copies: BoardCopies) -> None:
        super().__init__(runner)
        self._writes = writes
        self._copies = copies
        self._answers = LocalCopies(clock=lambda: context.now().timestamp())

    @operation
    def rank(self, board: str, member: str) -> Plan[Standing | None]:
        """A member's score and rank, or None for no member.

        Raises `UnavailableError` without Redis for a member that was not asked for before, nor is among the best.
        """

        def plan() -> Plan[Standing | None]:
            return boards.standing(member, (yield boards.rank(board, member)))

        def copied(best: tuple[Standing, ...], *, is_whole: bool) -> tuple[Standing | None] | None:
            found = next((standing for standing in best if standing.member == member), None)
            return (found,) if found is not None or is_whole else None

        return (yield from self._or_last(board, ("rank", board, member), plan(), copied))

    @operation
    def top(self, board: str, *, count: int = 10, first: int = 1) -> Plan[tuple[Standing, ...]]:
        """The best members, or those from the rank `first` on, the better first; fewer without Redis."""
        if not 1 <= count <= MAXIMUM_COUNT or first < 1:
            raise InvalidError(
                f"leaderboard {board!r}: {count} standings from rank {first} on; allowed are 1 to {MAXIMUM_COUNT} "
                "from rank 1 or later on"
            )

        def plan() -> Plan[tuple[Standing, ...]]:
            return boards.standings(first, (yield boards.top(board, first=first, count=count)))

        def copied(best: tuple[Standing, ...], *, is_whole: bool) -> tuple[tuple[Standing, ...]] | None:  # noqa: ARG001
            return (best[first - 1 : first - 1 + count],)

        return (yield from self._or_last(board, ("top", board, str(first), str(count)), plan(), copied))

    @operation
    def put(self, board: str, member: str, score: float, *, only_if_better: bool = False) -> Plan[None]:
        """Set a member's score."""
        score = _score(board, score)
        write = self._writes.new("leaderboards.put", board, _member(board, member), score, only_if_better)
        yield from self._write(write)

    @operation
    def add(self, board: str, member: str, points: float) -> Plan[float | None]:
        """Add to a member's score, which begins at 0, exactly once; the score that it has then, None while it waits."""
        write = self._writes.new("leaderboards.add", board, _member(board, member), _score(board, points))
        score = yield from self._write(write)
        return None if score is None else float(score)

    @operation
    def remove(self, board: str, member: str) -> Plan[None]:
        """Take a member off the board, if it is on it."""
        yield from self._write(self._writes.new("leaderboards.remove", board, _member(board, member)))

    def _write(self, write: LateWrite) -> Plan[Any]:
        answer = yield from self._writes.write(write)
        if answer is not None:
            yield from self._copies.renew(write.target)
        return answer

    def _or_last(
        self, board: str, question: tuple[str, ...], plan: Plan[Result], copied: Callable[..., tuple[Result] | None]
    ) -> Plan[Result]:
        key = "\0".join(question)
        yield from self._writes.catch_up()
        try:
            answer = yield from plan
        except StorageError as error:
            if not error.retryable:
                raise
            last: tuple[Result] | None = self._answers.get(key)
            if last is None:
                best, is_whole = yield from self._copies.read(board)
                last = copied(best, is_whole=is_whole)
            if last is None:
                raise
            return last[0]
        self._answers.put(key, (answer,), seconds=STALE_SECONDS)
        yield from self._copies.renew(board)
        return answer


def _member(board: str, member: str) -> str:
    if not isinstance(member, str):
        raise InvalidError(f"leaderboard {board!r}: the member is {member!r}, allowed is a text")
    return member


def _score(board: str, score: object) -> float:
    if isinstance(score, int | float) and not isinstance(score, bool) and -_MOST <= score <= _MOST:
        return float(score)
    raise InvalidError(f"leaderboard {board!r}: the score is {score!r}, allowed is a finite number")
