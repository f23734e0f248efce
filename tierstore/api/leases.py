"""Leases: one holder at a time, and a token by which latecomers are turned away."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from tierstore.core.effects import Plan
from tierstore.core.operation import Group, Mode, Runner, operation
from tierstore.declaration.keys import render_timestamp
from tierstore.dynamodb import changes
from tierstore.dynamodb.expressions import absent, any_of, compare, equals
from tierstore.dynamodb.failures import ConditionFailedError
from tierstore.dynamodb.items.attribute_values import text
from tierstore.dynamodb.repository import Repository
from tierstore.errors import ConflictError, VersionConflictError
from tierstore.model.state import Lease

_REMEMBERED: Final = timedelta(days=30)
"""How long a lease's last token is remembered after its end."""


class Leases(Group[Mode]):
    """The right to act, given to one holder for a while.

    A lease ends by the clock, so a holder that was held up may believe in it still. Give its `fencing_token` with
    every action and let whoever is acted upon refuse a lower token than it has seen: tokens only ever grow.
    Holders' clocks may differ by less than the time that a lease is renewed before its end.
    """

    def __init__(self, runner: Runner, items: Repository) -> None:
        super().__init__(runner)
        self._items = items

    @operation
    def acquire(self, name: str, *, holder: str, duration: timedelta) -> Plan[Lease | None]:
        """Take a lease that is free, has ended, or is the holder's own; None while somebody else holds it.

        Each time it is taken the fencing token is higher, also after it was long forgotten.
        """
        now = self._items.now
        lease = Lease(
            name=name,
            holder=holder,
            fencing_token=0,
            lease_expires_at=now + duration,
            expires_at=now + duration + _REMEMBERED,
        )
        is_free = any_of(
            absent("lease_expires_at"),
            compare("lease_expires_at", "<=", text(render_timestamp(now))),
            equals("holder", text(holder)),
        )
        # A lease that was forgotten starts from the time in ms, which no count of holders can have overtaken.
        first_token = int(now.timestamp() * 1000)
        try:
            return (yield from self._items.replace(lease, condition=is_free, growing={"fencing_token": first_token}))
        except ConditionFailedError:
            return None

    @operation
    def renew(self, lease: Lease, *, duration: timedelta) -> Plan[Lease]:
        """Hold a lease for `duration` from now on, with the same token; raises `ConflictError` where it was lost."""
        try:
            return (yield from self._end(lease, self._items.now + duration))
        except VersionConflictError as conflict:
            raise ConflictError(f"lease {lease.name!r} was lost: somebody took it over") from conflict

    @operation
    def release(self, lease: Lease) -> Plan[bool]:
        """Give a lease back before its end; False where it was lost already."""
        try:
            yield from self._end(lease, self._items.now)
        except VersionConflictError:
            return False
        return True

    @operation
    def get(self, name: str) -> Plan[Lease | None]:
        """The lease while somebody holds it, or None; consistent."""
        found = yield from self._items.get(Lease, {"name": name}, consistent=True)
        return found if found is not None and found.lease_expires_at > self._items.now else None

    def _end(self, lease: Lease, moment: datetime) -> Plan[Lease]:
        """Let a lease end at another moment, if nobody took it over."""
        change = changes.update(
            lease, now=self._items.now, even_if_equal=True, lease_expires_at=moment, expires_at=moment + _REMEMBERED
        )
        yield from self._items.write(change)
        return change.result
