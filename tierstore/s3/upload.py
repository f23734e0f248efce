"""Sending a file: in one request, or in parts that a later attempt can build upon."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tierstore.core.effects import Plan
from tierstore.errors import CorruptError, NotFoundError
from tierstore.s3.bucket import LiveBucket, StoredObject, find
from tierstore.s3.checksums import DigestedFile
from tierstore.s3.effects import FileSlice
from tierstore.s3.multipart import MultipartUpload, abort
from tierstore.s3.progress import Progress


@dataclass(frozen=True, kw_only=True)
class Resumption:
    """Lets a later attempt go on with an upload in parts, after a crash or an error.

    Without it a failed upload leaves nothing behind.
    """

    multipart_id: str | None
    """Of an earlier attempt to send the same bytes, if there was one."""
    record: Callable[[str], Plan[None]]
    """Keeps a new attempt's id where the next one finds it."""


@dataclass(frozen=True, kw_only=True)
class Sending:
    """A file to be sent, where to, and as what."""

    bucket: LiveBucket
    key: str
    file: DigestedFile
    content_type: str
    progress: Progress


def upload(sending: Sending, resumption: Resumption | None = None) -> Plan[StoredObject]:
    """Send a file; each request carries the SHA-256 of its bytes, which S3 checks, and at last the whole is checked.

    Raises `CorruptError` where S3 has other bytes than were digested, as when the file changed meanwhile; `OSError`
    where it cannot be read; `TooLargeError` for more than the bucket takes.
    """
    sending.bucket.require_size(sending.file.size)
    if not sending.file.is_in_parts:
        yield from _send_at_once(sending)
    elif resumption is not None:
        yield from _send_resumably(sending, resumption)
    else:
        yield from _send_or_leave_nothing(sending)
    stored = yield from find(sending.bucket, sending.key)
    if stored is None or not _has_sent(sending, stored):
        raise CorruptError("S3 has not what was sent; somebody else deleted the object or stored another at its key")
    return stored


def _send_at_once(sending: Sending) -> Plan[None]:
    file = sending.file
    yield from sending.bucket.call(
        "PutObject",
        source=FileSlice(path=file.path, offset=0, length=file.size),
        Key=sending.key,
        ContentType=sending.content_type,
        ChecksumSHA256=file.sha256,
        **sending.bucket.encryption,
    )
    sending.progress.add(file.size)


def _send_or_leave_nothing(sending: Sending) -> Plan[None]:
    multipart = yield from _begin(sending)
    try:
        yield from _finish(sending, multipart)
    except Exception:
        yield from abort(sending.bucket, sending.key, multipart.id)
        raise


def _send_resumably(sending: Sending, resumption: Resumption) -> Plan[None]:
    if resumption.multipart_id is not None:
        try:
            multipart = yield from MultipartUpload.resume(
                sending.bucket, sending.key, resumption.multipart_id, sending.file
            )
        except NotFoundError:
            if (yield from _is_there(sending)):
                sending.progress.add(sending.file.size)
                return
        else:
            yield from _finish(sending, multipart)
            return
    multipart = yield from _begin(sending)
    yield from resumption.record(multipart.id)
    yield from _finish(sending, multipart)


def _begin(sending: Sending) -> Plan[MultipartUpload]:
    return MultipartUpload.begin(sending.bucket, sending.key, sending.file, content_type=sending.content_type)


def _finish(sending: Sending, multipart: MultipartUpload) -> Plan[None]:
    yield from multipart.send(sending.progress)
    try:
        yield from multipart.put_together()
    except NotFoundError:
        # An attempt whose answer was lost may have done it, or somebody else who sent the same file.
        if not (yield from _is_there(sending)):
            raise


def _is_there(sending: Sending) -> Plan[bool]:
    stored = yield from find(sending.bucket, sending.key)
    return stored is not None and _has_sent(sending, stored)


def _has_sent(sending: Sending, stored: StoredObject) -> bool:
    file = sending.file
    return (stored.size, stored.s3_sha256, stored.sha256) == (file.size, file.s3_sha256, file.sha256)
