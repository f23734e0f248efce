"""AWS Signature Version 4 for the one shape of request that JSON services need: a signed POST to `/`."""

from __future__ import annotations

import hmac
from datetime import datetime
from hashlib import sha256
from typing import NamedTuple

from botocore.credentials import ReadOnlyCredentials


class _SigningKey(NamedTuple):
    secret: str
    date: str
    key: bytes


class Signer:
    """Signs the headers of requests to one service at one host; many threads use one.

    The signing key of a day and a secret is derived once.
    """

    def __init__(self, *, service: str, region: str, host: str, content_type: str) -> None:
        self._service = service
        self._region = region
        self._host = host
        self._content_type = content_type
        self._last = _SigningKey("", "", b"")

    def headers(self, credentials: ReadOnlyCredentials, *, target: str, body: bytes, now: datetime) -> str:
        """The headers to send, each with its line end; `now` is in UTC.

        After the steps of docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html.
        """
        moment = f"{now:%Y%m%dT%H%M%SZ}"
        date = moment[:8]
        token = f"x-amz-security-token:{credentials.token}\n" if credentials.token else ""
        headers = (
            f"content-type:{self._content_type}\nhost:{self._host}\nx-amz-date:{moment}\n{token}x-amz-target:{target}\n"
        )
        names = f"content-type;host;x-amz-date;{'x-amz-security-token;' if token else ''}x-amz-target"
        canonical_request = f"POST\n/\n\n{headers}\n{names}\n{sha256(body).hexdigest()}"
        scope = f"{date}/{self._region}/{self._service}/aws4_request"
        digest = sha256(canonical_request.encode()).hexdigest()
        text = f"AWS4-HMAC-SHA256\n{moment}\n{scope}\n{digest}"
        signature = hmac.digest(self._key(credentials.secret_key or "", date), text.encode(), "sha256").hex()
        authorization = f"Credential={credentials.access_key}/{scope}, SignedHeaders={names}, Signature={signature}"
        return f"{headers}authorization:AWS4-HMAC-SHA256 {authorization}\n".replace("\n", "\r\n")

    def _key(self, secret: str, date: str) -> bytes:
        last = self._last
        if last.secret == secret and last.date == date:
            return last.key
        key = f"AWS4{secret}".encode()
        for part in (date, self._region, self._service, "aws4_request"):
            key = hmac.digest(key, part.encode(), "sha256")
        self._last = _SigningKey(secret, date, key)
        return key
