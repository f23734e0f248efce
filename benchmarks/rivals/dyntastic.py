"""dyntastic: pydantic models over boto3's resource."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal

from dyntastic import Dyntastic

from benchmarks.rivals import Table, Works


@contextmanager
def working(table: Table) -> Iterator[Works]:
    """Works until the block ends."""

    class Item(Dyntastic):
        __table_name__ = table.name
        __table_host__ = table.endpoint
        __table_region__ = "us-east-1"
        __hash_key__ = "pk"
        __range_key__ = "sk"

        pk: str
        sk: str
        gsi1pk: str
        gsi1sk: str
        gsi2pk: str
        gsi2sk: str
        type: str
        schema_version: Decimal
        version: Decimal
        created_at: str
        updated_at: str
        id: str
        author_id: str
        title: str
        body: str
        category: str
        tags: set[str]
        status: str
        published_at: str
        revision: Decimal

    item = Item(**table.example)
    yield {
        "get": lambda: Item.get(*table.keys[0]),
        "put": item.save,
        "query100": lambda: list(Item.query("author", per_page=100)),
        "batch_get100": lambda: Item.batch_get(table.keys),
    }
