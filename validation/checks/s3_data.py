"""Every bucket used for real: what must be refused is refused, and what is stored comes back."""

from __future__ import annotations

import base64
import hashlib
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Final

from botocore.exceptions import ClientError

from validation.attempt import attempt, error_code, outcome
from validation.checks.s3_replication import copied, replica_key
from validation.checks.s3_settings import bucket_key, buckets
from validation.clients import Clients
from validation.context import Context
from validation.framework.check import check
from validation.framework.result import Finding, Json, Severity, compare
from validation.live import s3

PREFIX: Final = "validation/"
"""Where checks put their objects; nothing is left there."""

LOCK_SECONDS: Final = 2
"""How long an object of a check is locked in a bucket that locks objects, as a rule."""
LONGEST_LOCK_SECONDS: Final = 60
"""Patience with a lock that was made longer, until what it holds can be removed."""

REPLICATION_SECONDS: Final = 120
"""Most copies arrive within seconds; S3 promises 15 minutes, but only for 99.9 % of them."""


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
    safe = _headers(context, bucket)
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
    headers = _headers(context, bucket)
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
            clients.s3.put_object(Bucket=name, Key=object_key, Body=body, ChecksumSHA256=checksum, **headers)

        written = compare("write", expected="accepted", found=outcome(store))
        yield written
        if written.passed:
            yield compare("read", expected=expected, found=attempt(_read, clients, name, object_key))
    yield compare("versions left", expected=0, found=len(_versions(clients, name, object_key)))


def _locked(context: Context) -> Sequence[str]:
    return [bucket for bucket in buckets(context) if context.environment.bucket(bucket).object_lock]


@check("s3.keeps_locked", "A locked version cannot be deleted", severity=Severity.CRITICAL, each=_locked)
def keeps_locked(context: Context, bucket: str) -> Iterator[Finding]:
    """Stores an object that is locked for two seconds, tries to delete its version, and removes it afterwards.

    Where that took longer than the lock, which proves nothing, it is locked for twice as long and tried again.
    """
    name, client = _existing(context, bucket), context.clients.s3
    seconds, is_over = LOCK_SECONDS, True
    with _object(context.clients, name) as object_key:
        while is_over:
            headers = _headers(context, bucket, lock_seconds=seconds)
            written = outcome(partial(client.put_object, Bucket=name, Key=object_key, Body=b"", **headers))
            deleted = [
                outcome(partial(client.delete_object, Bucket=name, Key=object_key, VersionId=version))
                for version in _versions(context.clients, name, object_key)
            ]
            is_over = datetime.now(UTC) >= headers["ObjectLockRetainUntilDate"] and "accepted" in deleted
            seconds *= 2
        yield compare("write a locked object", expected="accepted", found=written)
        for found in deleted:
            yield compare("delete a locked version", expected="AccessDenied", found=found)


@check("s3.replicates", "Copies arrive in the other region", severity=Severity.CRITICAL, each=copied)
def replicates(context: Context, bucket: str) -> Iterator[Finding]:
    """Stores an object, waits until its copy is there and can be read, and removes both."""
    name, replica = _existing(context, bucket), context.environment.replica_name(bucket)
    elsewhere = context.disaster_recovery.clients
    body = uuid.uuid4().bytes
    with _object(context.clients, name) as object_key, _object(elsewhere, replica, key=object_key):
        context.clients.s3.put_object(Bucket=name, Key=object_key, Body=body, **_headers(context, bucket))
        deadline = time.monotonic() + REPLICATION_SECONDS
        while not _versions(elsewhere, replica, object_key) and time.monotonic() < deadline:
            time.sleep(0.5)
        arrived = compare("copy arrived", expected=True, found=bool(_versions(elsewhere, replica, object_key)))
        yield arrived
        if arrived.passed:
            key = replica_key(context, bucket)
            expected = {"body": body.hex(), "encryption": "AES256" if key is None else "aws:kms", "key": key}
            found = attempt(_read, elsewhere, replica, object_key)
            yield compare("copy", expected=expected, found=_without_checksum(found))


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


def _without_checksum(read: Json) -> Json:
    return {name: value for name, value in read.items() if name != "SHA-256"} if isinstance(read, dict) else read


def _headers(context: Context, bucket: str, *, lock_seconds: int = LOCK_SECONDS) -> dict[str, Any]:
    """Headers that the bucket's policy asks for, and a short lock where objects would be locked for days otherwise."""
    key, lock = bucket_key(context, bucket), context.environment.bucket(bucket).object_lock
    headers: dict[str, Any] = {} if key is None else {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": key}
    if lock:
        headers["ObjectLockMode"] = lock.mode.upper()
        headers["ObjectLockRetainUntilDate"] = datetime.now(UTC) + timedelta(seconds=lock_seconds)
    return headers


@contextmanager
def _object(clients: Clients, bucket: str, *, key: str = "") -> Iterator[str]:
    """A key of our own; whatever was stored there is removed, with every version, once no lock holds it."""
    key = key or f"{PREFIX}{uuid.uuid4()}"
    try:
        yield key
    finally:
        for version in _versions(clients, bucket, key):
            _delete(clients, bucket, key, version)


def _delete(clients: Clients, bucket: str, key: str, version: str) -> None:
    deadline = time.monotonic() + LONGEST_LOCK_SECONDS
    while True:
        try:
            clients.s3.delete_object(Bucket=bucket, Key=key, VersionId=version)
        except ClientError as error:
            if error_code(error) != "AccessDenied" or time.monotonic() > deadline:
                raise
            time.sleep(0.2)
        else:
            return


def _versions(clients: Clients, bucket: str, key: str) -> list[str]:
    listed = clients.s3.list_object_versions(Bucket=bucket, Prefix=key)
    return [version["VersionId"] for version in (*listed.get("Versions", []), *listed.get("DeleteMarkers", []))]
