"""Reading items by their keys."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from msgspec import Struct

from tierstore.core.effects import Plan
from tierstore.declaration.keys import KeyValue
from tierstore.dynamodb.batches import Batch, process_all
from tierstore.dynamodb.database import Database
from tierstore.dynamodb.items.answers import BatchAnswer
from tierstore.dynamodb.items.attribute_values import Item
from tierstore.dynamodb.items.codec import AnyEntity, codec_of

MAXIMUM_KEYS: Final = 100
"""Of one `BatchGetItem` (DynamoDB API reference)."""


def get(
    database: Database, entity: type[AnyEntity], key: Mapping[str, KeyValue], *, consistent: bool = False
) -> Plan[AnyEntity | None]:
    """The entity with this key, or None."""
    return _get(database, entity, codec_of(entity).key(key), consistent=consistent)


def get_by_unique(
    database: Database, entity: type[AnyEntity], unique: str, values: Mapping[str, KeyValue]
) -> Plan[AnyEntity | None]:
    """The entity that holds these values of a unique constraint, or None; both reads are consistent."""
    codec = codec_of(entity)
    guard_key = codec.guard_key(unique, values)
    document = {"TableName": database.table(entity), "Key": guard_key, "ConsistentRead": True}
    guard = (yield from database.ask("GetItem", document)).get("Item")
    if guard is None:
        return None
    found = yield from _get(database, entity, codec.guarded_key(guard), consistent=True)
    # Between the two reads the entity may have given the value up.
    still_holds = found is not None and codec.guards(found)[unique].key == guard_key
    return found if still_holds else None


def get_many(
    database: Database, entity: type[AnyEntity], keys: Sequence[Mapping[str, KeyValue]], *, consistent: bool = False
) -> Plan[list[AnyEntity | None]]:
    """The entities with these keys, in the keys' order and None where there is none; a key may occur twice."""
    codec = codec_of(entity)
    table = database.table(entity)
    rendered = [codec.key(key) for key in keys]
    identities = [tuple(value["S"] for value in key.values()) for key in rendered]
    found: dict[tuple[str, ...], AnyEntity] = {}

    def document(chunk: Sequence[Item]) -> Mapping[str, Any]:
        return {"RequestItems": {table: {"Keys": chunk, "ConsistentRead": consistent}}}

    def receive(answer: BatchAnswer[Struct]) -> Sequence[Item]:
        for item in answer.Responses.get(table, ()):
            decoded = codec.from_structure(item)
            if database.is_live(decoded):
                found[codec.identity(item)] = decoded
        unprocessed: Sequence[Item] = answer.UnprocessedKeys.get(table, {}).get("Keys", ())
        return unprocessed

    batch = Batch(
        action="BatchGetItem", size=MAXIMUM_KEYS, document=document, decode=codec.batch_answer, receive=receive
    )
    yield from process_all(database, batch, list(dict(zip(identities, rendered, strict=True)).values()))
    return [found.get(identity) for identity in identities]


def _get(database: Database, entity: type[AnyEntity], key: Item, *, consistent: bool) -> Plan[AnyEntity | None]:
    codec = codec_of(entity)
    document = {"TableName": database.table(entity), "Key": key, "ConsistentRead": consistent}
    item = (yield from database.ask_for(codec.item_answer, "GetItem", document)).Item
    if item is None:
        return None
    found = codec.from_structure(item)
    return found if database.is_live(found) else None
