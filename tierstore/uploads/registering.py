"""What is known of a file before it is there, checked against what its bucket takes."""

from __future__ import annotations

import binascii
from base64 import b64decode
from datetime import datetime
from hashlib import sha256
from typing import Final

from tierstore.errors import InvalidError
from tierstore.model.uploads import Upload
from tierstore.s3.bucket import LiveBucket
from tierstore.s3.names import safe_file_name

_SHA256_BYTES: Final = sha256().digest_size


def new_upload(
    bucket: LiveBucket,
    *,
    id: str,  # noqa: A002 - the field's own term, and only a keyword here
    user_id: str,
    file_name: str,
    content_type: str,
    size_bytes: int,
    checksum_sha256: str,
    writable_until: datetime,
) -> Upload:
    """A pending upload with its object's key.

    Raises `InvalidError` for a content type or checksum that cannot be, `TooLargeError` for more than the bucket takes.
    """
    bucket.require_content_type(content_type)
    bucket.require_size(size_bytes)
    if size_bytes < 0:
        raise InvalidError(f"a file cannot have {size_bytes} bytes")
    if not _is_sha256(checksum_sha256):
        raise InvalidError("checksum_sha256 must be the SHA-256 of the file in base 64, 44 characters")
    template = bucket.declared.object_key
    if template is None:
        raise InvalidError(f"bucket {bucket.declared.name!r} declares no object key for uploads")
    return Upload(
        id=id,
        user_id=user_id,
        file_name=file_name,
        object_key=template.render({"user_id": user_id, "upload_id": id, "file_name": safe_file_name(file_name)}),
        content_type=content_type,
        size_bytes=size_bytes,
        checksum_sha256=checksum_sha256,
        writable_until=writable_until,
    )


def _is_sha256(text: str) -> bool:
    try:
        return len(b64decode(text, validate=True)) == _SHA256_BYTES
    except (binascii.Error, ValueError):
        return False
