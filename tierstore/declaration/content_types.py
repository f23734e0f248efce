"""Content types, and how the first bytes of a file tell them apart."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from typing import Final

from tierstore.declaration.errors import DeclarationError

SNIFFED_BYTES: Final = 512
"""How much of a file's beginning decides; every signature lies within it."""

_NAME: Final = re.compile(r"[a-z]+/[a-z0-9][a-z0-9.+-]*")
_ACTIVE: Final = re.compile(r"<(!doctype html|html|head|body|script|iframe|svg|\?php)[\s>]")
_CONTROL: Final = frozenset(range(32)) - frozenset(b"\t\n\f\r")


@dataclass(frozen=True)
class Signature:
    """Bytes that files of one type have at one place."""

    content: bytes
    offset: int = 0

    def is_in(self, beginning: bytes) -> bool:
        """Whether a file that begins so has the signature."""
        return beginning.startswith(self.content, self.offset)


@dataclass(frozen=True, kw_only=True)
class ContentType:
    """A media type (RFC 6838) whose files are recognised by a signature, or as plain text where it has none.

    Plain text is UTF-8 without control characters and without mark-up that a browser would run.
    Raises `DeclarationError` for a name that is no media type in lower case, and for a signature out of reach.
    """

    name: str
    signatures: tuple[tuple[Signature, ...], ...] = ()
    """Alternatives; a file has every signature of at least one."""

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise DeclarationError(f"content type {self.name!r} is no media type in lower case, such as 'image/png'")
        for signature in (signature for alternative in self.signatures for signature in alternative):
            if not signature.content or signature.offset + len(signature.content) > SNIFFED_BYTES:
                raise DeclarationError(
                    f"content type {self.name!r}: signature {signature.content!r} at {signature.offset} is empty "
                    f"or reaches beyond the first {SNIFFED_BYTES} bytes"
                )

    def recognises(self, beginning: bytes) -> bool:
        """Whether a file with this beginning, its first `SNIFFED_BYTES` or all of it, may be of the type."""
        if self.signatures:
            return any(all(s.is_in(beginning) for s in alternative) for alternative in self.signatures)
        return _is_plain_text(beginning)


def _is_plain_text(beginning: bytes) -> bool:
    try:
        # The last character may be cut in two.
        text = codecs.getincrementaldecoder("utf-8")().decode(beginning, final=len(beginning) < SNIFFED_BYTES)
    except UnicodeDecodeError:
        return False
    return _CONTROL.isdisjoint(beginning) and not _ACTIVE.search(text.lower())


def _starting(*contents: bytes) -> tuple[tuple[Signature, ...], ...]:
    return tuple((Signature(content),) for content in contents)


def _media_container(*brands: bytes) -> tuple[tuple[Signature, ...], ...]:
    """ISO base media files (ISO/IEC 14496-12): a file-type box, then its major brand."""
    return tuple((Signature(b"ftyp", 4), Signature(brand, 8)) for brand in brands)


# Signatures are those of the WHATWG MIME Sniffing Standard where it has them, else of the format's own specification.
PNG: Final = ContentType(name="image/png", signatures=_starting(b"\x89PNG\r\n\x1a\n"))
JPEG: Final = ContentType(name="image/jpeg", signatures=_starting(b"\xff\xd8\xff"))
GIF: Final = ContentType(name="image/gif", signatures=_starting(b"GIF87a", b"GIF89a"))
WEBP: Final = ContentType(name="image/webp", signatures=((Signature(b"RIFF"), Signature(b"WEBPVP", 8)),))
AVIF: Final = ContentType(name="image/avif", signatures=_media_container(b"avif", b"avis"))
PDF: Final = ContentType(name="application/pdf", signatures=_starting(b"%PDF-"))
ZIP: Final = ContentType(name="application/zip", signatures=_starting(b"PK\x03\x04", b"PK\x05\x06"))
GZIP: Final = ContentType(name="application/gzip", signatures=_starting(b"\x1f\x8b\x08"))
MP4: Final = ContentType(
    name="video/mp4",
    signatures=_media_container(b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1"),
)
WEBM: Final = ContentType(name="video/webm", signatures=_starting(b"\x1aE\xdf\xa3"))
MP3: Final = ContentType(name="audio/mpeg", signatures=_starting(b"ID3", b"\xff\xfb", b"\xff\xf3", b"\xff\xf2"))
WAV: Final = ContentType(name="audio/wav", signatures=((Signature(b"RIFF"), Signature(b"WAVE", 8)),))
WOFF2: Final = ContentType(name="font/woff2", signatures=_starting(b"wOF2"))
TEXT: Final = ContentType(name="text/plain")
CSV: Final = ContentType(name="text/csv")
JSON: Final = ContentType(name="application/json")
