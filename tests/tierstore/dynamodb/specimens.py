"""An entity with a field of every kind, and strategies that make it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any, Literal

from hypothesis import strategies as st

from tierstore.declaration.entities import Entity
from tierstore.declaration.keys import Shards, key
from tierstore.declaration.tables import GlobalIndex, LocalIndex, Table

TABLE = Table(
    name="things",
    description="d",
    global_indexes=(
        GlobalIndex(name="gsi1", partition_key="gsi1pk", sort_key="gsi1sk"),
        GlobalIndex(name="gsi2", partition_key="gsi2pk", sort_key="gsi2sk"),
    ),
    local_indexes=(LocalIndex(name="lsi1", sort_key="lsi1sk"),),
    time_to_live="ttl",
)


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


@dataclass(frozen=True)
class Address:
    street: str
    lines: tuple[str, ...] = ()
    tags: frozenset[str] = frozenset()
    zip: str | None = None


class Specimen(
    Entity,
    table=TABLE,
    type="specimen",
    key=key("SPECIMEN#{id}", "SPECIMEN"),
    indexes={
        "gsi1": key("OWNER#{owner}", "{created_at}#{id}"),
        "gsi2": key("STATE#{state}#{shard}", "{rank:06d}#{id}", shards=Shards(count=4, by="id")),
        "lsi1": key("SPECIMEN#{id}", "SEEN#{seen_at}"),
    },
    only_indexed_when={"gsi2": {"state": "open"}},
    expires=True,
):
    id: str
    owner: str | None = None
    label: str = "label"
    state: Literal["open", "closed"] = "open"
    rank: int = 0
    price: Decimal = Decimal(0)
    is_new: bool = True
    picture: bytes = b""
    seen_at: datetime | None = None
    colour: Colour = Colour.RED
    words: frozenset[str] = frozenset()
    numbers: frozenset[int] = frozenset({1})
    prices: frozenset[Decimal] = frozenset()
    blobs: frozenset[bytes] = frozenset()
    notes: list[str] = field(default_factory=list)
    scores: tuple[int, ...] = ()
    counts: dict[str, int] = field(default_factory=dict)
    address: Address | None = None
    addresses: dict[str, list[Address]] = field(default_factory=dict)
    nickname: str | None = "none given"
    anything: Any = None


texts = st.text(max_size=20)
wholes = st.integers(-(10**38) + 1, 10**38 - 1)
decimals = st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-(10**20), max_value=10**20)
moments = st.datetimes(timezones=st.just(UTC))
_sets = st.one_of(*(st.frozensets(s, min_size=1, max_size=3) for s in (texts, wholes, st.binary(max_size=5))))
_leaves = st.one_of(texts, wholes, decimals, st.booleans(), st.none(), st.binary(max_size=20), _sets)
anything = st.recursive(
    _leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3), max_leaves=10
)
addresses = st.builds(
    Address,
    street=texts,
    lines=st.lists(texts, max_size=2).map(tuple),
    tags=st.frozensets(texts, max_size=2),
    zip=st.none() | texts,
)
specimens = st.builds(
    Specimen,
    version=st.integers(0, 10**6),
    created_at=moments,
    updated_at=moments,
    expires_at=st.none() | moments.filter(lambda moment: moment < datetime.max.replace(tzinfo=UTC) - timedelta(days=1)),
    id=st.text(min_size=1, max_size=20),
    owner=st.none() | st.text(min_size=1, max_size=10),
    label=st.text(min_size=1, max_size=10),
    state=st.sampled_from(("open", "closed")),
    rank=st.integers(0, 999_999),
    price=decimals,
    is_new=st.booleans(),
    picture=st.binary(max_size=20),
    seen_at=st.none() | moments,
    colour=st.sampled_from(Colour),
    words=st.frozensets(texts, max_size=3),
    numbers=st.frozensets(wholes, max_size=3),
    prices=st.frozensets(decimals, max_size=3),
    blobs=st.frozensets(st.binary(max_size=5), max_size=3),
    notes=st.lists(texts, max_size=3),
    scores=st.lists(wholes, max_size=3).map(tuple),
    counts=st.dictionaries(texts, wholes, max_size=3),
    address=st.none() | addresses,
    addresses=st.dictionaries(texts, st.lists(addresses, max_size=2), max_size=2),
    nickname=st.none() | texts,
    anything=anything,
)
