"""Whose data an item is, so that a user's data can be exported and erased wherever it lies."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from tierstore.declaration.errors import DeclarationError
from tierstore.declaration.kinds import Kind

if TYPE_CHECKING:
    from tierstore.declaration.entities import Entity


@dataclass(frozen=True, kw_only=True)
class OwnedBy:
    """The field holds the id of the user to whom the item belongs: it is exported and erased with that user."""

    field: str


@dataclass(frozen=True, kw_only=True)
class PartOf:
    """The item belongs to an item of another entity, and goes where that goes.

    `fields` tells which field of the other one each of this one's key fields repeats; of a set, each of its elements.
    """

    whole: type[Entity]
    fields: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Mentions:
    """The field holds the id of a user, but the item belongs to somebody else.

    It is exported with that user; erasing the user leaves the item and takes the id out of it.
    """

    field: str


@dataclass(frozen=True, kw_only=True)
class NotPersonal:
    """Nobody's data; the reason is for whoever reviews that."""

    reason: str


Ownership: TypeAlias = OwnedBy | PartOf | Mentions | NotPersonal


def require_ownership(where: str, ownership: tuple[Ownership, ...], fields: Mapping[str, Kind]) -> None:
    """Raise `DeclarationError` unless something is declared, and of fields that exist."""
    if not ownership:
        raise DeclarationError(
            f"{where} does not declare whose data it is; give `ownership`: OwnedBy(field=…) or PartOf(…) for what goes "
            "with a user, Mentions(field=…) for what only names one, NotPersonal(reason=…) for the rest"
        )
    for each in ownership:
        match each:
            case NotPersonal(reason=reason):
                if not reason or len(ownership) > 1:
                    raise DeclarationError(f"{where}: NotPersonal stands alone, with a reason")
            case PartOf(whole=whole, fields=repeated):
                _require(where, repeated, fields)
                _require(f"{where}, part of {whole.__name__}", repeated.values(), whole.declaration.field_types)
            case OwnedBy(field=name):
                _require(where, (name,), fields)
            case Mentions(field=name):
                _require(where, (name,), fields)
                if None not in fields[name]:
                    raise DeclarationError(f"{where}: {name!r} mentions a user; it must be able to be None afterwards")


def _require(where: str, names: Iterable[str], fields: Mapping[str, object]) -> None:
    missing = [name for name in names if name not in fields]
    if missing:
        raise DeclarationError(f"{where}: ownership names {', '.join(map(repr, missing))}, which is no field of it")
