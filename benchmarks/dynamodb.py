"""What DynamoDB's operations cost the processor, entities included, beside boto3's client and other libraries."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import boto3

from benchmarks import rivals
from benchmarks.result import Result, UnusableResult
from benchmarks.rivals import Works, aiodynamo, dyntastic, pydynox, pynamodb
from benchmarks.rounds import calling, processor_microseconds
from tierstore.cache.entity_cache import EntityCache
from tierstore.connection import BucketConnection, Connection, RedisConnection
from tierstore.core.context import Context
from tierstore.core.processes import PerProcess
from tierstore.core.retries import standard_retries
from tierstore.core.runners import SyncRunner
from tierstore.core.transports import Transport, Transports
from tierstore.dynamodb import changes
from tierstore.dynamodb.items.attribute_values import Item
from tierstore.dynamodb.items.codec import codec_of
from tierstore.dynamodb.repository import Repository
from tierstore.model.contents import Content
from tierstore.storage import Operations
from tierstore.wiring import transport_makers
from toolchain import paths

MANY: Final = 100
TABLE: Final = "core"
REGION: Final = "us-east-1"
TIMES: Final = {"get": 100, "put": 100, "query100": 6, "batch_get100": 6}
"""How often each work is done in a round: about as long each, for boto3."""
_MOMENT: Final = datetime(2026, 11, 22, 12, tzinfo=UTC)


def run(say: Callable[[str], None]) -> Iterator[Result]:
    """Measure `dynamodb.*`: processor time of one operation against a server whose answers are canned."""
    contents = [_content(number) for number in range(MANY)]
    items = [codec_of(Content).encode(content) for content in contents]
    with ExitStack() as stack:
        endpoint = stack.enter_context(_server(items))
        stack.enter_context(_credentials())
        table = rivals.Table(
            endpoint=endpoint,
            name=TABLE,
            example={name: _python(value) for name, value in items[0].items()},
            keys=[(item["pk"]["S"], item["sk"]["S"]) for item in items],
        )
        competitors: dict[str, Works] = {
            "ours": stack.enter_context(_ours(endpoint, contents)),
            "boto3": stack.enter_context(_boto3(endpoint, items)),
        }
        for library in (pynamodb, dyntastic, aiodynamo, pydynox):
            competitors[library.__name__.rpartition(".")[2]] = stack.enter_context(library.working(table))
        for work, times in TIMES.items():
            say(f"dynamodb: {work}")
            best = processor_microseconds(
                {name: calling(works[work]) for name, works in competitors.items()}, times=times
            )
            others = {name: spent / best["boto3"] for name, spent in best.items() if name not in {"ours", "boto3"}}
            yield Result(name=f"dynamodb.{work}", value=best["ours"], unit="µs", baseline=best["boto3"], rivals=others)


def _content(number: int) -> Content:
    """About 1.2 KB and 20 attributes on the wire."""
    return Content(
        id=f"01JD{number:022d}",
        author_id="01JD0000000000000000000000",
        title="What an operation costs the processor",
        body="x" * 400,
        category="measurements",
        tags=frozenset({"dynamodb", "cost"}),
        status="published",
        published_at=_MOMENT,
        version=3,
        created_at=_MOMENT,
        updated_at=_MOMENT,
    )


@contextmanager
def _ours(endpoint: str, contents: list[Content]) -> Iterator[Works]:
    connection = Connection(
        environment="benchmark",
        region=REGION,
        tables={"core": TABLE, "state": "state"},
        buckets={name: BucketConnection(name=name) for name in ("assets", "uploads")},
        redis=RedisConnection(
            replication_group_id="none", host="none", port=6379, tls=True, user="none", authentication="iam"
        ),
        endpoint_url=endpoint,
    )
    context = Context(connection=connection)
    transports: Transports[Transport] = Transports(transport_makers(connection, use_boto3=False))
    repository = Repository(context, standard_retries(context.random))
    runner = SyncRunner(transports.carry_out, PerProcess(_no_threads))
    storage = Operations(runner, context, repository, EntityCache(context))
    keys = [{"id": content.id} for content in contents]
    works: Works = {
        "get": lambda: storage.contents.get(contents[0].id),
        "put": lambda: runner.run(repository.write(changes.put_copy(contents[0]))),
        "query100": lambda: storage.contents.by_author("author", limit=MANY).items,
        "batch_get100": lambda: runner.run(repository.get_many(Content, keys)),
    }
    if works["get"]() != contents[0] or works["query100"]() != tuple(contents) or works["batch_get100"]() != contents:
        raise UnusableResult("the entities that are read are not those that the server answers with")
    yield works
    for transport in transports.made:
        transport.close()


def _no_threads() -> Any:
    raise AssertionError("none of the measured operations asks several things at once")


@contextmanager
def _boto3(endpoint: str, items: list[Item]) -> Iterator[Works]:
    """As raw as boto3 goes: no entities, not even Python values of attributes."""
    with closing(boto3.client("dynamodb", region_name=REGION, endpoint_url=endpoint)) as made:
        client: Any = made
        keys = [{name: item[name] for name in ("pk", "sk")} for item in items]
        query = {
            "TableName": TABLE,
            "IndexName": "gsi1",
            "KeyConditionExpression": "#0 = :0",
            "ExpressionAttributeNames": {"#0": "gsi1pk"},
            "ExpressionAttributeValues": {":0": {"S": "AUTHOR#author"}},
            "ScanIndexForward": False,
            "Limit": MANY,
        }
        yield {
            "get": lambda: client.get_item(TableName=TABLE, Key=keys[0]),
            "put": lambda: client.put_item(TableName=TABLE, Item=items[0]),
            "query100": lambda: client.query(**query),
            "batch_get100": lambda: client.batch_get_item(RequestItems={TABLE: {"Keys": keys}}),
        }


def _python(value: Mapping[str, Any]) -> Any:
    ((kind, content),) = value.items()
    return {"N": int, "SS": set}.get(kind, str)(content)


@contextmanager
def _server(items: list[Item]) -> Iterator[str]:
    answers = {
        "DescribeTable": {"Table": {"TableName": TABLE, "KeySchema": _KEYS, "AttributeDefinitions": []}},
        "GetItem": {"Item": items[0]},
        "PutItem": {},
        "Query": {"Items": items, "Count": len(items), "ScannedCount": len(items)},
        "BatchGetItem": {"Responses": {TABLE: items}, "UnprocessedKeys": {}},
    }
    with tempfile.TemporaryDirectory() as directory:
        file = Path(directory, "answers.json")
        file.write_text(json.dumps(answers))
        command = [sys.executable, "-m", "benchmarks.canned_dynamodb", str(file)]
        with subprocess.Popen(
            command, cwd=paths.ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as process:
            assert process.stdin is not None
            assert process.stdout is not None
            try:
                yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
            finally:
                process.stdin.close()


_KEYS: Final = [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}]


@contextmanager
def _credentials() -> Iterator[None]:
    """The same for all, and worth nothing."""
    variables = {"AWS_ACCESS_KEY_ID": "benchmark", "AWS_SECRET_ACCESS_KEY": "benchmark", "AWS_REGION": REGION}
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
