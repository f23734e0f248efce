"""PynamoDB: models over botocore."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pynamodb.attributes import NumberAttribute, UnicodeAttribute, UnicodeSetAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex
from pynamodb.models import Model

from benchmarks.rivals import Table, Works


@contextmanager
def working(table: Table) -> Iterator[Works]:
    """Works until the block ends."""

    class ByAuthor(GlobalSecondaryIndex[Any]):  # type: ignore[no-untyped-call]  # of PynamoDB
        class Meta:
            index_name = "gsi1"
            projection = AllProjection()

        gsi1pk = UnicodeAttribute(hash_key=True)
        gsi1sk = UnicodeAttribute(range_key=True)

    class Item(Model):
        class Meta:
            host = table.endpoint
            region = "us-east-1"
            table_name = table.name

        pk = UnicodeAttribute(hash_key=True)
        sk = UnicodeAttribute(range_key=True)
        by_author = ByAuthor()
        gsi1pk = UnicodeAttribute()
        gsi1sk = UnicodeAttribute()
        gsi2pk = UnicodeAttribute()
        gsi2sk = UnicodeAttribute()
        type = UnicodeAttribute()
        schema_version = NumberAttribute()
        version = NumberAttribute()
        created_at = UnicodeAttribute()
        updated_at = UnicodeAttribute()
        id = UnicodeAttribute()
        author_id = UnicodeAttribute()
        title = UnicodeAttribute()
        body = UnicodeAttribute()
        category = UnicodeAttribute()
        tags = UnicodeSetAttribute()
        status = UnicodeAttribute()
        published_at = UnicodeAttribute()
        revision = NumberAttribute()

    item = Item(**table.example)
    yield {
        "get": lambda: Item.get(*table.keys[0]),
        "put": item.save,
        "query100": lambda: list(Item.by_author.query("author", limit=100)),
        "batch_get100": lambda: list(Item.batch_get(table.keys)),
    }
