"""Pages of the documentation, whose Python is run as it stands."""

from __future__ import annotations

import ast
import asyncio
import inspect
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, Final
from unittest.mock import patch

_BLOCK: Final = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, kw_only=True)
class Snippet:
    """A block of Python on a page, and the line that it begins on."""

    page: Path
    line: int
    code: str


def snippets(page: Path) -> tuple[Snippet, ...]:
    """The blocks that the page marks as Python, in order."""
    text = page.read_text(encoding="utf-8")
    return tuple(
        Snippet(page=page, line=text.count("\n", 0, found.start(1)) + 1, code=found[1])
        for found in _BLOCK.finditer(text)
    )


def run(page: Path, names: dict[str, Any] | None = None) -> dict[str, Any]:
    """Run a page's snippets one after the other, as one program whose names they share; `await` may stand anywhere.

    Returns the names in the end. An error's traceback shows the line of the page.
    """
    # The page `redis.md` must not stand in for the package.
    module = ModuleType(f"page {page.stem}")
    scope: dict[str, Any] = vars(module)
    scope.update(names or {})
    # What a page's classes are annotated with is looked up in their module.
    with patch.dict(sys.modules, {module.__name__: module}), asyncio.Runner() as runner:
        for snippet in snippets(page):
            # Blank lines before it give each statement the line that it has on the page.
            padded = "\n" * (snippet.line - 1) + snippet.code
            code = compile(padded, str(page), "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
            outcome = eval(code, scope)
            if inspect.iscoroutine(outcome):
                runner.run(outcome)
    return scope
