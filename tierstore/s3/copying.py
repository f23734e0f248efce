"""Copies of objects, which S3 makes by itself."""

from __future__ import annotations

from typing import Any, Final

from tierstore.core.effects import Plan
from tierstore.errors import CorruptError
from tierstore.s3.bucket import SHA256_METADATA, LiveBucket, StoredObject, head
from tierstore.s3.multipart import abort
from tierstore.s3.parallel import in_parallel
from tierstore.s3.parts import MEBIBYTE, Part, cut

LARGEST_COPY: Final = 5 * 1024 * MEBIBYTE
"""Bytes that S3 copies in one request, and in one part of a larger copy (Amazon S3: CopyObject, UploadPartCopy)."""


def copy(
    source: LiveBucket, stored: StoredObject, target: LiveBucket, key: str, *, version_id: str | None = None
) -> Plan[StoredObject]:
    """Copy an object as it was when it was looked up, or an old version of it, with its content type and metadata.

    Raises `ConflictError` where it changed meanwhile, `CorruptError` where the copy differs, `TooLargeError` for more
    than the target takes.
    """
    target.require_size(stored.size)
    origin: dict[str, Any] = {
        "CopySource": {"Bucket": source.name, "Key": stored.key}
        | ({} if version_id is None else {"VersionId": version_id}),
        "CopySourceIfMatch": stored.etag,
    }
    if stored.size <= LARGEST_COPY:
        yield from target.call("CopyObject", Key=key, ChecksumAlgorithm="SHA256", **origin, **target.encryption)
    else:
        yield from _copy_in_parts(stored, target, key, origin)
    copied = yield from head(target, key)
    if (copied.size, copied.sha256) != (stored.size, stored.sha256 or copied.sha256):
        raise CorruptError("the copy has other bytes than the object; somebody else stored an object at the same key")
    return copied


def _copy_in_parts(stored: StoredObject, target: LiveBucket, key: str, origin: dict[str, Any]) -> Plan[None]:
    begun = yield from target.call(
        "CreateMultipartUpload",
        Key=key,
        ContentType=stored.content_type,
        ChecksumAlgorithm="SHA256",
        Metadata={} if stored.sha256 is None else {SHA256_METADATA: stored.sha256},
        **target.encryption,
    )
    multipart_id: str = begun["UploadId"]
    copied: dict[int, dict[str, Any]] = {}

    def copy_one(part: Part) -> Plan[None]:
        answer = yield from target.call(
            "UploadPartCopy",
            Key=key,
            UploadId=multipart_id,
            PartNumber=part.number,
            CopySourceRange=part.range,
            **origin,
        )
        result = answer["CopyPartResult"]
        copied[part.number] = {name: result[name] for name in ("ETag", "ChecksumSHA256") if name in result}

    try:
        parts = cut(stored.size, LARGEST_COPY)
        yield from in_parallel(copy_one, parts)
        yield from target.call(
            "CompleteMultipartUpload",
            Key=key,
            UploadId=multipart_id,
            MultipartUpload={"Parts": [{"PartNumber": part.number} | copied[part.number] for part in parts]},
        )
    except Exception:
        yield from abort(target, key, multipart_id)
        raise
