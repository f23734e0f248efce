"""File names that are safe in a key, on a disk and in a header."""

from __future__ import annotations

import re
import unicodedata
from typing import Final
from urllib.parse import quote

LONGEST_NAME: Final = 100
"""Characters; leaves room for ids in a key of 1,024 bytes and for suffixes on a disk that allows 255."""
_LONGEST_EXTENSION: Final = 10
_NAMELESS: Final = "file"
_RESERVED: Final = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)


def safe_file_name(name: str) -> str:
    """What remains of a user's file name: letters, digits, `.`, `_` and `-` of ASCII, at most `LONGEST_NAME`.

    Folders go, accents are folded, whatever else becomes `-`; the extension stays; never empty, hidden, or a device
    of Windows. A safe name stays as it is.
    """
    base = re.split(r"[/\\]", name)[-1]
    ascii_only = unicodedata.normalize("NFKD", base).encode("ascii", "ignore").decode()
    plain = re.sub(r"[^A-Za-z0-9._]+", "-", ascii_only)
    stem, _, extension = plain.rpartition(".") if "." in plain else (plain, "", "")
    if len(extension) > _LONGEST_EXTENSION:
        stem, extension = plain, ""
    suffix = f".{extension.strip('-')}".rstrip(".")
    kept = re.sub(r"\.{2,}", ".", stem).strip(".-")[: LONGEST_NAME - len(suffix)].strip(".-") or _NAMELESS
    safe = kept + suffix
    return f"{_NAMELESS}-{safe}"[:LONGEST_NAME] if _RESERVED.fullmatch(safe) else safe


def attachment(name: str) -> str:
    """The Content-Disposition that saves a download under the user's own name (RFC 6266, RFC 8187)."""
    printable = "".join(character for character in name if character.isprintable())
    return f"attachment; filename=\"{safe_file_name(name)}\"; filename*=UTF-8''{quote(printable, safe='')}"
