"""Logging in: one token for many connections, or a password from a file."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from tierstore.aws import Aws
from tierstore.connection import Connection, RedisConnection
from tierstore.errors import AccessDeniedError
from tierstore.redis.login import REUSE_SECONDS, SESSION_SECONDS, PasswordLogin, TokenLogin, lasting_seconds, login


class Clock:
    """A clock that moves when told."""

    now = 50.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def connection() -> Connection:
    return Connection(
        environment="dev",
        region="eu-central-1",
        tables={},
        buckets={},
        redis=RedisConnection(
            replication_group_id="shop-dev",
            host="cfg.example",
            port=6379,
            tls=True,
            user="shop-dev-app",
            authentication="iam",
        ),
    )


@pytest.fixture
def aws(connection: Connection, monkeypatch: pytest.MonkeyPatch) -> Aws:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "example")
    return Aws(connection)


@pytest.mark.parametrize("serverless", [True, False])
def test_a_token_is_for_what_the_connection_names(aws: Aws, *, serverless: bool) -> None:
    _, token = TokenLogin(aws, replace(aws.connection.redis, serverless=serverless)).get_credentials()

    assert ("ResourceType=ServerlessCache" in token) is serverless


def test_connections_made_together_share_one_token(aws: Aws) -> None:
    clock = Clock()
    tokens = TokenLogin(aws, aws.connection.redis, clock=clock)
    first = tokens.get_credentials()
    clock.now += REUSE_SECONDS - 1

    # The very same object: signed anew within one second, an equal token would come out.
    assert tokens.get_credentials()[1] is first[1]
    assert first[0] == "shop-dev-app"
    assert first[1].startswith("shop-dev/?Action=connect&User=shop-dev-app&")


def test_a_token_is_replaced_well_before_it_expires(aws: Aws) -> None:
    clock = Clock()
    tokens = TokenLogin(aws, aws.connection.redis, clock=clock)
    _, first = tokens.get_credentials()
    clock.now += REUSE_SECONDS

    assert tokens.get_credentials()[1] is not first


def test_a_login_by_token_is_renewed_before_the_service_ends_it_and_not_by_all_at_once(aws: Aws) -> None:
    provider = TokenLogin(aws, aws.connection.redis)

    earliest, latest = lasting_seconds(provider, lambda: 0.0), lasting_seconds(provider, lambda: 1.0)

    assert 0 < earliest < latest < SESSION_SECONDS


def test_a_password_stands_in_where_a_file_is_given(connection: Connection, tmp_path: Path) -> None:
    passwords = tmp_path / "passwords.json"
    passwords.write_text(json.dumps({"shop-dev-app": "p"}))
    redirected = Connection(**{**vars(connection), "redis_passwords_file": passwords})

    provider = login(Aws(redirected), redirected.redis)

    assert provider.get_credentials() == ("shop-dev-app", "p")
    assert lasting_seconds(provider, lambda: 0.5) == float("inf")


@pytest.mark.parametrize("content", ["", "[]", '{"somebody": "p"}'])
def test_a_file_without_the_users_password_is_told_by_name(tmp_path: Path, content: str) -> None:
    passwords = tmp_path / "passwords.json"
    passwords.write_text(content)

    with pytest.raises(AccessDeniedError, match=r"passwords\.json holds no password for the Redis user 'app'"):
        PasswordLogin(passwords, user="app").get_credentials()
