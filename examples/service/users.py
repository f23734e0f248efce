"""Users: they join, see themselves, rename themselves."""

from __future__ import annotations

from typing import Annotated, Self

from fastapi import APIRouter, HTTPException
from pydantic import BaseModel, Field

from examples.service.access import SignedIn, TheStorage
from tierstore import AsyncStorage
from tierstore.model.users import User

router = APIRouter()

Email = Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$", max_length=254)]
Name = Annotated[str, Field(min_length=1, max_length=100)]


class Joining(BaseModel):
    """Who joins."""

    email: Email
    display_name: Name


class Renaming(BaseModel):
    """What a user wants to be called."""

    display_name: Name


class Profile(BaseModel):
    """A user as the user sees it."""

    id: str
    email: str
    display_name: str

    @classmethod
    def of(cls, user: User) -> Self:
        """The profile of a stored user."""
        return cls(id=user.id, email=user.email, display_name=user.display_name)


@router.post("/users", status_code=201)
async def join(joining: Joining, storage: TheStorage) -> Profile:
    """Join; 409 where the address is taken, whatever its case."""
    return Profile.of(await storage.users.create(email=joining.email, display_name=joining.display_name))


@router.get("/me")
async def me(session: SignedIn, storage: TheStorage) -> Profile:
    """Whoever is signed in."""
    return Profile.of(await _stored(session.user_id, storage))


@router.patch("/me")
async def rename(renaming: Renaming, session: SignedIn, storage: TheStorage) -> Profile:
    """Take another name; 409 where somebody changed the profile at the same moment."""
    user = await _stored(session.user_id, storage)
    return Profile.of(await storage.users.update(user, display_name=renaming.display_name))


async def _stored(id_: str, storage: AsyncStorage) -> User:
    user = await storage.users.get(id_)
    if user is None:
        raise HTTPException(401, "this user has left")
    return user
