"""Writes what a command leaves behind."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from validation.errors import CouldNotRun


def write(file: Path, text: str, *, mode: int = 0o644) -> None:
    """Replace the file at once, so that nobody reads half of it; raises `CouldNotRun`, as for a full disk."""
    partial = file.with_name(f".{file.name}.partial")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        partial.unlink(missing_ok=True)
        partial.touch(mode=mode)
        partial.write_text(text, encoding="utf-8")
        partial.replace(file)
    except OSError as error:
        with suppress(OSError):
            partial.unlink()
        raise CouldNotRun(f"{file} can't be written: {error.strerror}") from error
