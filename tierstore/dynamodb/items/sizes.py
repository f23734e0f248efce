"""How large an item is, counted as DynamoDB counts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from tierstore.dynamodb.items.attribute_values import AttributeValue, Item
from tierstore.errors import TooLargeError

MAXIMUM_ITEM_BYTES: Final = 400 * 1024
"""Names and values of all attributes together (DynamoDB quotas, "Items")."""
_CONTAINER_BYTES: Final = 3
_ELEMENT_BYTES: Final = 1
"""What a list or map costs beside its content (DynamoDB developer guide, "Item sizes and formats")."""
_HEAVIEST_SHOWN: Final = 3


def item_bytes(item: Mapping[str, AttributeValue]) -> int:
    """Size of the item; numbers are estimated from above, all else is exact."""
    return sum(_text_bytes(name) + _value_bytes(value) for name, value in item.items())


def require_size(item: Item, where: str) -> None:
    """Raise `TooLargeError` for an item that DynamoDB would refuse, naming the attributes that weigh most."""
    size = item_bytes(item)
    if size > MAXIMUM_ITEM_BYTES:
        weights = sorted(((item_bytes({name: value}), name) for name, value in item.items()), reverse=True)
        heaviest = ", ".join(f"{name} {weight:,}" for weight, name in weights[:_HEAVIEST_SHOWN])
        raise TooLargeError(
            f"{where} has {size:,} bytes, an item may have {MAXIMUM_ITEM_BYTES:,}; the heaviest fields are {heaviest}. "
            "Keep large content in a bucket and its key in the item"
        )


def _text_bytes(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode())


def _number_bytes(digits: str) -> int:
    return len(digits) // 2 + 2


def _base64_bytes(text: str) -> int:
    return len(text) // 4 * 3 - text.count("=")


def _value_bytes(value: AttributeValue) -> int:
    ((type_name, content),) = value.items()
    return _SIZES[type_name](content)


def _list_bytes(values: list[AttributeValue]) -> int:
    return _CONTAINER_BYTES + sum(_ELEMENT_BYTES + _value_bytes(value) for value in values)


def _map_bytes(values: Mapping[str, AttributeValue]) -> int:
    return _CONTAINER_BYTES + len(values) * _ELEMENT_BYTES + item_bytes(values)


_SIZES: Final[Mapping[str, Callable[[Any], int]]] = {
    "S": _text_bytes,
    "N": _number_bytes,
    "B": _base64_bytes,
    "BOOL": lambda _: 1,
    "NULL": lambda _: 1,
    "L": _list_bytes,
    "M": _map_bytes,
    "SS": lambda values: sum(map(_text_bytes, values)),
    "NS": lambda values: sum(map(_number_bytes, values)),
    "BS": lambda values: sum(map(_base64_bytes, values)),
}
