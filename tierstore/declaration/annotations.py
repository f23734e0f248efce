"""From the type annotation of a field to the kind of values that it may hold."""

from __future__ import annotations

import types
import typing
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Final, Literal, get_args, get_origin

from tierstore.declaration.errors import DeclarationError
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

_PLAIN: Final[Mapping[Any, Kind]] = {
    str: Text(),
    int: Whole(),
    Decimal: Number(),
    bool: Truth(),
    bytes: Binary(),
    datetime: Moment(),
    Any: Anything(),
}


def kind_of(annotation: Any, where: str) -> Kind:
    """The kind that an annotation declares.

    Raises `DeclarationError`, beginning with `where`, for a type that a table does not keep exactly.
    """
    if annotation in _PLAIN:
        return _PLAIN[annotation]
    origin, arguments = get_origin(annotation), get_args(annotation)
    kind: Kind | None
    if origin is Annotated:
        kind = kind_of(arguments[0], where)
    elif origin is Literal:
        kind = Choice(arguments) if all(isinstance(value, str) for value in arguments) else None
    elif origin in (typing.Union, types.UnionType):
        kind = _maybe(arguments, where)
    elif origin is None:
        kind = _class(annotation, where)
    else:
        kind = _container(origin, arguments, where)
    if kind is None:
        raise DeclarationError(
            f"{where} is declared as {annotation!r}; a table keeps str, int, Decimal, bool, bytes, datetime, StrEnum, "
            "Literal texts, frozenset of str, int, Decimal or bytes, list[...], tuple[..., ...], dict[str, ...], "
            "dataclasses, Any, and each of them or None"
        )
    return kind


def _maybe(arguments: tuple[Any, ...], where: str) -> Kind | None:
    others = [argument for argument in arguments if argument is not types.NoneType]
    is_one_or_none = len(others) == 1 and types.NoneType in arguments
    return Maybe(kind_of(others[0], where)) if is_one_or_none else None


def _class(annotation: Any, where: str) -> Kind | None:
    if annotation is float:
        raise DeclarationError(f"{where} is a float, which loses digits; declare a Decimal or an int")
    if isinstance(annotation, type) and issubclass(annotation, StrEnum):
        return Member(annotation)
    if isinstance(annotation, type) and is_dataclass(annotation):
        hints = typing.get_type_hints(annotation, include_extras=True)
        return Record(annotation, {f.name: kind_of(hints[f.name], f"{where}.{f.name}") for f in fields(annotation)})
    return None


def _container(origin: Any, arguments: tuple[Any, ...], where: str) -> Kind | None:
    if origin is frozenset:
        element = kind_of(arguments[0], where)
        return SetOf(element) if isinstance(element, Text | Whole | Number | Binary) else None
    if origin is list:
        return SequenceOf(kind_of(arguments[0], where), list)
    if origin is tuple and arguments[1:] == (...,):
        return SequenceOf(kind_of(arguments[0], where), tuple)
    if origin is dict and arguments[0] is str:
        return MapOf(kind_of(arguments[1], where))
    return None
