"""DynamoDB: policies may ask for the partition keys that a request names, `dynamodb:LeadingKeys`.

Conditions are gathered before a service is asked, so no handler can stand in front: this replaces the emulator's
functions, which it looks up anew for each request.
"""

from __future__ import annotations

import importlib
import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, TypeAlias

LEADING_KEYS: Final = "dynamodb:LeadingKeys"
_OF_TRANSACTION: Final = "sandbox:TransactionLeadingKeys"
_EQUALITY: Final = re.compile(r"([#\w.-]+)\s*=\s*(:\w+)")

Named: TypeAlias = tuple[str, str, str]
"""Action, table, and the partition key that it is about."""


def tell_policies() -> None:
    """Add the condition key to the context of every request that names partition keys."""
    actions: Any = importlib.import_module("ministack.core.iam_actions")
    evaluator: Any = importlib.import_module("ministack.core.iam_evaluator")
    tables: Any = importlib.import_module("ministack.services.dynamodb")._tables  # noqa: SLF001 - the emulator shows them to nobody
    gather, enforce = actions.dynamodb_service_context, evaluator.enforce

    def with_keys(body: bytes) -> Any:
        request = _parsed(body)
        found = list(leading_keys(request, lambda name: tables.get(_table_name(name))))
        if not found:
            return gather(body)
        if "TransactItems" in request:
            return {**gather(body), _OF_TRANSACTION: found}
        return {**gather(body), LEADING_KEYS: [key for _, _, key in found]}

    def enforce_item(  # noqa: PLR0917 - as the emulator calls it
        access_key: str,
        action: str,
        service: str,
        region: str,
        resource_arn: str = "*",
        service_context: dict[str, Any] | None = None,
    ) -> Any:
        # Each item of a transaction is judged as the single action that it is.
        context = dict(service_context or {})
        part = (action, _table_name(resource_arn))
        if keys := [key for *each, key in context.pop(_OF_TRANSACTION, ()) if tuple(each) == part]:
            context[LEADING_KEYS] = keys
        return enforce(access_key, action, service, region, resource_arn, context)

    actions.dynamodb_service_context = with_keys
    evaluator.enforce = enforce_item


def leading_keys(request: Mapping[str, Any], table_of: Callable[[str], Mapping[str, Any] | None]) -> Iterator[Named]:
    """The partition keys that a request names, of every item of a batch or transaction."""
    for action, name, part in _parts(request):
        table = table_of(name)
        if table is not None:
            for key in _values(part, table):
                yield action, _table_name(name), key


def _table_name(name_or_arn: str) -> str:
    return name_or_arn.partition(":table/")[2].partition("/")[0] or name_or_arn


def _parsed(body: bytes) -> dict[str, Any]:
    try:
        request = json.loads(body or b"{}")
    except ValueError:
        return {}
    return request if isinstance(request, dict) else {}


def _parts(request: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """The single requests in a request, with their actions, where they differ, and their tables."""
    if "TableName" in request:
        yield "", request["TableName"], request
    for item in request.get("TransactItems", ()):
        for verb, part in item.items():
            action = "ConditionCheckItem" if verb == "ConditionCheck" else f"{verb}Item"
            yield f"dynamodb:{action}", part["TableName"], part
    for table, wanted in request.get("RequestItems", {}).items():
        if isinstance(wanted, dict):
            yield from (("", table, {"Key": key}) for key in wanted.get("Keys", ()))
        else:
            yield from (("", table, part) for write in wanted for part in write.values())


def _values(part: Mapping[str, Any], table: Mapping[str, Any]) -> Iterator[str]:
    item = part.get("Key") or part.get("Item")
    if item is not None:
        yield from _content(item.get(_partition_key(table)))
    elif "KeyConditionExpression" in part:
        indexes = [*(table.get("GlobalSecondaryIndexes") or ()), *(table.get("LocalSecondaryIndexes") or ())]
        index = next((each for each in indexes if each["IndexName"] == part.get("IndexName")), table)
        for name, value in _EQUALITY.findall(part["KeyConditionExpression"]):
            if part.get("ExpressionAttributeNames", {}).get(name, name) == _partition_key(index):
                yield from _content(part.get("ExpressionAttributeValues", {}).get(value))


def _partition_key(schema: Mapping[str, Any]) -> str:
    return next(str(key["AttributeName"]) for key in schema["KeySchema"] if key["KeyType"] == "HASH")


def _content(value: Mapping[str, Any] | None) -> Iterator[str]:
    if value:
        yield str(next(iter(value.values())))
