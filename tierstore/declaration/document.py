"""The data model as a page for people, generated so that it is never out of date."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import reduce
from operator import add

from tierstore.declaration.capacity import PAGE_ITEMS, Capacity, capacity_of
from tierstore.declaration.entities import Entity
from tierstore.declaration.keys import Key
from tierstore.declaration.model import DataModel
from tierstore.declaration.patterns import AccessPattern
from tierstore.declaration.requests import (
    Get,
    GetByUnique,
    GetMany,
    GetShards,
    KeySpaceRequest,
    ObjectRequest,
    Query,
    Request,
    Write,
)
from tierstore.declaration.tables import GlobalIndex


def render_document(model: DataModel) -> str:
    """The page in Markdown: tables, entities, access patterns with their cost, key spaces, buckets, personas."""
    return "\n".join(
        (
            "# Data model",
            "",
            "Generated from `tierstore/model` by `make docs`; edit the declaration, not this page.",
            *_section("Tables and indexes", ("Table", "Index", "Partition key", "Sort key"), _tables(model)),
            *_section("Entities", ("Entity", "Where", "Partition key", "Sort key", "Shards"), _entities(model)),
            *_section(
                "Access patterns",
                ("#", "Operation", "What it does", "Requests", "Read units", "Write units"),
                _patterns(model),
            ),
            f"Units are estimates from each entity's typical size, of one call; a query reads {PAGE_ITEMS} items.",
            *_section("Key spaces in Redis", ("Prefix", "Key", "Use", "What it holds"), _key_spaces(model)),
            *_section("Buckets", ("Bucket", "What it holds", "Object key"), _buckets(model)),
            *_section("Personas", ("Persona", "Who", "May use", "Bound to"), _personas(model)),
        )
    )


def _section(title: str, header: Sequence[str], rows: Iterator[Sequence[str]]) -> Iterator[str]:
    yield from ("", f"## {title}", "")
    yield _row(header)
    yield _row(["---"] * len(header))
    yield from map(_row, rows)
    yield ""


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def _code(text: str | None) -> str:
    return f"`{text}`" if text else "–"


def _tables(model: DataModel) -> Iterator[Sequence[str]]:
    for table in model.tables:
        yield (f"**{table.name}**: {table.description}", "–", _code(table.partition_key), _code(table.sort_key))
        for index in table.indexes:
            if isinstance(index, GlobalIndex):
                yield (table.name, f"{index.name} (global)", _code(index.partition_key), _code(index.sort_key))
            else:
                yield (table.name, f"{index.name} (local)", _code(table.partition_key), _code(index.sort_key))


def _entities(model: DataModel) -> Iterator[Sequence[str]]:
    for entity in model.entities:
        declared = entity.declaration
        name = f"**{entity.__name__}**: {entity.__doc__}"
        yield _key_row(name, declared.table.name, declared.key)
        for index, key in declared.indexes.items():
            sparse = declared.only_indexed_when.get(index, {})
            condition = "".join(f", only when {field} is {value}" for field, value in sparse.items())
            yield _key_row(entity.__name__, f"{declared.table.name} {index}{condition}", key)
        for unique in declared.unique:
            yield _key_row(entity.__name__, f"{declared.table.name}, guard of unique {unique.name}", unique.key)


def _key_row(name: str, where: str, key: Key) -> Sequence[str]:
    shards = "–"
    if key.shards:
        shards = f"{key.shards.count} by {key.shards.by}" if key.shards.by else f"{key.shards.count} at random"
    return (name, where, _code(key.partition.text), _code(key.sort.text if key.sort else None), shards)


def _patterns(model: DataModel) -> Iterator[Sequence[str]]:
    for pattern in model.patterns:
        cost = reduce(add, map(capacity_of, pattern.requests), Capacity())
        yield (
            pattern.id,
            _code(pattern.name),
            pattern.title,
            "; ".join(_describe(request) for request in pattern.requests),
            f"{cost.read:g}" if cost.read else "–",
            f"{cost.write:g}" if cost.write else "–",
        )


def _describe(request: Request) -> str:  # noqa: PLR0911 - one answer a kind of request
    match request:
        case Get(entity=entity, consistent=consistent):
            return f"GetItem {entity.__name__}{', consistent' if consistent else ''}"
        case GetMany(entity=entity):
            return f"BatchGetItem {entity.__name__}"
        case GetByUnique(entity=entity, unique=unique):
            return f"GetItem guard of {unique}, GetItem {entity.__name__}, both consistent"
        case GetShards(entity=entity):
            return f"BatchGetItem {entity.__name__}, all shards"
        case Query():
            return _describe_query(request)
        case Write(items=items):
            action = _describe_write(request)
            return f"{action} {', '.join(f'{item.kind} {item.entity.__name__}' for item in items)}"
        case ObjectRequest(bucket=bucket, actions=actions):
            return f"S3 {', '.join(actions)} {bucket.name}"
        case KeySpaceRequest(key_space=key_space, actions=actions):
            return f"Redis {', '.join(actions)} {key_space.name}"


def _describe_write(write: Write) -> str:
    if write.in_batches:
        return "BatchWriteItem"
    return "TransactWriteItems" if write.is_transaction else "write"


def _describe_query(query: Query) -> str:
    served = query.index or "table"
    partitions = f" × {query.key.shards.count} shards" if query.key.shards else ""
    bounds = "".join(
        (
            f", {query.sort_prefix} by prefix" if query.sort_prefix else "",
            f", {query.between} from … to …" if query.between else "",
            ", newest first" if query.newest_first else "",
            ", consistent" if query.consistent else "",
        )
    )
    return f"Query {served}{partitions}: {_names(query.entities)}{bounds}"


def _names(entities: Sequence[type[Entity]]) -> str:
    return ", ".join(entity.__name__ for entity in entities)


def _key_spaces(model: DataModel) -> Iterator[Sequence[str]]:
    for space in model.key_spaces:
        slot = f", slot by {space.slot_by}" if space.slot_by else ""
        yield (_code(space.prefix), f"{_code(space.key.text)}{slot}", space.use.replace("_", " "), space.description)


def _buckets(model: DataModel) -> Iterator[Sequence[str]]:
    for bucket in model.buckets:
        yield (bucket.name, bucket.description, _code(bucket.object_key.text if bucket.object_key else None))


def _personas(model: DataModel) -> Iterator[Sequence[str]]:
    for persona in model.personas:
        yield (persona.name, persona.description, _ids(persona.patterns), persona.owns or "–")


def _ids(patterns: Sequence[AccessPattern]) -> str:
    return " ".join(pattern.id for pattern in patterns)
