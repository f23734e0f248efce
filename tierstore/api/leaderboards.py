"""Leaderboards: members by their scores."""

from __future__ import annotations

import math
from typing import Any, Final

from tierstore.cache.local import LocalCopies
from tierstore.core.context import Context
from tierstore.core.effects import Plan, Result
from tierstore.core.operation import Group, Mode, Runner, operation
from tierstore.core.retries import RetryPolicy
from tierstore.errors import InvalidError, StorageError
from tierstore.realtime import boards
from tierstore.realtime.boards import Standing

STALE_SECONDS: Final = 3600.0
"""How old an answer may be that is given again while Redis cannot be asked."""
MAXIMUM_COUNT: Final = 1000
"""Standings in one answer."""


class Leaderboards(Group[Mode]):
    """Scores in order. They live in Redis: what was written lasts through the loss of a node, not of the cluster.

    While Redis cannot be asked, reads give the last answer that this process had, and writes are tried for some
    seconds before they raise `UnavailableError`.
    """

    def __init__(self, runner: Runner, context: Context, retries: RetryPolicy) -> None:
        super().__init__(runner)
        self._context = context
        self._retries = retries
        self._answers = LocalCopies(clock=lambda: context.now().timestamp())

    @operation
    def rank(self, board: str, member: str) -> Plan[Standing | None]:
        """A member's score and rank, or None for no member."""

        def plan() -> Plan[Standing | None]:
            return boards.standing(member, (yield boards.rank(board, member)))

        return (yield from self._or_last(("rank", board, member), plan()))

    @operation
    def top(self, board: str, *, count: int = 10, first: int = 1) -> Plan[tuple[Standing, ...]]:
        """The best members, or those from the rank `first` on, the better first."""
        if not 1 <= count <= MAXIMUM_COUNT or first < 1:
            raise InvalidError(
                f"leaderboard {board!r}: {count} standings from rank {first} on; allowed are 1 to {MAXIMUM_COUNT} "
                "from rank 1 or later on"
            )

        def plan() -> Plan[tuple[Standing, ...]]:
            return boards.standings(first, (yield boards.top(board, first=first, count=count)))

        return (yield from self._or_last(("top", board, str(first), str(count)), plan()))

    @operation
    def put(self, board: str, member: str, score: float, *, only_if_better: bool = False) -> Plan[None]:
        """Set a member's score."""
        request = boards.put(board, member, _finite(board, score), only_if_better=only_if_better)
        yield from self._retries.retrying(request)

    @operation
    def add(self, board: str, member: str, points: float) -> Plan[float]:
        """Add to a member's score, which begins at 0, exactly once; the score that it has then."""
        request = boards.add(board, member, _finite(board, points), token=self._context.new_token())
        return float((yield from self._retries.retrying(request)))

    @operation
    def remove(self, board: str, member: str) -> Plan[None]:
        """Take a member off the board, if it is on it."""
        yield from self._retries.retrying(boards.remove(board, member))

    def _or_last(self, question: tuple[str, ...], plan: Plan[Result]) -> Plan[Result]:
        key = "\0".join(question)
        try:
            answer = yield from plan
        except StorageError as error:
            last: tuple[Any] | None = self._answers.get(key)
            if last is None or not error.retryable:
                raise
            return last[0]  # type: ignore[no-any-return]
        self._answers.put(key, (answer,), seconds=STALE_SECONDS)
        return answer


def _finite(board: str, score: float) -> float:
    if not math.isfinite(score):
        raise InvalidError(f"leaderboard {board!r}: the score {score} is not finite")
    return score
