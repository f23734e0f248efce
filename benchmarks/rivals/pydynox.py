"""pydynox: models over a client written in Rust."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from pydynox import DynamoDBClient, Model, ModelConfig
from pydynox.attributes import NumberAttribute, StringAttribute, StringSetAttribute

from benchmarks.rivals import Table, Works


@contextmanager
def working(table: Table) -> Iterator[Works]:
    """Works until the block ends."""
    client = DynamoDBClient(region="us-east-1", endpoint_url=table.endpoint)

    class Item(Model):
        model_config = ModelConfig(table=table.name, client=client)

        pk = StringAttribute(partition_key=True)
        sk = StringAttribute(sort_key=True)
        gsi1pk = StringAttribute()
        gsi1sk = StringAttribute()
        gsi2pk = StringAttribute()
        gsi2sk = StringAttribute()
        type = StringAttribute()
        schema_version = NumberAttribute()
        version = NumberAttribute()
        created_at = StringAttribute()
        updated_at = StringAttribute()
        id = StringAttribute()
        author_id = StringAttribute()
        title = StringAttribute()
        body = StringAttribute()
        category = StringAttribute()
        tags = StringSetAttribute()
        status = StringAttribute()
        published_at = StringAttribute()
        revision = NumberAttribute()

    item = Item(**table.example)
    key_documents = [{"pk": pk, "sk": sk} for pk, sk in table.keys]
    yield {
        "get": lambda: Item.sync_get(pk=table.keys[0][0], sk=table.keys[0][1]),
        "put": item.sync_save,
        "query100": lambda: list(Item.sync_query(partition_key="author", limit=100)),
        "batch_get100": lambda: Item.sync_batch_get(key_documents),
    }
