"""Application state, leases and idempotency records."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Final, Literal

from tierstore.declaration.entities import SENSITIVE, Entity
from tierstore.declaration.keys import key
from tierstore.declaration.ownership import NotPersonal
from tierstore.declaration.patterns import AccessPattern
from tierstore.declaration.requests import Get, Query, delete, put, update, write
from tierstore.model.tables import STATE


class StateEntry(
    Entity,
    table=STATE,
    type="state_entry",
    key=key("STATE#{namespace}", "KEY#{name}"),
    expires=True,
    ownership=(NotPersonal(reason="the application's own state; what is a user's has an entity of its own"),),
):
    """A named value of the application, for good or until it expires."""

    namespace: str
    name: str
    value: Any


class Lease(
    Entity,
    table=STATE,
    type="lease",
    key=key("LEASE#{name}", "LEASE"),
    expires=True,
    typical_item_bytes=256,
    ownership=(NotPersonal(reason="its holder is a process of the application"),),
):
    """The right of one holder to act; every new holder gets a higher fencing token."""

    name: str
    holder: str
    fencing_token: int
    lease_expires_at: datetime


class IdempotencyRecord(
    Entity,
    table=STATE,
    type="idempotency",
    key=key("IDEMPOTENCY#{scope}#{token}", "RECORD"),
    expires=True,
    ownership=(NotPersonal(reason="one request; its result goes with its time to live, within days"),),
):
    """One request that must take effect once: in progress, or completed with its result."""

    scope: str
    token: str
    payload_hash: str
    status: Literal["in_progress", "completed"] = "in_progress"
    in_progress_until: datetime
    result: Annotated[Any, SENSITIVE] = None


PATTERNS: Final = (
    AccessPattern(
        id="S1",
        name="state.get",
        title="application state by namespace and key",
        requests=(Get(entity=StateEntry, consistent=True),),
    ),
    AccessPattern(
        id="S1p",
        name="state.put",
        title="put application state if its version matches",
        requests=(write(put(StateEntry)),),
    ),
    AccessPattern(
        id="S1d",
        name="state.delete",
        title="delete application state",
        requests=(write(delete(StateEntry)),),
    ),
    AccessPattern(
        id="S2",
        name="state.by_prefix",
        title="keys of a namespace by prefix",
        requests=(Query(entities=(StateEntry,), sort_prefix="name", consistent=True),),
    ),
    AccessPattern(
        id="S3",
        name="leases.acquire",
        title="acquire, renew or take over a lease, with a fencing token",
        requests=(write(put(Lease, condition="the lease is free, expired, or the holder's own")),),
    ),
    AccessPattern(
        id="S3n",
        name="leases.renew",
        title="hold a lease for longer, with the same fencing token",
        requests=(write(update(Lease, "lease_expires_at", "expires_at", condition="nobody took it over")),),
    ),
    AccessPattern(
        id="S3g",
        name="leases.get",
        title="who holds a lease",
        requests=(Get(entity=Lease, consistent=True),),
    ),
    AccessPattern(
        id="S3r",
        name="leases.release",
        title="release a lease",
        requests=(write(update(Lease, "lease_expires_at", "expires_at", condition="nobody took it over")),),
    ),
    AccessPattern(
        id="S4",
        name="idempotency.begin",
        title="begin a request that must take effect once",
        requests=(write(put(IdempotencyRecord, condition="no record, or one that expired or was given up")),),
    ),
    AccessPattern(
        id="S4c",
        name="idempotency.complete",
        title="keep the result of a request",
        requests=(write(update(IdempotencyRecord, "status", "result")),),
    ),
    AccessPattern(
        id="S4a",
        name="idempotency.abandon",
        title="forget a request that failed, so that it may be tried again",
        requests=(write(delete(IdempotencyRecord)),),
    ),
)

ENTITIES: Final = (
    StateEntry,
    Lease,
    IdempotencyRecord,
)
