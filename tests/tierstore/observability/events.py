"""Events as tests make them up, and what they add up to."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from tierstore.observability.events import (
    BreakerMet,
    CacheOutcome,
    CacheRead,
    Event,
    OperationEnded,
    RequestEnded,
    RetriesExhausted,
)
from tierstore.observability.metrics import ErrorKind, Tier
from tierstore.observability.totals import Series, Totals, Values

OPERATION = OperationEnded(operation="users.get", began_at=0, seconds=0.0125, error=None, has_waited=False)


def failed(error: ErrorKind) -> OperationEnded:
    return OperationEnded(operation="users.get", began_at=0, seconds=0.5, error=error, has_waited=False)


def request(**changes: Any) -> RequestEnded:
    members: dict[str, Any] = {
        "operation": "users.get",
        "tier": Tier.DYNAMODB,
        "request": "GetItem",
        "targets": ("core",),
        "size": 1,
        "began_at": 0,
        "seconds": 0.002,
        "error": None,
        "is_retry": False,
        "has_waited": False,
        "under_way": 1,
        "connections": 50,
        "read_units": 0.5,
        "write_units": 0.0,
    }
    return RequestEnded(**{**members, **changes})


def cache_read(outcome: CacheOutcome, *, copies: int = 1, negative: int = 0) -> CacheRead:
    return CacheRead(operation="users.get", entity="user", outcome=outcome, copies=copies, negative=negative)


def added(*events: Event) -> dict[Series, Values]:
    adding = Totals()
    for event in events:
        adding.add(event)
    return dict(adding.read())


def breaker(dependency: str, *, is_open: bool) -> BreakerMet:
    return BreakerMet(tier=Tier.REDIS, dependency=dependency, is_open=is_open)


REQUESTS = (Tier.DYNAMODB, Tier.S3, Tier.REDIS)
SECONDS = st.floats(0, 86_400)
EVENTS = st.one_of(
    st.builds(OperationEnded, operation=st.sampled_from(["users.get", "state.put"]), seconds=SECONDS),
    st.builds(request, seconds=SECONDS, tier=st.sampled_from(REQUESTS), error=st.none() | st.sampled_from(ErrorKind)),
    st.builds(CacheRead, operation=st.just("users.get"), copies=st.integers(1, 9), negative=st.just(0)),
    st.builds(RetriesExhausted, operation=st.just("users.get"), tier=st.sampled_from(REQUESTS)),
    st.builds(BreakerMet, tier=st.sampled_from(REQUESTS)),
)
