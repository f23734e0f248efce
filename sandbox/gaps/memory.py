"""What a gap has to remember, on disk after every change."""

from __future__ import annotations

import json
from collections.abc import Iterator, MutableMapping
from pathlib import Path

from sandbox.files import write_private


class Memory(MutableMapping[str, str]):
    """Texts by key, kept in a JSON file."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._texts: dict[str, str] = json.loads(file.read_text()) if file.exists() else {}

    def __getitem__(self, key: str) -> str:
        return self._texts[key]

    def __setitem__(self, key: str, text: str) -> None:
        self._texts[key] = text
        self._keep()

    def __delitem__(self, key: str) -> None:
        del self._texts[key]
        self._keep()

    def __iter__(self) -> Iterator[str]:
        return iter(self._texts)

    def __len__(self) -> int:
        return len(self._texts)

    def _keep(self) -> None:
        write_private(self._file, json.dumps(self._texts, indent=1).encode())
