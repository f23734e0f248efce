"""Keys and indexes of every DynamoDB table, against its declaration."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from tierstore.declaration.tables import GlobalIndex, LocalIndex, Projection, ProjectionType, Table
from validation.checks.dynamodb_settings import describe, tables
from validation.context import Context
from validation.framework.check import check
from validation.framework.result import Finding, Json, Severity, compare


@check("dynamodb.keys", "Tables have the declared keys", severity=Severity.CRITICAL, each=tables)
def keys(context: Context, table: str) -> Iterator[Finding]:
    """Key names and attribute types; they cannot change without replacing the table."""
    declared = context.model.table(table)
    live = describe(context, table)
    yield compare("key", expected=_key(declared.partition_key, declared.sort_key), found=_live_key(live["KeySchema"]))
    yield compare(
        "attribute types",
        expected=dict.fromkeys(declared.key_attributes, "S"),
        found={each["AttributeName"]: each["AttributeType"] for each in live["AttributeDefinitions"]},
    )


@check("dynamodb.indexes", "Indexes are as declared and active", severity=Severity.CRITICAL, each=tables)
def indexes(context: Context, table: str) -> Iterator[Finding]:
    """Each index's keys, projection and status; an access pattern reads through the index that it was declared for."""
    declared = context.model.table(table)
    live = describe(context, table)
    global_indexes = {index.name: _global_index(index) for index in declared.global_indexes}
    local_indexes = {index.name: _local_index(index, declared) for index in declared.local_indexes}
    yield from _compare_by_name("global index", global_indexes, _live_indexes(live.get("GlobalSecondaryIndexes", [])))
    yield from _compare_by_name("local index", local_indexes, _live_indexes(live.get("LocalSecondaryIndexes", [])))


def _compare_by_name(kind: str, expected: Mapping[str, Json], found: Mapping[str, Json]) -> Iterator[Finding]:
    """Compare the names as a whole, then what both sides have under each."""
    yield compare(f"{kind} names", expected=sorted(expected), found=sorted(found))
    for name in sorted(expected.keys() & found.keys()):
        yield compare(f"{kind} {name}", expected=expected[name], found=found[name])


def _key(partition_key: str, sort_key: str | None) -> dict[str, Json]:
    return {"HASH": partition_key} if sort_key is None else {"HASH": partition_key, "RANGE": sort_key}


def _live_key(schema: Iterable[Mapping[str, Any]]) -> dict[str, Json]:
    return {element["KeyType"]: element["AttributeName"] for element in schema}


def _global_index(index: GlobalIndex) -> dict[str, Json]:
    return {
        "key": _key(index.partition_key, index.sort_key),
        "projection": _projection(index.projection),
        "status": "ACTIVE",
    }


def _local_index(index: LocalIndex, table: Table) -> dict[str, Json]:
    return {"key": _key(table.partition_key, index.sort_key), "projection": _projection(index.projection)}


def _projection(projection: Projection) -> dict[str, Json]:
    if projection.type is ProjectionType.INCLUDE:
        return {"type": projection.type.value, "attributes": sorted(projection.attributes)}
    return {"type": projection.type.value}


def _live_indexes(indexes: Iterable[Mapping[str, Any]]) -> dict[str, Json]:
    """By name; a local index has no status of its own."""
    return {
        index["IndexName"]: {
            "key": _live_key(index["KeySchema"]),
            "projection": _live_projection(index["Projection"]),
            **({"status": index["IndexStatus"]} if "IndexStatus" in index else {}),
        }
        for index in indexes
    }


def _live_projection(projection: Mapping[str, Any]) -> dict[str, Json]:
    if projection.get("NonKeyAttributes"):
        return {"type": projection["ProjectionType"], "attributes": sorted(projection["NonKeyAttributes"])}
    return {"type": projection["ProjectionType"]}
