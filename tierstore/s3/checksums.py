"""SHA-256 of files, in the form in which S3 keeps it."""

from __future__ import annotations

import hashlib
from base64 import b64decode, b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tierstore.declaration.content_types import SNIFFED_BYTES
from tierstore.s3.parts import MEBIBYTE, Part, cut, part_size

_CHUNK: Final = MEBIBYTE


@dataclass(frozen=True, kw_only=True)
class DigestedPart:
    """A piece of a file, and the SHA-256 of its bytes in base 64."""

    part: Part
    sha256: str


@dataclass(frozen=True, kw_only=True)
class DigestedFile:
    """A file as it was when it was read: what is sent must still be the same."""

    path: Path
    size: int
    """Bytes."""
    sha256: str
    """Of the whole file, in base 64."""
    parts: tuple[DigestedPart, ...]
    beginning: bytes
    """As much as content types are told by."""

    @property
    def is_in_parts(self) -> bool:
        """Whether it takes more than one request to send."""
        return len(self.parts) > 1

    @property
    def s3_sha256(self) -> str:
        """What S3 keeps as the checksum of the object once the file is sent."""
        return composite_sha256(part.sha256 for part in self.parts) if self.is_in_parts else self.sha256


def composite_sha256(parts: Iterable[str]) -> str:
    """The checksum of an object made of parts, given theirs: the SHA-256 of the digests, `-`, their number.

    Defined in the Amazon S3 user guide, "Checking object integrity: composite checksums".
    """
    digests = [b64decode(part) for part in parts]
    return f"{b64encode(hashlib.sha256(b''.join(digests)).digest()).decode()}-{len(digests)}"


def digest(path: Path) -> DigestedFile:
    """Read the file once, 1 MiB at a time, and cut it as it will be sent.

    Raises `OSError` where it cannot be read and `TooLargeError` above what S3 stores.
    """
    whole = hashlib.sha256()
    with path.open("rb", buffering=0) as file:
        size = file.seek(0, 2)
        file.seek(0)
        beginning = file.read(SNIFFED_BYTES)
        file.seek(0)
        parts = []
        for part in cut(size, part_size(size)):
            hashed = hashlib.sha256()
            left = part.length
            while left and (chunk := file.read(min(_CHUNK, left))):
                hashed.update(chunk)
                whole.update(chunk)
                left -= len(chunk)
            parts.append(DigestedPart(part=part, sha256=_base64(hashed.digest())))
    return DigestedFile(path=path, size=size, sha256=_base64(whole.digest()), parts=tuple(parts), beginning=beginning)


def sha256_of_file(path: Path) -> str:
    """The SHA-256 of a file in base 64; raises `OSError` where it cannot be read."""
    with path.open("rb", buffering=0) as file:
        return _base64(hashlib.file_digest(file, "sha256").digest())


def sha256_of(content: bytes) -> str:
    """The SHA-256 of bytes in base 64."""
    return _base64(hashlib.sha256(content).digest())


def _base64(hashed: bytes) -> str:
    return b64encode(hashed).decode()
