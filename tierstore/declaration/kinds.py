"""What a field may hold: the kinds of values that a table keeps exactly."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Context, Decimal, DecimalException, Inexact, Overflow, Rounded, Subnormal
from enum import StrEnum
from typing import Any, Final

NUMBER_DIGITS: Final = 38
"""Significant digits of a number (DynamoDB developer guide, "Supported data types and naming rules")."""
_NUMBERS: Final = Context(prec=NUMBER_DIGITS, Emin=-130, Emax=125, traps=[Inexact, Overflow, Rounded, Subnormal])
"""Numbers from 1E-130 to below 1E+126 in size (same source)."""
_WHOLE_LIMIT: Final = 10**NUMBER_DIGITS


def is_exact(number: Decimal) -> bool:
    """Whether a table keeps every digit of the number."""
    try:
        _NUMBERS.create_decimal(number)
    except DecimalException:
        return False
    return number.is_finite()


def is_unicode(text: str) -> bool:
    """Whether UTF-8 has every character of the text; it lacks halves of surrogate pairs."""
    try:
        return text.isascii() or bool(text.encode())
    except UnicodeEncodeError:
        return False


class Kind(ABC):
    """The set of values that a field may hold, so that `value in kind`; as text, what a message calls them."""

    @abstractmethod
    def __contains__(self, value: Any) -> bool: ...


@dataclass(frozen=True)
class Text(Kind):
    """Any text, also empty."""

    def __contains__(self, value: Any) -> bool:
        return isinstance(value, str) and is_unicode(value)

    def __str__(self) -> str:
        return "text (str)"


@dataclass(frozen=True)
class Whole(Kind):
    """A whole number."""

    def __contains__(self, value: Any) -> bool:
        return type(value) is int and -_WHOLE_LIMIT < value < _WHOLE_LIMIT

    def __str__(self) -> str:
        return f"a whole number (int) of up to {NUMBER_DIGITS} digits"


@dataclass(frozen=True)
class Number(Kind):
    """A decimal number."""

    def __contains__(self, value: Any) -> bool:
        return isinstance(value, Decimal) and is_exact(value)

    def __str__(self) -> str:
        return f"a number (Decimal) of up to {NUMBER_DIGITS} digits"


@dataclass(frozen=True)
class Truth(Kind):
    """True or false."""

    def __contains__(self, value: Any) -> bool:
        return value is True or value is False

    def __str__(self) -> str:
        return "true or false (bool)"


@dataclass(frozen=True)
class Binary(Kind):
    """Bytes, also none at all."""

    def __contains__(self, value: Any) -> bool:
        return isinstance(value, bytes)

    def __str__(self) -> str:
        return "bytes"


@dataclass(frozen=True)
class Moment(Kind):
    """A point in time, kept to the microsecond."""

    def __contains__(self, value: Any) -> bool:
        return isinstance(value, datetime) and value.tzinfo is not None

    def __str__(self) -> str:
        return "a datetime with a time zone"


@dataclass(frozen=True)
class Choice(Kind):
    """One of a few texts."""

    allowed: tuple[str, ...]

    def __contains__(self, value: Any) -> bool:
        return isinstance(value, str) and value in self.allowed

    def __str__(self) -> str:
        return "one of " + ", ".join(map(repr, self.allowed))


@dataclass(frozen=True)
class Member(Kind):
    """A member of an enumeration of texts."""

    type: type[StrEnum]

    def __contains__(self, value: Any) -> bool:
        return isinstance(value, self.type)

    def __str__(self) -> str:
        return f"a {self.type.__name__}: " + ", ".join(f"{self.type.__name__}.{member.name}" for member in self.type)


@dataclass(frozen=True)
class SetOf(Kind):
    """An unordered set, also empty."""

    element: Text | Whole | Number | Binary
    """The only sets that DynamoDB has."""

    def __contains__(self, value: Any) -> bool:
        return isinstance(value, frozenset) and all(element in self.element for element in value)

    def __str__(self) -> str:
        return f"a frozenset, each element {self.element}"


@dataclass(frozen=True)
class SequenceOf(Kind):
    """A list or a tuple of one kind."""

    element: Kind
    type: type[list[Any]] | type[tuple[Any, ...]]

    def __contains__(self, value: Any) -> bool:
        return isinstance(value, self.type) and all(element in self.element for element in value)

    def __str__(self) -> str:
        return f"a {self.type.__name__}, each element {self.element}"


@dataclass(frozen=True)
class MapOf(Kind):
    """A dictionary from text to one kind."""

    element: Kind

    def __contains__(self, value: Any) -> bool:
        return (
            isinstance(value, dict)
            and all(isinstance(key, str) for key in value)
            and all(element in self.element for element in value.values())
        )

    def __str__(self) -> str:
        return f"a dict from str, each value {self.element}"


@dataclass(frozen=True)
class Record(Kind):
    """A dataclass, kept as a map of its fields."""

    type: type[Any]
    fields: Mapping[str, Kind]

    def __contains__(self, value: Any) -> bool:
        return isinstance(value, self.type) and all(getattr(value, name) in kind for name, kind in self.fields.items())

    def __str__(self) -> str:
        return f"a {self.type.__name__} with " + "; ".join(f"{name}: {kind}" for name, kind in self.fields.items())


@dataclass(frozen=True)
class Anything(Kind):
    """Texts, exact numbers, bytes, true, false, None, and lists, sets and dictionaries of them."""

    def __contains__(self, _: Any) -> bool:
        # Looked through when it is written, since it may be deep and may change until then.
        return True

    def __str__(self) -> str:
        return "anything that a table stores"


@dataclass(frozen=True)
class Maybe(Kind):
    """A value of a kind, or None."""

    kind: Kind

    def __contains__(self, value: Any) -> bool:
        return value is None or value in self.kind

    def __str__(self) -> str:
        return f"{self.kind}, or None"
