"""The tables of one environment, as plans ask them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from tierstore.core.context import Context
from tierstore.core.effects import Plan
from tierstore.core.pace import Pace
from tierstore.core.retries import RetryPolicy
from tierstore.declaration.entities import Entity
from tierstore.dynamodb.effects import DynamoDBRequest, as_document
from tierstore.errors import InvalidError

Answer = TypeVar("Answer")


@dataclass(frozen=True, kw_only=True)
class Database:
    """Everything that the plans of this package need: names, time, chance, and how to try again."""

    context: Context
    retries: RetryPolicy
    paces: defaultdict[str, Pace] = field(default_factory=lambda: defaultdict(Pace), init=False, compare=False)
    """By table, so that one which throttles slows no other; by action for requests that name several."""

    def ask(self, action: str, document: Mapping[str, Any]) -> Plan[dict[str, Any]]:
        """Ask DynamoDB, again and again where that may help; answered with the response's document."""
        return self.ask_for(as_document, action, document)

    def ask_for(self, decode: Callable[[bytes], Answer], action: str, document: Mapping[str, Any]) -> Plan[Answer]:
        """Ask DynamoDB, again and again where that may help; answered with what `decode` makes of the response."""
        request = DynamoDBRequest(action=action, document=document, decode=decode)
        return self.retries.retrying(request, self.paces[document.get("TableName", action)])

    def table(self, entity: type[Entity]) -> str:
        """Physical name of an entity's table; raises `InvalidError` where the environment has none."""
        name = entity.declaration.table.name
        try:
            return self.context.connection.tables[name]
        except KeyError:
            raise InvalidError(
                f"environment {self.context.connection.environment!r} has no table {name!r}; deploy it again"
            ) from None

    def is_live(self, entity: Entity) -> bool:
        """Whether the item counts: DynamoDB deletes expired ones days later."""
        return entity.expires_at is None or entity.expires_at > self.context.now()
