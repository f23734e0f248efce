"""What redis-py raises, in the library's own words."""

from __future__ import annotations

import ssl

from redis.exceptions import AuthenticationError, BusyLoadingError
from redis.exceptions import TimeoutError as RedisTimeoutError

from tierstore.errors import AccessDeniedError, StorageError, TimedOutError, UnavailableError
from tierstore.redis.routing import Node


def failure(node: Node, error: Exception, *, sent: bool) -> StorageError:
    """Why a node gave no answer; `sent` where the commands had already left."""
    where = f"Redis node {node.host}:{node.port}"
    match error:
        case StorageError():
            return error
        case AuthenticationError():
            return AccessDeniedError(f"{where} refused the login: {error}")
        case BusyLoadingError():
            return UnavailableError(f"{where} is starting: {error}")
        case _ if isinstance(error.__context__, ssl.SSLCertVerificationError):
            return AccessDeniedError(f"{where} cannot be trusted: {error.__context__.verify_message}")
        case RedisTimeoutError() | TimeoutError():
            return TimedOutError(f"{where} did not answer in time", in_doubt=sent)
        case _:
            return UnavailableError(f"{where}: {error}", in_doubt=sent)
