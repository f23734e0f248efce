"""The fields of an entity as its items have them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import MISSING, Field, dataclass, fields
from typing import Any, Final

from tierstore.declaration.entities import Entity
from tierstore.declaration.kinds import Kind, Maybe, SetOf
from tierstore.dynamodb.items.fields import TIME_TO_LIVE, Form, form_of

NOTHING: Final = object()
"""Unlike None, which is a value that a field may have."""
_EXPIRY: Final = "expires_at"
_ALWAYS_WRITTEN: Final = frozenset({"version", "created_at", "updated_at"})


@dataclass(frozen=True, kw_only=True)
class StoredField:
    """One field, the attribute that keeps it, and what the attribute's absence means."""

    name: str
    attribute: str
    kind: Kind
    form: Form
    left_out: Any = NOTHING
    """The value for which the attribute is left out; `NOTHING` where it is always written."""
    default: Callable[[], Any] | None = None
    """Makes the value of an item without the attribute; None where every item has it."""
    is_constant: bool = False
    """Whether the default always makes the same value."""


def stored_fields(entity: type[Entity]) -> Iterator[StoredField]:
    """The fields that the entity's items keep, in the entity's order."""
    declared = entity.declaration
    needed = _ALWAYS_WRITTEN.union(declared.key.fields)
    for field in fields(entity):
        name, kind = field.name, declared.kinds[field.name]
        if name == _EXPIRY:
            if declared.expires and declared.table.time_to_live is not None:
                attribute = declared.table.time_to_live
                yield StoredField(
                    name=name, attribute=attribute, kind=kind, form=TIME_TO_LIVE, left_out=None, default=lambda: None
                )
            continue
        default, is_constant = (None, False) if name in needed else _default(field)
        left_out = NOTHING
        if isinstance(kind, SetOf):
            left_out, default, is_constant = frozenset(), frozenset, True
        elif isinstance(kind, Maybe) and (default is None or (is_constant and default() is None)):
            left_out, default, is_constant = None, lambda: None, True
        yield StoredField(
            name=name,
            attribute=name,
            kind=kind,
            form=form_of(kind),
            left_out=left_out,
            default=default,
            is_constant=is_constant,
        )


def _default(field: Field[Any]) -> tuple[Callable[[], Any] | None, bool]:
    if field.default_factory is not MISSING:
        return field.default_factory, False
    return (None, False) if field.default is MISSING else (lambda: field.default, True)
