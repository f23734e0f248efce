"""Counters that are spread over shards, so that no partition takes all the additions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tierstore.core.context import Context
from tierstore.core.effects import Plan
from tierstore.declaration.keys import SHARD, KeyValue
from tierstore.dynamodb.changes import Action, Change, Entry
from tierstore.dynamodb.database import Database
from tierstore.dynamodb.expressions import Placeholders
from tierstore.dynamodb.items.attribute_values import number
from tierstore.dynamodb.items.codec import AnyEntity, codec_of
from tierstore.dynamodb.reading import get_many
from tierstore.errors import ConflictError


def add(database: Database, counter: AnyEntity, field: str, amount: int) -> Plan[None]:
    """Add to the field on a shard chosen at random, exactly once however often the request is tried.

    Sent as a transaction of one, whose token makes a repetition harmless; that costs two write units instead of one.
    """
    update = {"TableName": database.table(type(counter)), **_update(database.context, counter, field, amount)}
    document = {"TransactItems": [{"Update": update}], "ClientRequestToken": database.context.new_token()}
    yield from database.ask("TransactWriteItems", document)


def addition(context: Context, counter: AnyEntity, field: str, amount: int) -> Change[None]:
    """The same as part of a transaction, which makes it happen as often as the other parts allow."""
    entry = Entry(
        action=Action.UPDATE,
        entity=type(counter),
        parameters=_update(context, counter, field, amount),
        is_done=lambda _: False,
        refusal=lambda _: ConflictError(f"{type(counter).__name__} cannot be added to"),
    )
    return Change(subject=counter, entries=(entry,), result=None)


def _update(context: Context, counter: AnyEntity, field: str, amount: int) -> dict[str, Any]:
    codec = codec_of(type(counter))
    shards = codec.declared.key.shards
    shard = int(context.random() * shards.count) if shards is not None else 0
    attributes = codec.encode_fields(counter)
    growing = {field: number(amount), "version": number(1)}
    place = Placeholders()
    assignments = [f"{place.name('updated_at')} = {place.value(attributes.pop('updated_at'))}"]
    assignments += [
        f"{place.name(name)} = if_not_exists({place.name(name)}, {place.value(value)})"
        for name, value in attributes.items()
        if name not in growing
    ]
    additions = [f"{place.name(name)} {place.value(value)}" for name, value in growing.items()]
    return {
        "Key": codec.key({**counter.__dict__, SHARD: shard}),
        "UpdateExpression": f"SET {', '.join(assignments)} ADD {', '.join(additions)}",
        **place.parameters(),
    }


def total(database: Database, entity: type[AnyEntity], key: Mapping[str, KeyValue], field: str) -> Plan[int]:
    """The sum of the field over all shards, read in one batch; eventually consistent."""
    shards = entity.declaration.key.shards
    keys = [{**key, SHARD: shard} for shard in range(shards.count if shards is not None else 1)]
    parts = yield from get_many(database, entity, keys)
    return sum(getattr(part, field) for part in parts if part is not None)
