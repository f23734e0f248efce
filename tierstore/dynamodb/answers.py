"""DynamoDB's answers that hold items, as msgspec decodes them."""

from __future__ import annotations

from typing import Any, Generic, TypeVar

import msgspec

from tierstore.dynamodb.attribute_values import AttributeValue

Structured = TypeVar("Structured")
"""An item, decoded as the structure of its entity."""


class ItemAnswer(msgspec.Struct, Generic[Structured]):
    """Of `GetItem`."""

    Item: Structured | None = None


class ItemsAnswer(msgspec.Struct, Generic[Structured]):
    """Of `Query`."""

    Items: list[Structured]
    LastEvaluatedKey: dict[str, AttributeValue] | None = None


class BatchAnswer(msgspec.Struct, Generic[Structured]):
    """Of `BatchGetItem`."""

    Responses: dict[str, list[Structured]]
    """By table."""
    UnprocessedKeys: dict[str, dict[str, Any]] = {}
