"""Replacing an item whether or not it exists, while its version goes on and its creation stays known."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tierstore.core.effects import Plan
from tierstore.dynamodb.attribute_values import number
from tierstore.dynamodb.changes import conditional, stamped
from tierstore.dynamodb.codec import AnyEntity, codec_of
from tierstore.dynamodb.database import Database
from tierstore.dynamodb.expressions import Condition, Placeholders
from tierstore.dynamodb.failures import ConditionFailedError
from tierstore.dynamodb.sizes import require_size

_CREATED: Final = "created_at"


def replace_item(
    database: Database,
    entity: AnyEntity,
    *,
    condition: Condition | None = None,
    growing: Mapping[str, int] | None = None,
) -> Plan[AnyEntity]:
    """Write every field, and return the entity as it is stored then.

    `version` and each `growing` field become one more than they were; a growing field begins above the number given.
    Raises `ConditionFailedError` with the stored item where the condition does not hold. Without a condition a write
    whose answer was lost is made again.
    """
    codec = codec_of(type(entity))
    now = database.context.now()
    written = stamped(entity, created_at=now, updated_at=now)
    counters = {"version": 0, **(growing or {})}
    key, attributes = codec.key(written.__dict__), codec.encode_fields(written)
    require_size({**key, **attributes}, codec.entity.__name__)
    removed = codec.changing_attributes - attributes.keys()
    place = Placeholders()
    created_at = place.name(_CREATED)
    assignments = [f"{created_at} = if_not_exists({created_at}, {place.value(attributes.pop(_CREATED))})"]
    for field, start in counters.items():
        del attributes[field]
        name = place.name(field)
        assignments.append(f"{name} = if_not_exists({name}, {place.value(number(start))}) + {place.value(number(1))}")
    assignments += (f"{place.name(name)} = {place.value(value)}" for name, value in attributes.items())
    expression = "SET " + ", ".join(assignments)
    if removed:
        expression += " REMOVE " + ", ".join(map(place.name, sorted(removed)))
    parameters = {
        "TableName": database.table(codec.entity),
        "Key": key,
        "UpdateExpression": expression,
        "ReturnValues": "ALL_NEW",
    }
    document = conditional(parameters, condition, place) if condition else {**parameters, **place.parameters()}
    try:
        return codec.decode((yield from database.ask("UpdateItem", document))["Attributes"])
    except ConditionFailedError as failure:
        if failure.in_doubt and failure.item is not None:
            stored = codec.decode(failure.item)
            counted = {name: getattr(stored, name) for name in (*counters, _CREATED)}
            if stamped(written, **counted) == stored:
                return stored
        raise
