"""How checks log in to Redis: by IAM on AWS, by a stand-in on the sandbox, always over verified TLS."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import boto3
import pytest

from environments import Deployment, SandboxConnection, load
from environments.target import SandboxRedis
from validation.clients import connect
from validation.redis.access import Address, IamCredentials, redis_access

ENDPOINT = Address(host="127.0.0.1", port=6379)


def sandbox(folder: Path) -> SandboxConnection:
    (folder / "redis-users.json").write_text(json.dumps({"app": "stand-in"}))
    return SandboxConnection(
        version=1,
        pid=1,
        endpoint="https://127.0.0.1:1",
        insecure_endpoint="http://127.0.0.1:2",
        proxy="http://127.0.0.1:3",
        ca_file=folder / "ca.pem",
        region="us-east-1",
        account="000000000000",
        access_key_id="AKIASANDBOX",
        secret_access_key="secret",
        credentials_file=folder / "credentials",
        redis=SandboxRedis(user_passwords_file=folder / "redis-users.json", ca_file=folder / "redis-ca.pem"),
    )


def options(access: Any) -> dict[str, Any]:
    """How a client of a node connects."""
    connection: dict[str, Any] = access.node(ENDPOINT).connection_pool.connection_kwargs
    return connection


def test_on_aws_with_a_fresh_token_and_the_systems_authorities(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "example")
    clients = connect(Deployment(environment=load("prod"), sandbox=None))

    access = redis_access(clients, endpoint=ENDPOINT, cache="tierstore-prod", user="tierstore-prod-app")

    user, token = access.credentials.get_credentials()  # type: ignore[misc] # redis-py allows a password alone
    assert user == "tierstore-prod-app"
    assert token.startswith("tierstore-prod/?Action=connect&User=tierstore-prod-app&")
    assert options(access)["ssl_ca_certs"] is None


def test_on_the_sandbox_with_the_stand_in_and_its_own_authority(tmp_path: Path) -> None:
    connection = sandbox(tmp_path)
    clients = connect(Deployment(environment=load("prod"), sandbox=connection))

    access = redis_access(clients, endpoint=ENDPOINT, cache="tierstore-local", user="app")

    assert access.credentials.get_credentials() == ("app", "stand-in")
    assert options(access)["ssl_ca_certs"] == str(connection.redis.ca_file)


def test_certificate_and_host_name_are_always_verified(tmp_path: Path) -> None:
    clients = connect(Deployment(environment=load("prod"), sandbox=sandbox(tmp_path)))
    access = redis_access(clients, endpoint=ENDPOINT, cache="tierstore-local", user="app")

    used = options(access)
    assert (used["ssl_cert_reqs"], used["ssl_check_hostname"]) == ("required", True)


def test_says_so_where_there_is_nothing_to_sign_with() -> None:
    credentials = IamCredentials(
        boto3.Session(region_name="us-east-1"), user="app", cache="tierstore-prod", serverless=False
    )

    with pytest.raises(RuntimeError, match="no AWS credentials to sign a token"):
        credentials.get_credentials()
