"""A declared bucket where it really is, and the plans on its objects."""

from __future__ import annotations

import hashlib
import mimetypes
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Self

from tierstore.connection import Connection
from tierstore.core.effects import Plan
from tierstore.core.retries import RetryPolicy
from tierstore.declaration.buckets import Bucket
from tierstore.declaration.content_types import SNIFFED_BYTES
from tierstore.errors import AccessDeniedError, CorruptError, InvalidError, NotFoundError, TooLargeError
from tierstore.s3.checksums import sha256_of
from tierstore.s3.effects import FileSlice, S3Request
from tierstore.s3.parts import USUAL_PART, cut

SHA256_METADATA: Final = "sha256"
"""Where an object that was sent in parts keeps the SHA-256 of the whole, which S3 knows of its parts only."""


@dataclass(frozen=True, kw_only=True)
class StoredObject:
    """An object as S3 describes it."""

    key: str
    size: int
    """Bytes."""
    content_type: str
    s3_sha256: str | None
    """S3's own checksum: the SHA-256 of the object in base 64, or of its parts' digests, `-` and their number."""
    sha256: str | None
    """Of the whole object in base 64, whether or not it was sent in parts; None where its sender gave none."""
    etag: str
    version_id: str | None
    """None in a bucket without versions."""
    modified_at: datetime

    @classmethod
    def parse(cls, key: str, response: Mapping[str, Any]) -> Self:
        """From the answer to `HeadObject`."""
        checksum: str | None = response.get("ChecksumSHA256")
        is_of_the_whole = checksum is not None and "-" not in checksum
        return cls(
            key=key,
            size=response["ContentLength"],
            content_type=response["ContentType"],
            s3_sha256=checksum,
            sha256=checksum if is_of_the_whole else response["Metadata"].get(SHA256_METADATA),
            etag=response["ETag"],
            version_id=response.get("VersionId"),
            modified_at=response["LastModified"],
        )


@dataclass(frozen=True, kw_only=True)
class LiveBucket:
    """What plans need to know of a bucket: its declaration, its real name, its key, how to try again."""

    declared: Bucket
    name: str
    kms_key_arn: str | None
    """None where objects are encrypted with S3's own key."""
    retries: RetryPolicy

    @classmethod
    def of(cls, declared: Bucket, connection: Connection, retries: RetryPolicy) -> Self:
        """The bucket of a connected environment."""
        where = connection.buckets[declared.name]
        return cls(declared=declared, name=where.name, kms_key_arn=where.kms_key_arn, retries=retries)

    @property
    def encryption(self) -> dict[str, Any]:
        """What every request that stores an object has to state: the bucket's policy denies it otherwise."""
        if self.kms_key_arn is None:
            return {}
        return {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": self.kms_key_arn}

    def call(
        self, action: str, *, source: FileSlice | None = None, target: FileSlice | None = None, **parameters: Any
    ) -> Plan[dict[str, Any]]:
        """One call on the bucket, tried again as the policy says; parameters that are None are left out."""
        stated = {name: value for name, value in parameters.items() if value is not None}
        request = S3Request(action=action, parameters={"Bucket": self.name} | stated, source=source, target=target)
        return self.retries.retrying(request)

    def require_size(self, size: int) -> None:
        """Raise `TooLargeError` for more bytes than the bucket takes in one object."""
        if size > self.declared.maximum_object_bytes:
            raise TooLargeError(
                f"{size} bytes are more than bucket {self.declared.name!r} takes, {self.declared.maximum_object_bytes}"
            )

    def require_content_type(self, name: str) -> None:
        """Raise `InvalidError` for a content type that the bucket does not take."""
        allowed = [content_type.name for content_type in self.declared.content_types]
        if allowed and name not in allowed:
            raise InvalidError(f"bucket {self.declared.name!r} takes no {name!r}; it takes {self._allowed}")

    def require_content(self, name: str, beginning: bytes) -> None:
        """Raise `InvalidError` where a file that begins so is not of the content type that it is said to be."""
        self.require_content_type(name)
        for content_type in self.declared.content_types:
            if content_type.name == name and not content_type.recognises(beginning):
                raise InvalidError(f"the file is not {name}: its first bytes say otherwise")

    def sniff(self, beginning: bytes, name: str) -> str:
        """The content type of a file that begins so; its name decides between several that it may be.

        Raises `InvalidError` where the bucket takes none like it.
        """
        by_name = mimetypes.guess_type(name)[0]
        if not self.declared.content_types:
            return by_name or "application/octet-stream"
        possible = [known.name for known in self.declared.content_types if known.recognises(beginning)]
        if not possible:
            raise InvalidError(f"the file is none of what bucket {self.declared.name!r} takes: {self._allowed}")
        return by_name if by_name in possible else possible[0]

    @property
    def _allowed(self) -> str:
        return ", ".join(content_type.name for content_type in self.declared.content_types)


def head(bucket: LiveBucket, key: str, *, version_id: str | None = None) -> Plan[StoredObject]:
    """What S3 knows of an object; raises `NotFoundError`."""
    response = yield from bucket.call("HeadObject", Key=key, VersionId=version_id, ChecksumMode="ENABLED")
    return StoredObject.parse(key, response)


def find(bucket: LiveBucket, key: str) -> Plan[StoredObject | None]:
    """What S3 knows of an object, or None where there is none."""
    try:
        return (yield from head(bucket, key))
    except NotFoundError:
        return None
    except AccessDeniedError:
        # Whoever may list but a part of a bucket is denied what is not there; a list of that part tells.
        listed = yield from bucket.call("ListObjectsV2", Prefix=key, MaxKeys=1)
        if any(each["Key"] == key for each in listed.get("Contents", ())):
            raise
        return None


def read(bucket: LiveBucket, key: str) -> Plan[bytes]:
    """The whole of an object that fits into memory; raises `NotFoundError`, and `CorruptError` for other bytes."""
    response = yield from bucket.call("GetObject", Key=key, ChecksumMode="ENABLED")
    content: bytes = response["Body"]
    stored = StoredObject.parse(key, response)
    if stored.sha256 not in (None, sha256_of(content)):
        raise CorruptError(f"what was received is not the object whose SHA-256 is {stored.sha256}; it is damaged")
    return content


def read_beginning(bucket: LiveBucket, stored: StoredObject) -> Plan[bytes]:
    """The first bytes of an object, as many as content types are told by."""
    return _read(bucket, stored, 0, min(stored.size, SNIFFED_BYTES))


def digest_stored(bucket: LiveBucket, stored: StoredObject) -> Plan[str]:
    """The SHA-256 of an object in base 64: as S3 or its sender keep it, else by reading all of it, 8 MiB at a time."""
    if stored.sha256 is not None:
        return stored.sha256
    hashed = hashlib.sha256()
    for part in cut(stored.size, USUAL_PART):
        hashed.update((yield from _read(bucket, stored, part.offset, part.length)))
    return b64encode(hashed.digest()).decode()


def _read(bucket: LiveBucket, stored: StoredObject, offset: int, length: int) -> Plan[bytes]:
    # An empty object has no range that could be asked for.
    if length == 0:
        return b""
    response = yield from bucket.call(
        "GetObject", Key=stored.key, Range=f"bytes={offset}-{offset + length - 1}", IfMatch=stored.etag
    )
    content: bytes = response["Body"]
    return content


def delete(bucket: LiveBucket, key: str) -> Plan[None]:
    """Delete an object; a bucket with versions keeps its old ones. Deleting what is not there is no error."""
    yield from bucket.call("DeleteObject", Key=key)
