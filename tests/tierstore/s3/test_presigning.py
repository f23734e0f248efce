"""Whoever holds a signed request can send what was agreed upon, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import requests

from environments.target import SandboxConnection
from tierstore.core.effects import Plan
from tierstore.errors import InvalidError
from tierstore.s3.bucket import LiveBucket, head, read
from tierstore.s3.checksums import sha256_of
from tierstore.s3.effects import Form
from tierstore.s3.presigning import Content, SignedRequest, sign_form, sign_get, sign_put, whole_seconds

Run = Callable[[Plan[Any]], Any]

BODY = b"what was agreed upon"
AGREED = Content(content_type="text/plain", size=len(BODY), sha256=sha256_of(BODY))
VALIDITY = timedelta(minutes=5)
"""Long enough for a busy machine."""


@pytest.fixture
def send(sandbox: SandboxConnection) -> Callable[..., int]:
    """Sends as a browser would; returns the status."""

    def send(signed: SignedRequest, body: bytes = BODY) -> int:
        return requests.request(
            signed.method, signed.url, data=body, headers=signed.headers, verify=str(sandbox.ca_file), timeout=300
        ).status_code

    return send


@pytest.fixture
def post(sandbox: SandboxConnection) -> Callable[..., int]:
    """Posts as a browser would; returns the status."""

    def post(form: Form, body: bytes = BODY) -> int:
        return requests.post(
            form.url, data=form.fields, files={"file": body}, verify=str(sandbox.ca_file), timeout=300
        ).status_code

    return post


@pytest.mark.integration
def test_a_signed_put_stores_what_was_agreed_upon(run: Run, send: Callable[..., int], uploads: LiveBucket) -> None:
    signed = run(sign_put(uploads, "uploads/put", AGREED, validity=VALIDITY))

    assert send(signed) == 200
    assert run(read(uploads, "uploads/put")) == BODY
    assert run(head(uploads, "uploads/put")).content_type == "text/plain"


@pytest.mark.integration
@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ({}, BODY[::-1]),
        ({"Content-Length": str(len(BODY) + 1)}, BODY + b"!"),
        ({"Content-Type": "text/html"}, BODY),
        ({"x-amz-checksum-sha256": sha256_of(b"other")}, b"other".ljust(len(BODY))),
        ({"x-amz-server-side-encryption": "AES256"}, BODY),
    ],
    ids=["bytes", "size", "type", "checksum", "encryption"],
)
def test_a_signed_put_stores_nothing_else(
    headers: dict[str, str], body: bytes, run: Run, send: Callable[..., int], uploads: LiveBucket
) -> None:
    signed = run(sign_put(uploads, "uploads/other", AGREED, validity=VALIDITY))

    assert send(replace(signed, headers=signed.headers | headers), body) in {400, 403}


@pytest.mark.integration
def test_a_signed_form_stores_what_was_agreed_upon(run: Run, post: Callable[..., int], uploads: LiveBucket) -> None:
    form = run(sign_form(uploads, "uploads/form", AGREED, validity=VALIDITY))

    assert post(form) == 204
    assert run(read(uploads, "uploads/form")) == BODY


@pytest.mark.integration
@pytest.mark.parametrize(
    ("fields", "body"),
    [
        ({}, BODY + b"!"),
        ({}, BODY[:-1]),
        ({"Content-Type": "text/html"}, BODY),
        ({"x-amz-server-side-encryption": "AES256"}, BODY),
        ({"key": "uploads/somewhere-else"}, BODY),
        ({"x-amz-meta-sha256": "forged"}, BODY),
    ],
    ids=["longer", "shorter", "type", "encryption", "key", "metadata"],
)
def test_a_signed_form_stores_nothing_else(
    fields: dict[str, str], body: bytes, run: Run, post: Callable[..., int], uploads: LiveBucket
) -> None:
    form = run(sign_form(uploads, "uploads/other-form", AGREED, validity=VALIDITY))

    assert post(replace(form, fields={**form.fields, **fields}), body) in {400, 403}


@pytest.mark.integration
def test_a_signed_url_reads_an_object_under_the_users_own_name(
    run: Run, send: Callable[..., int], uploads: LiveBucket, sandbox: SandboxConnection
) -> None:
    send(run(sign_put(uploads, "uploads/get", AGREED, validity=VALIDITY)))

    url = run(sign_get(uploads, "uploads/get", file_name="Résumé.txt", validity=VALIDITY))

    answer = requests.get(url, verify=str(sandbox.ca_file), timeout=300)
    assert answer.content == BODY
    assert answer.headers["Content-Disposition"] == (
        "attachment; filename=\"Resume.txt\"; filename*=UTF-8''R%C3%A9sum%C3%A9.txt"
    )
    assert "X-Amz-Algorithm=AWS4-HMAC-SHA256" in url


def test_a_signature_is_not_shown_in_logs() -> None:
    signed = SignedRequest(method="PUT", url="https://bucket/key?X-Amz-Signature=abc", headers={})

    assert "abc" not in repr(signed)
    assert "abc" not in repr(Form(url="https://bucket", fields={"x-amz-signature": "abc"}))


@pytest.mark.parametrize("validity", [timedelta(), timedelta(days=7, seconds=1)])
def test_a_validity_that_s3_does_not_honour_is_refused(validity: timedelta) -> None:
    with pytest.raises(InvalidError, match="allowed are 1 second to 7 days"):
        whole_seconds(validity)
