from __future__ import annotations

import json

import tierstore.connection
from modules.connection import Connection
from modules.connection.document import (
    BucketConnection,
    RedisConnection,
    TableConnection,
    render_connection,
)
from tests.modules.template import synthesized
from tierstore.declaration.policies import KeySpaceUse

DOCUMENT = render_connection(
    environment="test",
    region="eu-central-1",
    tables={"core": TableConnection(name="t", arn="arn:t")},
    buckets={"logs": BucketConnection(name="b", arn="arn:b", kms_key_arn=None)},
    redis=RedisConnection(replication_group_id="g", host="h", port=6379, user="u"),
    separate_redis={},
    redis_users={"application": "u", "reader": "r"},
)


def test_the_document_is_what_applications_read() -> None:
    assert DOCUMENT == {
        "version": 1,
        "environment": "test",
        "region": "eu-central-1",
        "tables": {"core": {"name": "t", "arn": "arn:t"}},
        "buckets": {"logs": {"name": "b", "arn": "arn:b", "kms_key_arn": None}},
        "redis": {
            "replication_group_id": "g",
            "host": "h",
            "port": 6379,
            "tls": True,
            "user": "u",
            "authentication": "iam",
        },
        "redis_users": {"application": "u", "reader": "r"},
    }


def test_a_document_with_a_serverless_cache_is_of_another_version() -> None:
    cache = RedisConnection(replication_group_id="c", host="h", port=6379, user="u", serverless=True)
    document = render_connection(
        environment="test",
        region="eu-central-1",
        tables={},
        buckets={},
        redis=cache,
        separate_redis={},
        redis_users={"application": "u"},
    )

    connection = tierstore.connection.Connection.parse(json.dumps(document), variables={})

    assert document["version"] == 2
    assert connection.redis.serverless


def test_a_document_with_separate_groups_is_of_another_version() -> None:
    document = render_connection(
        environment="test",
        region="eu-central-1",
        tables={},
        buckets={},
        redis=RedisConnection(replication_group_id="g", host="h", port=6379, user="u"),
        separate_redis={"session": RedisConnection(replication_group_id="s", host="i", port=6379, user="u")},
        redis_users={"application": "u"},
    )

    connection = tierstore.connection.Connection.parse(json.dumps(document), variables={})

    assert document["version"] == 2
    assert connection.redis.host == "h"
    assert {use: redis.host for use, redis in connection.separate_redis.items()} == {KeySpaceUse.SESSION: "i"}


def test_parameter_and_outputs_say_the_same() -> None:
    template = synthesized(
        lambda stack: Connection(stack, "connection", parameter_name="/connection", document=DOCUMENT)
    )

    parameter = template.one("aws_ssm_parameter")
    assert (parameter["name"], parameter["type"]) == ("/connection", "String")
    assert json.loads(parameter["insecure_value"]) == DOCUMENT

    outputs = {name: output["value"] for name, output in template.document["output"].items()}
    assert outputs.pop("connection_parameter") == "/connection"
    # CDKTF leaves out what is None.
    without_key = {"logs": {"name": "b", "arn": "arn:b"}}
    assert outputs == DOCUMENT | {"buckets": without_key}
