"""What routes ask for: the storage, and who is signed in."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import Cookie, Depends, HTTPException, Request

from tierstore import AsyncStorage
from tierstore.model.sessions import Session

COOKIE: Final = "session"


def _storage(request: Request) -> AsyncStorage:
    storage: AsyncStorage = request.app.state.storage
    return storage


TheStorage = Annotated[AsyncStorage, Depends(_storage)]
Secret = Annotated[str | None, Cookie(alias=COOKIE)]


async def _session(storage: TheStorage, secret: Secret = None) -> Session:
    session = None if secret is None else await storage.sessions.get(secret)
    if session is None:
        raise HTTPException(401, "sign in first")
    return session


SignedIn = Annotated[Session, Depends(_session)]
