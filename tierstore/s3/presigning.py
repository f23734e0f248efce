"""Requests to S3 that somebody else sends: a browser, a mobile application."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from tierstore.core.effects import Plan, ask
from tierstore.errors import InvalidError
from tierstore.s3.bucket import LiveBucket
from tierstore.s3.effects import Form, SignedForm, SignedUrl
from tierstore.s3.names import attachment

LONGEST_VALIDITY: Final = timedelta(days=7)
"""Of a signature version 4 (Amazon S3 user guide, "Presigned URLs")."""


@dataclass(frozen=True, kw_only=True)
class SignedRequest:
    """A request that its holder may send: the method, the URL, and these very headers, then the file."""

    method: str
    url: str = field(repr=False)
    """Signed, so it is not for logs."""
    headers: dict[str, str]


@dataclass(frozen=True, kw_only=True)
class Content:
    """What a signed upload must consist of; S3 refuses anything else."""

    content_type: str
    size: int
    """Bytes."""
    sha256: str
    """In base 64."""


def sign_put(bucket: LiveBucket, key: str, content: Content, *, validity: timedelta) -> Plan[SignedRequest]:
    """A PUT of exactly this content."""
    parameters = {
        "ContentType": content.content_type,
        "ContentLength": content.size,
        "ChecksumSHA256": content.sha256,
        **bucket.encryption,
    }
    url = yield from ask(
        SignedUrl(
            action="PutObject",
            parameters={"Bucket": bucket.name, "Key": key, **parameters},
            seconds=whole_seconds(validity),
        )
    )
    headers = {
        "Content-Type": content.content_type,
        "Content-Length": str(content.size),
        **_checksum_and_encryption(bucket, content),
    }
    return SignedRequest(method="PUT", url=url, headers=headers)


def sign_form(bucket: LiveBucket, key: str, content: Content, *, validity: timedelta) -> Plan[Form]:
    """A form with which a browser posts exactly this content."""
    return ask(
        SignedForm(
            bucket=bucket.name,
            key=key,
            fields={
                "Content-Type": content.content_type,
                "x-amz-checksum-algorithm": "SHA256",
                **_checksum_and_encryption(bucket, content),
            },
            conditions=(["content-length-range", content.size, content.size],),
            seconds=whole_seconds(validity),
        )
    )


def sign_get(bucket: LiveBucket, key: str, *, file_name: str | None, validity: timedelta) -> Plan[str]:
    """A URL that reads an object; with a file name, a browser saves it under that instead of showing it."""
    disposition = {} if file_name is None else {"ResponseContentDisposition": attachment(file_name)}
    return ask(
        SignedUrl(
            action="GetObject",
            parameters={"Bucket": bucket.name, "Key": key, **disposition},
            seconds=whole_seconds(validity),
        )
    )


def whole_seconds(validity: timedelta) -> int:
    """The validity of a signature in seconds; raises `InvalidError` for one that S3 does not honour."""
    if not timedelta(seconds=1) <= validity <= LONGEST_VALIDITY:
        raise InvalidError(f"a signature cannot be valid for {validity}; allowed are 1 second to {LONGEST_VALIDITY}")
    return int(validity.total_seconds())


def _checksum_and_encryption(bucket: LiveBucket, content: Content) -> dict[str, str]:
    headers = {"x-amz-checksum-sha256": content.sha256}
    if bucket.kms_key_arn is not None:
        headers["x-amz-server-side-encryption"] = "aws:kms"
        headers["x-amz-server-side-encryption-aws-kms-key-id"] = bucket.kms_key_arn
    return headers
