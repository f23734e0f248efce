"""What plans ask of DynamoDB."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec

from tierstore.core.effects import Answer_co, Effect

as_document: Final[Callable[[bytes], dict[str, Any]]] = msgspec.json.Decoder(dict[str, Any]).decode
"""Decodes an answer as the dictionary that it is."""


@dataclass(frozen=True, kw_only=True)
class DynamoDBRequest(Effect[Answer_co]):
    """One call of DynamoDB's JSON protocol, tried once."""

    action: str
    """As in `GetItem`."""
    document: Mapping[str, Any]
    decode: Callable[[bytes], Answer_co] = field(repr=False, compare=False)
    """Makes the answer of the response's JSON."""
