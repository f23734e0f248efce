"""The outbox: writes that wait until Redis is back."""

from __future__ import annotations

from tierstore.core.effects import Plan
from tierstore.core.operation import Group, Mode, Runner, operation
from tierstore.errors import InvalidError
from tierstore.realtime.late_writes import PAGE, LateWrites


class Outbox(Group[Mode]):
    """Writes of leaderboards, changes and counters that came while Redis could not be asked."""

    def __init__(self, runner: Runner, writes: LateWrites) -> None:
        super().__init__(runner)
        self._writes = writes

    @operation
    def deliver(self, *, limit: int = PAGE) -> Plan[int]:
        """Carry out up to `limit` writes that wait, the oldest first, and return how many; call it regularly.

        A process that keeps a write here carries it out itself as soon as it finds Redis there; this is for those
        that ended before. Any number of processes may, and die over it: nothing is lost or done twice, unless Redis
        is away for more than seven days. Raises `UnavailableError` while Redis is away.
        """
        if not 1 <= limit <= PAGE:
            raise InvalidError(f"{limit} writes at once; allowed are 1 to {PAGE}")
        return self._writes.deliver(limit=limit)
