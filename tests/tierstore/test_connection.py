"""The connection document that deployment publishes, as the library reads it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tierstore.connection import BucketConnection, Connection, parameter_name
from tierstore.errors import InvalidError

DOCUMENT: dict[str, Any] = {
    "version": 1,
    "environment": "dev",
    "region": "eu-central-1",
    "tables": {
        "core": {"name": "tierstore-dev-core", "arn": "arn:aws:dynamodb:::table/tierstore-dev-core"},
        "state": {"name": "tierstore-dev-state", "arn": "arn:aws:dynamodb:::table/tierstore-dev-state"},
    },
    "buckets": {
        "assets": {"name": "tierstore-dev-assets", "arn": "arn:aws:s3:::a", "kms_key_arn": None},
        "uploads": {"name": "tierstore-dev-uploads", "arn": "arn:aws:s3:::u", "kms_key_arn": "arn:aws:kms:::key/k"},
    },
    "redis": {
        "replication_group_id": "tierstore-dev",
        "host": "clustercfg.example",
        "port": 6379,
        "tls": True,
        "user": "tierstore-dev-application",
        "authentication": "iam",
    },
}


def parse(variables: dict[str, str] | None = None, **changes: Any) -> Connection:
    return Connection.parse(json.dumps({**DOCUMENT, **changes}), variables=variables or {})


def test_a_document_tells_where_everything_is() -> None:
    connection = parse()

    assert connection.tables == {"core": "tierstore-dev-core", "state": "tierstore-dev-state"}
    assert connection.buckets == {
        "assets": BucketConnection(name="tierstore-dev-assets"),
        "uploads": BucketConnection(name="tierstore-dev-uploads", kms_key_arn="arn:aws:kms:::key/k"),
    }
    assert (connection.redis.host, connection.redis.tls) == ("clustercfg.example", True)
    assert connection.endpoint_url is None


def test_what_a_later_release_adds_to_the_document_is_ignored() -> None:
    redis = {**DOCUMENT["redis"], "reader": "replica.example"}

    assert parse(redis=redis, queues={}) == parse()


def test_the_usual_variables_redirect_it() -> None:
    connection = parse(
        {"AWS_ENDPOINT_URL": "https://127.0.0.1:4566", "AWS_CA_BUNDLE": "ca.pem", "AWS_PROFILE": "sandbox"}
    )

    assert connection.endpoint_url == "https://127.0.0.1:4566"
    assert (connection.ca_file, connection.profile) == (Path("ca.pem"), "sandbox")


def test_the_cursor_key_is_never_shown() -> None:
    connection = parse({"TIERSTORE_CURSOR_KEY": "k" * 32})

    assert connection.cursor_key == b"k" * 32
    assert "kkk" not in repr(connection)


def test_a_short_cursor_key_is_refused() -> None:
    with pytest.raises(InvalidError, match="TIERSTORE_CURSOR_KEY has 5 characters; give at least 32"):
        parse({"TIERSTORE_CURSOR_KEY": "short"})


def test_another_version_is_refused() -> None:
    with pytest.raises(InvalidError, match="has version 3, this release reads 1 and 2"):
        parse(version=3)


USERS = {"application": "tierstore-dev-app", "reader": "tierstore-dev-reader"}


def test_a_process_is_the_application_unless_told_otherwise() -> None:
    assert parse(redis_users=USERS).redis.user == "tierstore-dev-app"


def test_a_process_can_be_told_who_it_is() -> None:
    document = json.dumps({**DOCUMENT, "redis_users": USERS})

    assert parse({"TIERSTORE_PERSONA": "reader"}, redis_users=USERS).redis.user == "tierstore-dev-reader"
    assert Connection.parse(document, persona="reader", variables={}).redis.user == "tierstore-dev-reader"


def test_it_is_the_same_persona_in_every_replication_group() -> None:
    groups = {"session": {**DOCUMENT["redis"], "host": "sessions.example"}}

    connection = parse({"TIERSTORE_PERSONA": "reader"}, version=2, redis_users=USERS, separate_redis=groups)

    assert [group.user for group in connection.separate_redis.values()] == ["tierstore-dev-reader"]


def test_a_persona_without_a_user_is_told_who_has_one() -> None:
    with pytest.raises(InvalidError, match="persona 'writer' has no user of Redis; allowed are application, reader"):
        parse({"TIERSTORE_PERSONA": "writer"}, redis_users=USERS)


def test_a_document_that_knows_one_user_serves_every_persona() -> None:
    assert parse({"TIERSTORE_PERSONA": "reader"}).redis.user == "tierstore-dev-application"


@pytest.mark.parametrize("document", ["", "[]", "{}", '{"version": 1}'])
def test_a_document_that_cannot_be_read_is_refused(document: str) -> None:
    with pytest.raises(InvalidError, match="the connection document cannot be read"):
        Connection.parse(document, variables={})


def test_the_parameter_is_found_by_prefix_and_environment() -> None:
    assert parameter_name("dev", "tierstore") == "/tierstore/dev/connection"
