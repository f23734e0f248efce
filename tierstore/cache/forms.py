"""What MessagePack cannot say of a field's value by itself: exact numbers, sets and bytes where anything may stand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import singledispatch
from typing import Any, Final, TypeAlias

from msgspec.msgpack import Ext, decode, encode

from tierstore.declaration.kinds import Anything, Kind, MapOf, Maybe, Record, SequenceOf

Pack: TypeAlias = Callable[[Any], Any]

_DECIMAL: Final = 1
_WHOLE: Final = 2
_FROZENSET: Final = 3
"""Codes of MessagePack's application-defined types, as this library uses them."""
_MESSAGEPACK_WHOLES: Final = range(-(2**63), 2**64)


@singledispatch
def packer_of(_: Kind) -> Pack | None:
    """What to do with values of the kind before they are encoded; None where they are encoded as they are."""
    return None


@packer_of.register
def _(_: Anything) -> Pack | None:
    return _tagged


@packer_of.register
def _(kind: Maybe) -> Pack | None:
    pack = packer_of(kind.kind)
    return pack and (lambda value: None if value is None else pack(value))


@packer_of.register
def _(kind: SequenceOf) -> Pack | None:
    pack = packer_of(kind.element)
    return pack and (lambda values: [pack(value) for value in values])


@packer_of.register
def _(kind: MapOf) -> Pack | None:
    pack = packer_of(kind.element)
    return pack and (lambda values: {key: pack(value) for key, value in values.items()})


@packer_of.register
def _(kind: Record) -> Pack | None:
    packs = {name: packer_of(field) for name, field in kind.fields.items()}
    if not any(packs.values()):
        return None
    return lambda record: {
        name: pack(getattr(record, name)) if pack else getattr(record, name) for name, pack in packs.items()
    }


def unpacked_extension(code: int, data: memoryview) -> Any:
    """A value that was tagged; raises `ValueError` for a tag of another release."""
    try:
        unpack = _UNPACKERS[code]
    except KeyError:
        raise ValueError(f"unknown tag {code}") from None
    return unpack(data)


def _tagged(value: Any) -> Any:
    tag = _TAGS.get(type(value))
    return value if tag is None else tag(value)


_TAGS: Final[Mapping[type[Any], Pack]] = {
    Decimal: lambda number: Ext(_DECIMAL, str(number).encode()),
    int: lambda number: number if number in _MESSAGEPACK_WHOLES else Ext(_WHOLE, str(number).encode()),
    frozenset: lambda values: Ext(_FROZENSET, encode([_tagged(value) for value in values])),
    set: lambda values: Ext(_FROZENSET, encode([_tagged(value) for value in values])),
    list: lambda values: [_tagged(value) for value in values],
    tuple: lambda values: [_tagged(value) for value in values],
    dict: lambda values: {key: _tagged(value) for key, value in values.items()},
}

_UNPACKERS: Final[Mapping[int, Callable[[memoryview], Any]]] = {
    _DECIMAL: lambda data: Decimal(bytes(data).decode()),
    _WHOLE: lambda data: int(bytes(data).decode()),
    _FROZENSET: lambda data: frozenset(decode(data, ext_hook=unpacked_extension)),
}
