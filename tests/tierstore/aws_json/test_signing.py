"""Signatures are those that botocore would make."""

from __future__ import annotations

from datetime import UTC, datetime
from unittest.mock import patch

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import ReadOnlyCredentials
from hypothesis import given
from hypothesis import strategies as st

from tierstore.aws_json.signing import Signer

words = st.text("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/+=", min_size=1, max_size=40)
moments = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - bounds


def headers_of(text: str) -> dict[str, str]:
    return dict(line.split(":", 1) for line in text.rstrip("\r\n").split("\r\n"))


def signed_by_botocore(credentials: ReadOnlyCredentials, body: bytes, now: datetime) -> str:
    request = AWSRequest(
        method="POST",
        url="https://dynamodb.eu-central-1.amazonaws.com/",
        data=body,
        headers={"Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": "DynamoDB_20120810.GetItem"},
    )
    with patch("botocore.auth.get_current_datetime", lambda: now.replace(tzinfo=None)):
        SigV4Auth(credentials, "dynamodb", "eu-central-1").add_auth(request)
    return str(request.headers["Authorization"])


def signer() -> Signer:
    return Signer(
        service="dynamodb",
        region="eu-central-1",
        host="dynamodb.eu-central-1.amazonaws.com",
        content_type="application/x-amz-json-1.0",
    )


@given(words, words, st.none() | words, st.binary(max_size=100), moments)
def test_a_signature_is_the_one_that_botocore_makes(
    access_key: str, secret_key: str, token: str | None, body: bytes, now: datetime
) -> None:
    credentials = ReadOnlyCredentials(access_key, secret_key, token, None)

    headers = headers_of(signer().headers(credentials, target="DynamoDB_20120810.GetItem", body=body, now=now))

    assert headers["authorization"] == signed_by_botocore(credentials, body, now)
    assert headers.get("x-amz-security-token") == token


def test_credentials_that_were_renewed_and_the_next_day_have_keys_of_their_own() -> None:
    one = signer()
    for secret in ("first", "second", "first"):
        for day in (1, 2):
            now = datetime(2026, 11, day, tzinfo=UTC)
            credentials = ReadOnlyCredentials("key", secret, None, None)
            headers = headers_of(one.headers(credentials, target="DynamoDB_20120810.GetItem", body=b"", now=now))
            assert headers["authorization"] == signed_by_botocore(credentials, b"", now)
