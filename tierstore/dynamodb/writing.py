"""Writing changes: one in a request of its own, several in one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeAlias

from tierstore.core.effects import Plan
from tierstore.declaration.entities import Entity
from tierstore.declaration.keys import KeyValue
from tierstore.dynamodb.batches import Batch, process_all
from tierstore.dynamodb.changes import Change, Entry
from tierstore.dynamodb.database import Database
from tierstore.dynamodb.effects import as_document
from tierstore.dynamodb.failures import (
    CancellationReason,
    ConditionFailedError,
    TransactionCanceledError,
    is_condition,
)
from tierstore.dynamodb.items.codec import codec_of
from tierstore.errors import InvalidError

MAXIMUM_ENTRIES: Final = 100
"""Items of one `TransactWriteItems` (DynamoDB API reference)."""
MAXIMUM_REQUESTS: Final = 25
"""Items of one `BatchWriteItem` (DynamoDB API reference)."""

_TableRequest: TypeAlias = tuple[str, Mapping[str, Any]]
"""Physical table, and one request of a batch."""


def write(database: Database, changes: Sequence[Change[Any]]) -> Plan[None]:
    """Make all changes or none.

    Tried again safely: a single write whose answer was lost is recognised by what it left in the table, a transaction
    by its token. Raises `VersionConflictError` and `NotUniqueError` for whatever stood in the way, and `InvalidError`
    for more changes than a transaction takes.
    """
    entries = [entry for change in changes for entry in change.entries]
    if len(entries) == 1:
        yield from _write_one(database, entries[0])
    elif entries:
        yield from _write_together(database, entries)


def _write_one(database: Database, entry: Entry) -> Plan[None]:
    document = {"TableName": database.table(entry.entity), **entry.parameters}
    try:
        yield from database.ask(f"{entry.action}Item", document)
    except ConditionFailedError as failure:
        if failure.in_doubt and entry.is_done(failure.item):
            return
        upgraded = entry.upgrade(failure.item)
        if upgraded is None:
            raise entry.refusal(failure.item) from None
    else:
        return
    yield from _write_one(database, upgraded)


def write_metered(database: Database, change: Change[Any]) -> Plan[float]:
    """Make a change of one entry; the write units that it took, as DynamoDB tells them, or none where in doubt.

    Raises like `write`.
    """
    units = 0.0
    for entry in change.entries:
        document = {"TableName": database.table(entry.entity), **entry.parameters, "ReturnConsumedCapacity": "TOTAL"}
        try:
            answer = yield from database.ask(f"{entry.action}Item", document)
        except ConditionFailedError as failure:
            if not (failure.in_doubt and entry.is_done(failure.item)):
                raise entry.refusal(failure.item) from None
        else:
            units += float(answer.get("ConsumedCapacity", {}).get("CapacityUnits", 1.0))
    return units


def _write_together(database: Database, entries: Sequence[Entry]) -> Plan[None]:
    if len(entries) > MAXIMUM_ENTRIES:
        raise InvalidError(
            f"{len(entries)} items would change at once, a transaction takes {MAXIMUM_ENTRIES}; change fewer"
        )
    items = [{entry.action: {"TableName": database.table(entry.entity), **entry.parameters}} for entry in entries]
    document = {"TransactItems": items, "ClientRequestToken": database.context.new_token()}
    try:
        yield from database.ask("TransactWriteItems", document)
    except TransactionCanceledError as failure:
        upgraded = [_upgraded(entry, reason) for entry, reason in zip(entries, failure.reasons, strict=True)]
    else:
        return
    yield from _write_together(database, upgraded)


def _upgraded(entry: Entry, reason: CancellationReason) -> Entry:
    """The entry as it is to be tried again after a transaction was cancelled; raises what its refusal means."""
    if not is_condition(reason):
        return entry
    upgraded = entry.upgrade(reason.item)
    if upgraded is None:
        raise entry.refusal(reason.item)
    return upgraded


def write_many(database: Database, *, put: Sequence[Entity] = (), delete: Sequence[Entity] = ()) -> Plan[None]:
    """Put and delete many items in batches, each for itself and whatever its version; for bulk loads and clean-ups.

    Raises `InvalidError` for an entity with unique constraints, whose guards a batch cannot keep in step.
    """
    for entity in (*put, *delete):
        if entity.declaration.unique:
            raise InvalidError(f"{type(entity).__name__} has unique constraints, which a batch cannot keep")
    requests = [_put_request(database, entity) for entity in put] + [_delete_request(database, item) for item in delete]
    yield from process_all(database, _WRITES, requests)


def delete_by_keys(database: Database, entity: type[Entity], keys: Sequence[Mapping[str, KeyValue]]) -> Plan[None]:
    """Delete items in batches by the fields of their keys: also the shards of a counter, which do not know their own.

    Raises `InvalidError` for an entity with unique constraints or cached copies, which would outlive its items.
    """
    if entity.declaration.unique or entity.declaration.cache is not None:
        raise InvalidError(f"{entity.__name__} has guards or cached copies, which a deletion by key does not reach")
    codec, table = codec_of(entity), database.table(entity)
    yield from process_all(database, _WRITES, [(table, {"DeleteRequest": {"Key": codec.key(key)}}) for key in keys])


def _put_request(database: Database, entity: Entity) -> _TableRequest:
    return database.table(type(entity)), {"PutRequest": {"Item": codec_of(type(entity)).encode(entity)}}


def _delete_request(database: Database, entity: Entity) -> _TableRequest:
    return database.table(type(entity)), {"DeleteRequest": {"Key": codec_of(type(entity)).key(entity.__dict__)}}


def _batch(requests: Sequence[_TableRequest]) -> Mapping[str, Any]:
    by_table: dict[str, list[Mapping[str, Any]]] = {}
    for table, request in requests:
        by_table.setdefault(table, []).append(request)
    return {"RequestItems": by_table}


def _unprocessed(answer: Mapping[str, Any]) -> list[_TableRequest]:
    by_table: Mapping[str, Sequence[Mapping[str, Any]]] = answer.get("UnprocessedItems", {})
    return [(table, request) for table, requests in by_table.items() for request in requests]


_WRITES: Final = Batch(
    action="BatchWriteItem", size=MAXIMUM_REQUESTS, document=_batch, decode=as_document, receive=_unprocessed
)
