"""How a field of each kind is written in an item and read back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from functools import singledispatch
from operator import itemgetter
from typing import Any, Final, NamedTuple

from tierstore.declaration.keys import render_timestamp
from tierstore.declaration.kinds import (
    Anything,
    Binary,
    Choice,
    Kind,
    MapOf,
    Maybe,
    Member,
    Moment,
    Number,
    Record,
    SequenceOf,
    SetOf,
    Text,
    Truth,
    Whole,
)
from tierstore.dynamodb.items import attribute_values
from tierstore.dynamodb.items.attribute_values import NULL, AttributeValue


class Form(NamedTuple):
    """The two directions of one kind: functions made once, so that no item is looked at by its types."""

    encode: Callable[[Any], AttributeValue]
    decode: Callable[[AttributeValue], Any]


TIME_TO_LIVE: Final = Form(
    encode=lambda moment: {"N": str(int(moment.timestamp()))},
    decode=lambda value: datetime.fromtimestamp(int(value["N"]), UTC),
)
"""A whole epoch second, as DynamoDB's time to live needs it."""


@singledispatch
def form_of(kind: Kind) -> Form:
    """The form of a kind."""
    raise NotImplementedError(kind)


@form_of.register
def _(_: Text | Choice) -> Form:
    return Form(attribute_values.text, itemgetter("S"))


@form_of.register
def _(kind: Member) -> Form:
    member = kind.type
    return Form(lambda value: {"S": value.value}, lambda wire: member(wire["S"]))


@form_of.register
def _(_: Whole) -> Form:
    return Form(attribute_values.number, lambda wire: int(wire["N"]))


@form_of.register
def _(_: Number) -> Form:
    return Form(attribute_values.number, lambda wire: Decimal(wire["N"]))


@form_of.register
def _(_: Truth) -> Form:
    return Form(attribute_values.truth, itemgetter("BOOL"))


@form_of.register
def _(_: Binary) -> Form:
    return Form(attribute_values.binary, lambda wire: attribute_values.parse_binary(wire["B"]))


@form_of.register
def _(_: Moment) -> Form:
    parse = datetime.fromisoformat
    return Form(lambda moment: {"S": render_timestamp(moment)}, lambda wire: parse(wire["S"]))


@form_of.register
def _(_: Anything) -> Form:
    return Form(attribute_values.encode, attribute_values.decode)


@form_of.register
def _(kind: SetOf) -> Form:
    type_name, parse = _SET_ELEMENTS[type(kind.element)]
    encode = form_of(kind.element).encode
    name = type_name + "S"
    # DynamoDB has no empty set; a field of the item is left out instead, which is the item codec's business.
    return Form(
        lambda values: {name: [encode(value)[type_name] for value in values]} if values else NULL,
        lambda wire: frozenset() if "NULL" in wire else frozenset(map(parse, wire[name]) if parse else wire[name]),
    )


@form_of.register
def _(kind: SequenceOf) -> Form:
    (encode, decode), make = form_of(kind.element), kind.type
    return Form(
        lambda values: {"L": [encode(value) for value in values]},
        lambda wire: make(decode(value) for value in wire["L"]),
    )


@form_of.register
def _(kind: MapOf) -> Form:
    encode, decode = form_of(kind.element)
    return Form(
        lambda values: {"M": {key: encode(value) for key, value in values.items()}},
        lambda wire: {key: decode(value) for key, value in wire["M"].items()},
    )


@form_of.register
def _(kind: Record) -> Form:
    make = kind.type
    forms = {name: form_of(field) for name, field in kind.fields.items()}
    return Form(
        lambda value: {"M": {name: form.encode(getattr(value, name)) for name, form in forms.items()}},
        lambda wire: make(**{name: forms[name].decode(value) for name, value in wire["M"].items() if name in forms}),
    )


@form_of.register
def _(kind: Maybe) -> Form:
    encode, decode = form_of(kind.kind)
    return Form(
        lambda value: NULL if value is None else encode(value),
        lambda wire: None if "NULL" in wire else decode(wire),
    )


_SET_ELEMENTS: Final[Mapping[type[Kind], tuple[str, Callable[[str], Any] | None]]] = {
    Text: ("S", None),
    Whole: ("N", int),
    Number: ("N", Decimal),
    Binary: ("B", attribute_values.parse_binary),
}
"""DynamoDB's type of a set's elements, to which the set's adds an S, and what makes an element of its text."""
