"""Items as msgspec reads them from JSON: one structure an entity, with no dictionary in between.

That takes less than half the time of going through dictionaries (100 items of 1.2 KB: 0.26 ms instead of 0.63 ms).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from operator import attrgetter
from typing import Any, Final, Literal, NamedTuple

import msgspec

from tierstore.declaration.entities import SCHEMA_VERSION_ATTRIBUTE
from tierstore.declaration.kinds import Binary, Choice, Kind, Maybe, Moment, Number, SetOf, Text, Truth, Whole
from tierstore.dynamodb.items.stored_fields import StoredField
from tierstore.errors import CorruptError


class TextValue(msgspec.Struct, gc=False, frozen=True):
    """A text. In this and the following, None as content stands for no attribute."""

    S: str


class MomentValue(msgspec.Struct, gc=False, frozen=True):
    """A text that is a moment."""

    S: datetime


class WholeValue(msgspec.Struct, gc=False, frozen=True):
    """A whole number, as its digits."""

    N: str


class NumberValue(msgspec.Struct, gc=False, frozen=True):
    """A number."""

    N: Decimal


class TruthValue(msgspec.Struct, gc=False, frozen=True):
    """True or false."""

    BOOL: bool


class BinaryValue(msgspec.Struct, gc=False, frozen=True):
    """Bytes."""

    B: bytes


class TextSetValue(msgspec.Struct, gc=False, frozen=True):
    """A set of texts."""

    SS: frozenset[str]


class WholeSetValue(msgspec.Struct, gc=False, frozen=True):
    """A set of whole numbers, as their digits."""

    NS: frozenset[str]


class NumberSetValue(msgspec.Struct, gc=False, frozen=True):
    """A set of numbers."""

    NS: frozenset[Decimal]


class BinarySetValue(msgspec.Struct, gc=False, frozen=True):
    """A set of bytes."""

    BS: frozenset[bytes]


class _Simple(NamedTuple):
    """How a field is read whose content msgspec takes out of the attribute by itself."""

    type: Callable[..., Any]
    convert: Callable[[Any], Any] | None = None
    """Makes the value of the content; None where the content is the value."""


_SIMPLE: Final[Mapping[type[Kind], _Simple]] = {
    Text: _Simple(TextValue),
    Choice: _Simple(TextValue),
    Moment: _Simple(MomentValue),
    Whole: _Simple(WholeValue, int),
    Number: _Simple(NumberValue),
    Truth: _Simple(TruthValue),
    Binary: _Simple(BinaryValue),
}
_SETS: Final[Mapping[type[Kind], _Simple]] = {
    Text: _Simple(TextSetValue),
    Whole: _Simple(WholeSetValue, lambda digits: frozenset(map(int, digits))),
    Number: _Simple(NumberSetValue),
    Binary: _Simple(BinarySetValue),
}
_NO_KEY: Final = TextValue(None)  # type: ignore[arg-type]  # see TextValue


class Structure:
    """The structure of an entity's items: `type` for msgspec, with an attribute for each of the item's that matter."""

    def __init__(self, name: str, fields: Iterable[StoredField], keys: Iterable[str], *, schema_version: int) -> None:
        members: list[Any] = [(key, TextValue, _NO_KEY) for key in keys]
        members.append(_version_member(schema_version))
        paths: list[str] = []
        self._names: list[str] = []
        self._conversions: list[tuple[str, Callable[[Any], Any]]] = []
        for field in fields:
            simple = _simple(field)
            member, path, convert = _plain(field) if simple is None else _typed(field, simple)
            members.append(member)
            paths.append(path)
            self._names.append(field.name)
            if convert is not None:
                self._conversions.append((field.name, convert))
        self._contents = attrgetter(*paths)
        self.type = msgspec.defstruct(name, members, kw_only=True, gc=False)

    def values(self, item: msgspec.Struct) -> dict[str, Any]:
        """The values of the fields; raises `CorruptError` for contents that were not written as them."""
        contents = dict(zip(self._names, self._contents(item), strict=True))
        name = ""
        try:
            for name, convert in self._conversions:
                contents[name] = convert(contents[name])
        except (LookupError, ValueError, TypeError, ArithmeticError) as error:
            raise CorruptError(f"field {name} has no content that was written as it") from error
        return contents


def _version_member(schema_version: int) -> Any:
    """Lets msgspec refuse items of another schema version, so that reading one of this version costs nothing more."""
    value = msgspec.defstruct(
        f"SchemaVersion{schema_version}", [("N", Literal[str(schema_version)])], gc=False, frozen=True
    )
    # Items that tell no version are of the first.
    absent = (value(str(schema_version)),) if schema_version == 1 else ()
    return (SCHEMA_VERSION_ATTRIBUTE, value, *absent)


def _simple(field: StoredField) -> _Simple | None:
    if field.attribute != field.name or (field.default is not None and not field.is_constant):
        return None
    kind = field.kind
    if isinstance(kind, SetOf):
        return _SETS[type(kind.element)]
    if isinstance(kind, Maybe):
        simple = _SIMPLE.get(type(kind.kind)) if field.left_out is None else None
        if simple is None or simple.convert is None:
            return simple
        convert = simple.convert
        return _Simple(simple.type, lambda content: None if content is None else convert(content))
    return _SIMPLE.get(type(kind))


def _typed(field: StoredField, simple: _Simple) -> tuple[Any, str, Callable[[Any], Any] | None]:
    (content,) = simple.type.__struct_fields__  # type: ignore[attr-defined]  # every structure has them
    path = f"{field.attribute}.{content}"
    if field.default is None:
        return (field.attribute, simple.type), path, simple.convert
    default = field.default()
    # Neither None nor an empty set can be written, so their contents are made past msgspec's checks.
    written = default is not None and default != frozenset()
    absent = msgspec.convert(field.form.encode(default), simple.type) if written else simple.type(default)
    return (field.attribute, simple.type, absent), path, simple.convert


def _plain(field: StoredField) -> tuple[Any, str, Callable[[Any], Any]]:
    decode, default = field.form.decode, field.default
    if default is None:
        return (field.attribute, dict[str, Any]), field.attribute, decode
    return (
        (field.attribute, dict[str, Any] | None, None),
        field.attribute,
        lambda content: default() if content is None else decode(content),
    )
