"""What an application logs in to Redis with: an IAM token or, where Redis cannot check one, a password from a file."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from pathlib import Path
from threading import Lock
from typing import Final, TypeAlias

from redis.credentials import CredentialProvider

from tierstore.aws import Aws
from tierstore.connection import RedisConnection
from tierstore.errors import AccessDeniedError
from tierstore.redis.iam_token import LIFETIME_SECONDS, iam_token

REUSE_SECONDS: Final = LIFETIME_SECONDS * 2 / 3
"""How long one token serves every new connection of a process."""
SESSION_SECONDS: Final = 12 * 3600
"""After this ElastiCache ends a connection that logged in by IAM, unless it logs in again meanwhile (ElastiCache user
guide, "Authenticating with IAM", limitations)."""


class TokenLogin(CredentialProvider):
    """Logs in with an IAM token, signed once for all the connections made in ten minutes."""

    def __init__(self, aws: Aws, redis: RedisConnection, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._aws = aws
        self._redis = redis
        self._clock = clock
        self._lock = Lock()
        self._token = ""
        self._reused_until = float("-inf")

    def get_credentials(self) -> tuple[str, str]:
        """The user and a token; raises `AccessDeniedError` where no AWS credentials are found."""
        redis = self._redis
        with self._lock:
            now = self._clock()
            if now >= self._reused_until:
                self._token = iam_token(
                    self._aws.credentials().get_frozen_credentials(),
                    user=redis.user,
                    cache=redis.replication_group_id,
                    region=self._aws.connection.region,
                    serverless=redis.serverless,
                )
                self._reused_until = now + REUSE_SECONDS
            return redis.user, self._token

    async def get_credentials_async(self) -> tuple[str, str]:
        """The same in a thread, since AWS credentials may have to be fetched."""
        return await asyncio.to_thread(self.get_credentials)


class PasswordLogin(CredentialProvider):
    """Logs in with the password that a file holds for the user, read anew for each connection."""

    def __init__(self, passwords: Path, *, user: str) -> None:
        self._passwords = passwords
        self._user = user

    def get_credentials(self) -> tuple[str, str]:
        """The user and the password; raises `AccessDeniedError` where the file has none."""
        try:
            return self._user, json.loads(self._passwords.read_text(encoding="utf-8"))[self._user]
        except (OSError, ValueError, LookupError, TypeError) as error:
            raise AccessDeniedError(
                f"{self._passwords} holds no password for the Redis user {self._user!r} ({type(error).__name__}); "
                "it must be a JSON object of passwords by user name"
            ) from error

    async def get_credentials_async(self) -> tuple[str, str]:
        """The same; the file is small and local."""
        return self.get_credentials()


Login: TypeAlias = TokenLogin | PasswordLogin


def login(aws: Aws, redis: RedisConnection) -> Login:
    """How the replication group's user logs in."""
    passwords = aws.connection.redis_passwords_file
    return PasswordLogin(passwords, user=redis.user) if passwords else TokenLogin(aws, redis)


def lasting_seconds(provider: Login, draw: Callable[[], float]) -> float:
    """How long a new connection stays logged in before it logs in again; spread, so that not all do so at once."""
    return SESSION_SECONDS * (0.5 + draw() / 3) if isinstance(provider, TokenLogin) else float("inf")
