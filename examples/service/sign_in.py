"""Signing in with a code sent by e-mail, and out again."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import timedelta
from typing import Annotated, Final

from fastapi import APIRouter, HTTPException, Response
from pydantic import BaseModel, Field

from examples.service import mail
from examples.service.access import COOKIE, Secret, SignedIn, TheStorage
from examples.service.users import Email
from tierstore.errors import ConflictError
from tierstore.realtime.rate_limits import RateLimit

router = APIRouter()

CODES: Final = "sign-in codes"
"""Namespace of the application state: the hash of a user's code, until it is used or expires."""
CODE_LIVES: Final = timedelta(minutes=10)
ASKING: Final = RateLimit(name="sign-in-code", permits=3, seconds=600)
TRYING: Final = RateLimit(name="sign-in", permits=5, seconds=600)


class Asking(BaseModel):
    """Who wants to sign in."""

    email: Email


class Trying(Asking):
    """Who signs in."""

    code: Annotated[str, Field(pattern=r"^\d{8}$")]


@router.post("/sign-in/code", status_code=202)
async def ask_for_code(asking: Asking, storage: TheStorage) -> None:
    """Have a code sent. The answer is the same whether or not there is such a user."""
    if not (await storage.limits.take(ASKING, asking.email.casefold())).allowed:
        raise HTTPException(429, "too many codes; wait some minutes")
    user = await storage.users.by_email(asking.email)
    if user is not None:
        code = f"{secrets.randbelow(10**8):08}"
        await storage.state.put(CODES, user.id, _hash(user.id, code), time_to_live=CODE_LIVES)
        await mail.send(user.email, f"your code is {code}")


@router.post("/sign-in", status_code=204)
async def sign_in(trying: Trying, storage: TheStorage, response: Response, secret: Secret = None) -> None:
    """Sign in with a code, which is worth nothing afterwards; the session's secret comes as a cookie."""
    if not (await storage.limits.take(TRYING, trying.email.casefold())).allowed:
        raise HTTPException(429, "too many attempts; wait some minutes")
    user = await storage.users.by_email(trying.email)
    kept = None if user is None else await storage.state.get(CODES, user.id)
    if user is None or kept is None or not hmac.compare_digest(kept.value, _hash(user.id, trying.code)):
        raise HTTPException(401, "wrong code")
    try:
        await storage.state.delete(CODES, user.id, expected_version=kept.version)
    except ConflictError:
        raise HTTPException(401, "this code was used already") from None
    started = await storage.sessions.start(user.id, replacing=secret)
    response.set_cookie(COOKIE, started.secret, httponly=True, secure=True, samesite="lax")


@router.post("/sign-out", status_code=204)
async def sign_out(storage: TheStorage, response: Response, secret: Secret = None) -> None:
    """Sign out here."""
    if secret is not None:
        await storage.sessions.end(secret)
    response.delete_cookie(COOKIE)


@router.post("/sign-out/everywhere")
async def sign_out_everywhere(session: SignedIn, storage: TheStorage) -> dict[str, int]:
    """Sign out on every device, this one included."""
    return {"ended": await storage.sessions.end_all(session.user_id)}


def _hash(user_id: str, code: str) -> str:
    return hashlib.sha256(f"{user_id}:{code}".encode()).hexdigest()
