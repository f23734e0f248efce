"""Receiving a file: in parts beside its place, and moved there once it is whole."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from tierstore.core.effects import Plan, ask
from tierstore.errors import CorruptError
from tierstore.s3.bucket import LiveBucket, StoredObject
from tierstore.s3.checksums import sha256_of_file
from tierstore.s3.effects import DiskWork, FileSlice
from tierstore.s3.parallel import in_parallel
from tierstore.s3.parts import USUAL_PART, Part, cut
from tierstore.s3.progress import Progress


def download(
    bucket: LiveBucket, stored: StoredObject, path: Path, *, sha256: str | None, progress: Progress
) -> Plan[None]:
    """Write an object to `path`, replacing what is there once the whole has arrived and has the checksum.

    `sha256` in base 64, or None where nobody knows it. Raises `CorruptError` for other bytes, `ConflictError` where
    the object changes meanwhile, `OSError` for the disk; nothing is left behind then.
    """
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")

    def receive(part: Part) -> Plan[None]:
        yield from bucket.call(
            "GetObject",
            target=FileSlice(path=temporary, offset=part.offset, length=part.length),
            Key=stored.key,
            Range=part.range,
            IfMatch=stored.etag,
        )
        progress.add(part.length)

    try:
        with naming(path):
            yield from ask(DiskWork(work=partial(_reserve, temporary, stored.size)))
            yield from in_parallel(receive, cut(stored.size, USUAL_PART))
            yield from ask(DiskWork(work=partial(_settle, temporary, path, sha256)))
    finally:
        # Done here rather than asked for: a plan that is given up can ask for nothing.
        temporary.unlink(missing_ok=True)


@contextmanager
def naming(path: Path) -> Iterator[None]:
    """Let an `OSError` name the file where Python does not, as when the disk becomes full."""
    try:
        yield
    except OSError as error:
        if error.filename is None:
            error.filename = str(path)
        raise


def _reserve(temporary: Path, size: int) -> None:
    with temporary.open("xb") as file:
        file.truncate(size)


def _settle(temporary: Path, path: Path, sha256: str | None) -> None:
    found = sha256_of_file(temporary)
    if sha256 is not None and found != sha256:
        raise CorruptError(f"what was received has the SHA-256 {found} instead of {sha256}; the object is damaged")
    with temporary.open("rb") as file:
        os.fsync(file.fileno())
    temporary.replace(path)
