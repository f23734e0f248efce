"""A copy comes back as exactly what it was made of, or not at all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tierstore.cache.copies import Copy, CopyCodec
from tierstore.declaration.entities import Entity
from tierstore.declaration.keys import key
from tierstore.declaration.tables import Table

TABLE = Table(name="core", description="d")


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


@dataclass(frozen=True)
class Part:
    name: str
    weight: Decimal
    notes: Any = None


class Thing(Entity, table=TABLE, type="thing", key=key("THING#{id}", "THING")):
    id: str
    status: Literal["new", "old"] = "new"
    colour: Colour = Colour.RED
    count: int = 0
    price: Decimal = Decimal(0)
    is_good: bool = True
    picture: bytes = b""
    made_at: datetime | None = None
    tags: frozenset[str] = frozenset()
    sizes: frozenset[Decimal] = frozenset()
    lines: tuple[str, ...] = ()
    parts: list[Part] | None = None
    by_name: dict[str, Decimal] | None = None
    extra: dict[str, Any] | None = None
    whatever: Any = None


class OtherThing(Entity, table=TABLE, type="thing", key=key("OTHER#{id}", "THING")):
    id: str


class NewerThing(
    Entity,
    table=TABLE,
    type="thing",
    key=key("NEWER#{id}", "THING"),
    schema_version=2,
    migrations={1: lambda item: item},
):
    id: str


small_wholes = st.integers(-(2**63), 2**63)
wholes = st.integers(-(10**38) + 1, 10**38 - 1)
decimals = st.decimals(allow_nan=False, allow_infinity=False, places=5, min_value=-(10**20), max_value=10**20)
moments = st.datetimes(timezones=st.just(UTC))
leaves = st.none() | st.booleans() | wholes | decimals | st.text() | st.binary()
anything = st.recursive(
    leaves | st.frozensets(st.text(), min_size=1) | st.frozensets(decimals, min_size=1),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)
things = st.builds(
    Thing,
    id=st.text(),
    version=st.integers(0, 2**40),
    created_at=moments,
    updated_at=moments,
    expires_at=st.none(),
    status=st.sampled_from(["new", "old"]),
    colour=st.sampled_from(Colour),
    count=small_wholes,
    price=decimals,
    is_good=st.booleans(),
    picture=st.binary(),
    made_at=st.none() | moments,
    tags=st.frozensets(st.text()),
    sizes=st.frozensets(decimals),
    lines=st.lists(st.text()).map(tuple),
    parts=st.none() | st.lists(st.builds(Part, name=st.text(), weight=decimals, notes=anything)),
    by_name=st.none() | st.dictionaries(st.text(), decimals),
    extra=st.none() | st.dictionaries(st.text(), anything),
    whatever=anything,
)


def types_within(value: Any) -> Any:
    """The types of a value and of all it holds: equal values may differ in them, 1 and Decimal(1) do."""
    match value:
        case dict():
            return {name: types_within(inner) for name, inner in value.items()}
        case list() | tuple():
            return [type(value), *map(types_within, value)]
        case frozenset():
            return {type(value), *map(type, value)}
        case Part():
            return types_within(vars(value))
    return type(value)


@settings(max_examples=50)
@given(thing=things, fresh_until=st.floats(0, 2e9))
def test_an_entity_comes_back_exactly(thing: Thing, fresh_until: float) -> None:
    copies = CopyCodec(Thing)

    data = copies.encode(thing, fresh_until=fresh_until)
    copy = copies.decode(data)

    assert copy == Copy(thing, fresh_until)
    assert copy is not None
    assert types_within(vars(copy.entity)) == types_within(vars(thing))


def test_that_there_is_no_such_item_comes_back_too() -> None:
    copies = CopyCodec(Thing)

    assert copies.decode(copies.encode(None, fresh_until=7.5)) == Copy(None, 7.5)


@settings(max_examples=50)
@given(thing=things, place=st.integers(0, 10**6), flip=st.integers(1, 255))
def test_one_wrong_byte_makes_it_no_copy(thing: Thing, place: int, flip: int) -> None:
    copies = CopyCodec(Thing)
    data = bytearray(copies.encode(thing, fresh_until=1.0) or b"")
    data[place % len(data)] ^= flip

    assert copies.decode(bytes(data)) is None


@settings(max_examples=50)
@given(thing=things, length=st.integers(0, 10**6))
def test_a_part_of_a_copy_is_none(thing: Thing, length: int) -> None:
    copies = CopyCodec(Thing)
    data = copies.encode(thing, fresh_until=1.0) or b""

    assert copies.decode(data[: length % len(data)]) is None


@given(data=st.binary(max_size=200))
def test_other_bytes_are_no_copy(data: bytes) -> None:
    assert CopyCodec(Thing).decode(data) is None


def test_what_is_not_there_is_no_copy() -> None:
    assert CopyCodec(Thing).decode(None) is None


@pytest.mark.parametrize("reader", [Thing, NewerThing])
def test_a_copy_with_other_fields_or_of_another_schema_version_is_none(reader: type[Entity]) -> None:
    data = CopyCodec(OtherThing).encode(OtherThing(id="1"), fresh_until=1.0)

    assert CopyCodec(OtherThing).decode(data) is not None
    assert CopyCodec(reader).decode(data) is None


@pytest.mark.parametrize("count", [2**64, -(2**63) - 1])
def test_a_number_field_beyond_64_bits_is_not_kept(count: int) -> None:
    assert CopyCodec(Thing).encode(Thing(id="1", count=count), fresh_until=1.0) is None
