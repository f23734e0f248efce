"""Replacing an item whether or not it exists, while its version goes on and its creation stays known."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from tierstore.core.effects import Plan
from tierstore.declaration.entities import Entity
from tierstore.dynamodb.changes import Action, Change, Entry, conditional, stamped
from tierstore.dynamodb.database import Database
from tierstore.dynamodb.expressions import Condition, Placeholders
from tierstore.dynamodb.failures import ConditionFailedError
from tierstore.dynamodb.items.attribute_values import number
from tierstore.dynamodb.items.codec import AnyEntity, codec_of
from tierstore.dynamodb.items.sizes import require_size
from tierstore.dynamodb.reading import get
from tierstore.dynamodb.writing import write
from tierstore.errors import ConflictError

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
    written = _written(database, entity)
    counters = {"version": 0, **(growing or {})}
    place, update = _update(written, counters)
    parameters = {"TableName": database.table(codec.entity), **update, "ReturnValues": "ALL_NEW"}
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


def replace_together(database: Database, entity: AnyEntity, beside: Change[Any]) -> Plan[AnyEntity]:
    """Write every field if the change beside it is made as well, and return the entity as it is stored then.

    Raises what a refusal of the change beside means, and `ConflictError` where the entity is deleted right afterwards.
    """
    written = _written(database, entity)
    place, update = _update(written, {"version": 0})
    conflict = ConflictError(f"somebody deletes this {type(entity).__name__} at the same time")
    entry = Entry(
        action=Action.UPDATE,
        entity=type(entity),
        parameters={**update, **place.parameters()},
        is_done=lambda _: False,
        refusal=lambda _: conflict,
    )
    yield from write(database, (Change(subject=entity, entries=(entry,), result=None), beside))
    # A transaction does not tell what it has written.
    stored = yield from get(database, type(entity), entity.__dict__, consistent=True)
    if stored is None:
        raise conflict
    return stored


def _written(database: Database, entity: AnyEntity) -> AnyEntity:
    now = database.context.now()
    return stamped(entity, created_at=now, updated_at=now)


def _update(written: Entity, counters: Mapping[str, int]) -> tuple[Placeholders, dict[str, Any]]:
    """The parameters of an update that sets every field; the placeholders may be used on."""
    codec = codec_of(type(written))
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
    return place, {"Key": key, "UpdateExpression": expression}
