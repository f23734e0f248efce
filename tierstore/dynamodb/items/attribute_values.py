"""Python values as DynamoDB's JSON protocol writes them, `{"S": "text"}`, and back."""

from __future__ import annotations

from binascii import a2b_base64, b2a_base64
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, Final, TypeAlias

from tierstore.declaration.kinds import Whole, is_exact, is_unicode
from tierstore.errors import InvalidError

AttributeValue: TypeAlias = Mapping[str, Any]
"""One entry: DynamoDB's name of the type, and the value in JSON."""
Item: TypeAlias = dict[str, AttributeValue]
"""By the attributes' names."""

NULL: Final[AttributeValue] = {"NULL": True}


class UnstorableError(InvalidError):
    """A value that a table does not keep exactly, with the path to it from the field."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem
        self.path = ""

    def within(self, step: str) -> UnstorableError:
        """The same, seen from one level further out."""
        self.path = step + self.path
        self.args = (f"{self.path} {self.problem}",)
        return self


def text(value: str) -> AttributeValue:
    """A text."""
    return {"S": value}


def number(value: int | Decimal) -> AttributeValue:
    """A number, every digit kept."""
    return {"N": str(value) if value else "0"}


def binary(value: bytes) -> AttributeValue:
    """Bytes, in base 64."""
    return {"B": b2a_base64(value, newline=False).decode()}


def truth(value: bool) -> AttributeValue:  # noqa: FBT001 - the value itself
    """True or false."""
    return {"BOOL": value}


def parse_binary(text: str) -> bytes:
    """The bytes of a text in base 64; raises `ValueError` for another."""
    return a2b_base64(text, strict_mode=True)


def parse_number(digits: str) -> int | Decimal:
    """An `int` where the number is whole, however it is written, else a `Decimal`."""
    try:
        return int(digits)
    except ValueError:
        parsed = Decimal(digits)
        return int(parsed) if parsed == parsed.to_integral_value() else parsed


def encode(value: Any) -> AttributeValue:
    """Any value that a table keeps exactly; raises `UnstorableError` for others."""
    encoder = _ENCODERS.get(type(value))
    if encoder is None:
        raise UnstorableError(f"is a {type(value).__name__}; {_ADVICE.get(type(value), _ALLOWED)}")
    return encoder(value)


def decode(value: AttributeValue) -> Any:
    """The Python value; raises `KeyError` for a type that DynamoDB does not have."""
    ((type_name, content),) = value.items()
    return _DECODERS[type_name](content)


_ALLOWED: Final = "give str, int, Decimal, bool, bytes, None, or lists, sets and dictionaries of them"
_ADVICE: Final[Mapping[type[Any], str]] = {float: "floats lose digits, give a Decimal or an int"}


def _encode_text(value: str) -> AttributeValue:
    if not is_unicode(value):
        raise UnstorableError("has a character that UTF-8 does not have")
    return text(value)


def _encode_int(value: int) -> AttributeValue:
    if value not in Whole():
        raise UnstorableError("has too many digits; a table keeps 38")
    return number(value)


def _encode_decimal(value: Decimal) -> AttributeValue:
    if not is_exact(value):
        raise UnstorableError(f"is {value}; a table keeps 38 digits between 1E-130 and 1E+126")
    return number(value)


def _encode_list(values: list[Any] | tuple[Any, ...]) -> AttributeValue:
    encoded = []
    for index, value in enumerate(values):
        try:
            encoded.append(encode(value))
        except UnstorableError as error:
            raise error.within(f"[{index}]") from None
    return {"L": encoded}


def _encode_dict(values: dict[Any, Any]) -> AttributeValue:
    encoded = {}
    for key, value in values.items():
        if not (isinstance(key, str) and is_unicode(key)):
            raise UnstorableError(f"has the key {key!r}; keys are text")
        try:
            encoded[key] = encode(value)
        except UnstorableError as error:
            raise error.within(f"[{key!r}]") from None
    return {"M": encoded}


def _encode_set(values: set[Any] | frozenset[Any]) -> AttributeValue:
    encoded = [encode(value) for value in values]
    types = {type_name for value in encoded for type_name in value}
    if len(types) != 1 or not types <= {"S", "N", "B"}:
        raise UnstorableError(
            "is a set that DynamoDB does not have; give all texts, all numbers or all bytes, not none"
        )
    (type_name,) = types
    return {type_name + "S": [value[type_name] for value in encoded]}


_ENCODERS: Final[Mapping[type[Any], Callable[[Any], AttributeValue]]] = {
    str: _encode_text,
    bool: truth,
    int: _encode_int,
    Decimal: _encode_decimal,
    bytes: binary,
    type(None): lambda _: NULL,
    list: _encode_list,
    tuple: _encode_list,
    dict: _encode_dict,
    set: _encode_set,
    frozenset: _encode_set,
}

_DECODERS: Final[Mapping[str, Callable[[Any], Any]]] = {
    "S": str,
    "N": parse_number,
    "B": parse_binary,
    "BOOL": bool,
    "NULL": lambda _: None,
    "L": lambda values: [decode(value) for value in values],
    "M": lambda values: {key: decode(value) for key, value in values.items()},
    "SS": frozenset,
    "NS": lambda values: frozenset(map(parse_number, values)),
    "BS": lambda values: frozenset(map(parse_binary, values)),
}
