"""What a declaration says when it is wrong."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable


class DeclarationError(ValueError):
    """The declared data model contradicts itself or DynamoDB's limits; the message names the parts."""


def require_identifier(name: str, where: str) -> None:
    """Raise `DeclarationError` unless `name` is lower-case words joined by `_` or `-`."""
    if not re.fullmatch(r"[a-z][a-z0-9]*([_-][a-z0-9]+)*", name):
        raise DeclarationError(f"{where}: the name must be lower-case words joined by '_' or '-', such as 'core'")


def require_unique(names: Iterable[str], where: str) -> None:
    """Raise `DeclarationError` naming every name that occurs twice."""
    repeated = sorted(name for name, count in Counter(names).items() if count > 1)
    if repeated:
        raise DeclarationError(f"{where} must differ, but these occur more than once: {', '.join(repeated)}")
