"""Names of Redis keys, made as their key space declares."""

from __future__ import annotations

from typing import Final

from tierstore.declaration.keys import KeyValue
from tierstore.declaration.policies import KeySpace
from tierstore.errors import InvalidError

_ESCAPES: Final = str.maketrans({"%": "%25", "{": "%7B", "}": "%7D"})


def key_in(space: KeySpace, **values: KeyValue) -> str:
    """The key of the values; raises `InvalidError` for values that cannot be a key.

    Where the space chooses the slot by a field, that field's value is the hash tag.
    """
    if space.slot_by is not None:
        value = values[space.slot_by]
        if not isinstance(value, str) or not value:
            raise InvalidError(f"Redis key of {space.name!r}: {space.slot_by} is {value!r}, allowed is a text")
        values[space.slot_by] = hash_tag(value)
    try:
        return space.prefix + space.key.render(values)
    except ValueError as error:
        raise InvalidError(f"Redis key of {space.name!r}: {error}") from None


def hash_tag(text: str) -> str:
    """The text as a hash tag: keys that have it in common share a slot, whatever braces the text has."""
    return "{" + text.translate(_ESCAPES) + "}"
