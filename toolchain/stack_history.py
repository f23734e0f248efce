"""What is remembered of the runs on each stack: whether one has not finished well, whether one has deployed it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from toolchain import paths


def begin(stack: str) -> None:
    """Remember that a run on the stack began; the first one counts, until one finishes well."""
    record = _unfinished(stack)
    if not record.exists():
        record.touch()


def succeed(stack: str, *, command: str) -> None:
    """Remember that a run finished well: it held the lock on the state and gave it back."""
    _unfinished(stack).unlink(missing_ok=True)
    if command == "deploy":
        _deployed(stack).touch()
    if command == "destroy":
        _deployed(stack).unlink(missing_ok=True)


def unfinished_since(stack: str) -> datetime | None:
    """When the first of the runs began that have not finished well; None where the last one did."""
    record = _unfinished(stack)
    return datetime.fromtimestamp(record.stat().st_mtime, UTC) if record.exists() else None


def was_deployed(stack: str) -> bool:
    """Whether the stack has been deployed completely from this checkout, and not been destroyed since."""
    return _deployed(stack).exists()


def _unfinished(stack: str) -> Path:
    return paths.RUN / f"{stack}.unfinished"


def _deployed(stack: str) -> Path:
    return paths.RUN / f"{stack}.deployed"
