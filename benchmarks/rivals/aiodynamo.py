"""aiodynamo: asyncio over aiohttp; it has no entities, so its items stay dictionaries."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import aiohttp
from aiodynamo.client import Client
from aiodynamo.credentials import Key, StaticCredentials
from aiodynamo.expressions import HashKey
from aiodynamo.http.aiohttp import AIOHTTP
from aiodynamo.models import BatchGetRequest
from yarl import URL

from benchmarks.rivals import Table, Works


@contextmanager
def working(table: Table) -> Iterator[Works]:
    """Works until the block ends."""
    with asyncio.Runner() as runner:
        run = runner.run
        session = run(_session())
        client = Client(AIOHTTP(session), StaticCredentials(Key("a", "b")), "us-east-1", URL(table.endpoint))
        keys = [{"pk": pk, "sk": sk} for pk, sk in table.keys]

        async def query() -> list[Any]:
            return [item async for item in client.query(table.name, HashKey("pk", "author"), limit=100)]

        yield {
            "get": lambda: run(client.get_item(table.name, keys[0])),
            "put": lambda: run(client.put_item(table.name, dict(table.example))),
            "query100": lambda: run(query()),
            "batch_get100": lambda: run(client.batch_get({table.name: BatchGetRequest(keys=keys)})),
        }
        run(session.close())


async def _session() -> aiohttp.ClientSession:
    return aiohttp.ClientSession()
