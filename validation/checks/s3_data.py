"""Every bucket used for real: what must be refused is refused, and what is stored comes back."""

from __future__ import annotations

import base64
import hashlib
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from validation.attempt import attempt, outcome
from validation.checks.s3_settings import bucket_key, buckets
from validation.clients import Clients
from validation.context import Context
from validation.framework.check import check
from validation.framework.result import Finding, Json, Severity, compare
from validation.live import s3

PREFIX: Final = "validation/"
"""Where checks put their objects; nothing is left there."""


@check("s3.refuses_insecure", "Unsafe requests are refused", severity=Severity.CRITICAL, each=buckets)
def refuses_insecure(context: Context, bucket: str) -> Iterator[Finding]:
    """Lists the bucket over plain HTTP, and writes with wrong and with missing encryption.

    Each must end in AccessDenied where the same request made safely is accepted.
    """
    name = _existing(context, bucket)
    clients = context.clients
    yield compare(
        "list over TLS",
        expected="accepted",
        found=outcome(lambda: clients.s3.list_objects_v2(Bucket=name, MaxKeys=1)),
    )
    yield compare(
        "list over plain HTTP",
        expected="AccessDenied",
        found=outcome(lambda: clients.s3_without_tls.list_objects_v2(Bucket=name, MaxKeys=1)),
    )
    key = bucket_key(context, bucket)
    safe = _encryption(key)
    with _object(clients, name) as object_key:

        def write(headers: Mapping[str, Any]) -> str:
            return outcome(lambda: clients.s3.put_object(Bucket=name, Key=object_key, Body=b"", **headers))

        yield compare("write with the right encryption", expected="accepted", found=write(safe))
        if key is not None:
            wrong = {"ServerSideEncryption": "AES256"}
            yield compare("write with S3's own key", expected="AccessDenied", found=write(wrong))
            yield compare("write without encryption headers", expected="AccessDenied", found=write({}))


@check("s3.round_trip", "Buckets serve reads and writes", severity=Severity.CRITICAL, each=buckets)
def round_trip(context: Context, bucket: str) -> Iterator[Finding]:
    """Stores an object with its SHA-256, reads back body, checksum and encryption, and removes it with all versions."""
    name = _existing(context, bucket)
    clients = context.clients
    key = bucket_key(context, bucket)
    body = uuid.uuid4().bytes
    checksum = base64.b64encode(hashlib.sha256(body).digest()).decode()
    expected = {
        "body": body.hex(),
        "SHA-256": checksum,
        "encryption": "AES256" if key is None else "aws:kms",
        "key": key,
    }
    with _object(clients, name) as object_key:

        def store() -> None:
            clients.s3.put_object(Bucket=name, Key=object_key, Body=body, ChecksumSHA256=checksum, **_encryption(key))

        written = compare("write", expected="accepted", found=outcome(store))
        yield written
        if written.passed:
            yield compare("read", expected=expected, found=attempt(_read, clients, name, object_key))
    yield compare("versions left", expected=0, found=len(_versions(clients, name, object_key)))


def _existing(context: Context, bucket: str) -> str:
    """The bucket's physical name; raises `Unmet` where there is no such bucket."""
    name = context.environment.bucket_name(bucket)
    context.ask(s3.region, name)
    return name


def _read(clients: Clients, bucket: str, key: str) -> dict[str, Json]:
    stored = clients.s3.get_object(Bucket=bucket, Key=key, ChecksumMode="ENABLED")
    return {
        "body": stored["Body"].read().hex(),
        "SHA-256": stored.get("ChecksumSHA256"),
        "encryption": stored.get("ServerSideEncryption"),
        "key": stored.get("SSEKMSKeyId"),
    }


def _encryption(key: str | None) -> dict[str, Any]:
    """Headers that the bucket's policy asks for."""
    return {} if key is None else {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": key}


@contextmanager
def _object(clients: Clients, bucket: str) -> Iterator[str]:
    """A key of our own; whatever was stored there is removed, with every version."""
    key = f"{PREFIX}{uuid.uuid4()}"
    try:
        yield key
    finally:
        for version in _versions(clients, bucket, key):
            clients.s3.delete_object(Bucket=bucket, Key=key, VersionId=version)


def _versions(clients: Clients, bucket: str, key: str) -> list[str]:
    listed = clients.s3.list_object_versions(Bucket=bucket, Prefix=key)
    return [version["VersionId"] for version in (*listed.get("Versions", []), *listed.get("DeleteMarkers", []))]
