"""How a file is cut into parts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from tierstore.declaration.buckets import LARGEST_OBJECT
from tierstore.errors import TooLargeError

MEBIBYTE: Final = 2**20
USUAL_PART: Final = 8 * MEBIBYTE
"""Bytes; also what boto3's transfer manager uses. S3 allows 5 MiB to 5 GiB for all parts but the last."""
MOST_PARTS: Final = 10_000
"""Of one object (Amazon S3 multipart upload limits)."""


@dataclass(frozen=True, kw_only=True)
class Part:
    """A contiguous piece of a file."""

    number: int
    """From 1."""
    offset: int
    length: int
    """Bytes."""

    @property
    def range(self) -> str:
        """The piece as the value of an HTTP Range header."""
        return f"bytes={self.offset}-{self.offset + self.length - 1}"


def part_size(size: int) -> int:
    """Bytes of each part but the last of a file of `size` bytes: the usual, or as much as 10,000 parts need.

    Whole MiB, and a function of the size alone, so that a resumed upload is cut as it was before.
    Raises `TooLargeError` above what S3 stores in one object.
    """
    if size > LARGEST_OBJECT:
        raise TooLargeError(f"{size} bytes are more than S3 stores in one object, {LARGEST_OBJECT}")
    needed = -(-size // MOST_PARTS)
    return max(USUAL_PART, -(-needed // MEBIBYTE) * MEBIBYTE)


def cut(size: int, part_bytes: int) -> tuple[Part, ...]:
    """The parts of a file of `size` bytes, in order; none of an empty file."""
    return tuple(
        Part(number=number, offset=offset, length=min(part_bytes, size - offset))
        for number, offset in enumerate(range(0, size, part_bytes), start=1)
    )
