"""What plans ask of DynamoDB."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tierstore.core.effects import Effect


@dataclass(frozen=True, kw_only=True)
class DynamoDBRequest(Effect[dict[str, Any]]):
    """One call of DynamoDB's JSON protocol, tried once; answered with the response's document."""

    action: str
    """As in `GetItem`."""
    document: Mapping[str, Any]
