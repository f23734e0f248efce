"""Credentials, endpoints and trust of a connection."""

from __future__ import annotations

import ssl
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.tierstore.test_connection import parse
from tierstore.aws import Aws
from tierstore.errors import AccessDeniedError


@pytest.fixture
def no_credentials(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))


def test_a_service_is_reached_in_the_connections_region() -> None:
    assert Aws(parse()).endpoint("dynamodb") == "https://dynamodb.eu-central-1.amazonaws.com"
    assert Aws(parse(region="cn-north-1")).endpoint("ssm") == "https://ssm.cn-north-1.amazonaws.com.cn"


def test_an_endpoint_of_ones_own_serves_every_service() -> None:
    assert Aws(replace(parse(), endpoint_url="http://127.0.0.1:1")).endpoint("dynamodb") == "http://127.0.0.1:1"


@pytest.mark.usefixtures("no_credentials")
def test_without_credentials_the_error_tells_where_to_get_some() -> None:
    with pytest.raises(AccessDeniedError, match="no AWS credentials were found; sign in"):
        Aws(parse()).credentials()


@pytest.mark.usefixtures("no_credentials")
def test_credentials_come_from_where_aws_tools_find_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")

    assert Aws(parse()).credentials().access_key == "AKIDEXAMPLE"


def test_certificates_and_host_names_are_checked() -> None:
    tls = Aws(parse()).tls()

    assert (tls.verify_mode, tls.check_hostname) == (ssl.CERT_REQUIRED, True)


def test_where_python_finds_no_authorities_those_of_botocore_are_trusted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ssl, "get_default_verify_paths", lambda: SimpleNamespace(cafile=None, capath=None))

    assert Aws(parse()).tls().cert_store_stats()["x509_ca"] > 0
