"""Files: the client announces one, sends it to S3 by itself, and completes it."""

from __future__ import annotations

from typing import Annotated, Self

from fastapi import APIRouter, Query
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, Field

from examples.service.access import SignedIn, TheStorage
from tierstore.model.uploads import Upload

router = APIRouter(prefix="/uploads")


class Announcement(BaseModel):
    """A file to be sent."""

    file_name: Annotated[str, Field(min_length=1, max_length=255)]
    content_type: str
    size_bytes: Annotated[int, Field(ge=0)]
    checksum_sha256: Annotated[str, Field(min_length=44, max_length=44)]
    """In base 64."""


class File(BaseModel):
    """A file as its owner sees it."""

    id: str
    file_name: str
    content_type: str
    size_bytes: int
    status: str

    @classmethod
    def of(cls, upload: Upload) -> Self:
        """The file of a stored upload."""
        return cls.model_validate(upload, from_attributes=True)


class Sending(BaseModel):
    """The request with which the client sends the file, to S3 and not here."""

    method: str
    url: str
    headers: dict[str, str]


class Registered(BaseModel):
    """An announced file, and how to send it."""

    file: File
    send: Sending


class Files(BaseModel):
    """Some files, and where the list goes on."""

    files: list[File]
    cursor: str | None


@router.post("", status_code=201)
async def register(announcement: Announcement, session: SignedIn, storage: TheStorage) -> Registered:
    """Announce a file: S3 takes exactly these bytes."""
    registration = await storage.uploads.register(user_id=session.user_id, **announcement.model_dump())
    send = Sending.model_validate(registration.put, from_attributes=True)
    return Registered(file=File.of(registration.upload), send=send)


@router.post("/{upload_id}/complete")
async def complete(upload_id: str, session: SignedIn, storage: TheStorage) -> File:
    """Say that the file was sent; 404 while it is not there."""
    return File.of(await storage.uploads.complete(user_id=session.user_id, upload_id=upload_id))


@router.get("")
async def files(
    session: SignedIn,
    storage: TheStorage,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    cursor: str | None = None,
) -> Files:
    """The signed-in user's files, newest first."""
    page = await storage.uploads.by_user(user_id=session.user_id, limit=limit, cursor=cursor)
    return Files(files=[File.of(upload) for upload in page.items], cursor=page.cursor)


@router.get("/{upload_id}/content")
async def content(upload_id: str, session: SignedIn, storage: TheStorage) -> RedirectResponse:
    """To the file itself, by a link that is valid for a while."""
    return RedirectResponse(await storage.uploads.link(user_id=session.user_id, upload_id=upload_id))


@router.delete("/{upload_id}", status_code=204)
async def delete(upload_id: str, session: SignedIn, storage: TheStorage) -> None:
    """Delete a file; deleting what is not there is no error."""
    await storage.uploads.delete(user_id=session.user_id, upload_id=upload_id)
