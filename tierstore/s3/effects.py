"""What plans ask of S3 and of the disk."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Generic, TypeVar

from tierstore.core.effects import Effect

Result = TypeVar("Result")

CONNECTIONS: Final = 32
"""Kept open to S3, and threads that use them in asyncio."""


@dataclass(frozen=True, kw_only=True)
class FileSlice:
    """A piece of a file on the disk."""

    path: Path
    offset: int
    length: int
    """Bytes."""


@dataclass(frozen=True, kw_only=True)
class S3Request(Effect[dict[str, Any]]):
    """One call of S3's API; answered with the response.

    The response's body is written to `target`, or is in the answer as bytes under `Body` where there is no target.
    """

    action: str
    """As in `HeadObject`."""
    parameters: Mapping[str, Any]
    """As boto3 names them."""
    source: FileSlice | None = None
    """Sent as the body."""
    target: FileSlice | None = None
    """Where the body is written; it has exactly this length."""


@dataclass(frozen=True, kw_only=True)
class SignedUrl(Effect[str]):
    """A URL that carries out one call of S3's API for whoever holds it (signature version 4); nothing is sent."""

    action: str
    parameters: Mapping[str, Any]
    seconds: int


@dataclass(frozen=True, kw_only=True)
class Form:
    """What a browser posts to S3: every field, then the file in a field called `file`."""

    url: str
    fields: Mapping[str, str] = field(repr=False)
    """Signed, so they are not for logs."""


@dataclass(frozen=True, kw_only=True)
class SignedForm(Effect[Form]):
    """A form for a browser's upload, with conditions that S3 checks (signature version 4); nothing is sent."""

    bucket: str
    key: str
    fields: Mapping[str, str]
    """The browser must send exactly these."""
    conditions: tuple[list[str | int], ...]
    """Further ones, as `["content-length-range", 1, 5]`."""
    seconds: int


@dataclass(frozen=True, kw_only=True)
class DiskWork(Effect[Result], Generic[Result]):
    """Work on local files, which may block."""

    work: Callable[[], Result]
