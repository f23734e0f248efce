"""Random passwords that stand in for IAM tokens, which a real redis-server cannot verify."""

from __future__ import annotations

import json
import secrets
from pathlib import Path

from sandbox.files import write_private


class IamPasswords:
    """One password per IAM user, kept in `redis-users.json` (`{"<user name>": "<password>"}`, mode 0600)."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._passwords: dict[str, str] = json.loads(file.read_text()) if file.exists() else {}
        self._save()

    def of(self, user_name: str) -> str:
        """Return a user's password, made on first use."""
        if user_name not in self._passwords:
            self._passwords[user_name] = secrets.token_urlsafe(32)
            self._save()
        return self._passwords[user_name]

    def forget(self, user_name: str) -> None:
        """Drop a user's password."""
        if self._passwords.pop(user_name, None) is not None:
            self._save()

    def _save(self) -> None:
        write_private(self._file, json.dumps(self._passwords, indent=1).encode())
