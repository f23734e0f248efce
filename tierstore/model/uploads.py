"""Users' files and static assets: an item and an object that never disagree for good."""

from __future__ import annotations

from dataclasses import field
from typing import Annotated, Final, Literal

from tierstore.declaration.entities import SENSITIVE, Entity
from tierstore.declaration.keys import Shards, key
from tierstore.declaration.patterns import (
    AccessPattern,
    Get,
    ObjectAction,
    ObjectRequest,
    Query,
    create,
    delete,
    update,
    write,
)
from tierstore.identifiers import new_ulid
from tierstore.model.buckets import UPLOADS
from tierstore.model.tables import CORE


class Upload(
    Entity,
    table=CORE,
    type="upload",
    key=key("USER#{user_id}", "UPLOAD#{id}"),
    indexes={"gsi1": key("UPLOAD_STATUS#{status}#{shard}", "{created_at}#{id}", shards=Shards(count=4, by="id"))},
    only_indexed_when={"gsi1": {"status": "pending"}},
):
    """A file of a user: pending from its registration until its object is there."""

    id: str = field(default_factory=new_ulid)
    user_id: str
    file_name: Annotated[str, SENSITIVE]
    object_key: Annotated[str, SENSITIVE]
    content_type: str
    size_bytes: int
    checksum_sha256: str | None = None
    status: Literal["pending", "complete"] = "pending"


PATTERNS: Final = (
    AccessPattern(
        id="F1",
        name="uploads.register",
        title="register an upload before its file is sent",
        requests=(
            write(create(Upload)),
            ObjectRequest(bucket=UPLOADS, actions=(ObjectAction.WRITE,)),
        ),
    ),
    AccessPattern(
        id="F1c",
        name="uploads.complete",
        title="complete an upload once its object is there",
        requests=(
            write(update(Upload)),
            ObjectRequest(bucket=UPLOADS, actions=(ObjectAction.READ,)),
        ),
    ),
    AccessPattern(
        id="F1l",
        name="uploads.by_user",
        title="a user's uploads, newest first",
        requests=(Query(entities=(Upload,), sort_prefix="id", newest_first=True),),
    ),
    AccessPattern(
        id="F1g",
        name="uploads.get",
        title="one upload and its file",
        requests=(
            Get(entity=Upload),
            ObjectRequest(bucket=UPLOADS, actions=(ObjectAction.READ,)),
        ),
    ),
    AccessPattern(
        id="F1d",
        name="uploads.delete",
        title="delete an upload and its file",
        requests=(
            write(delete(Upload)),
            ObjectRequest(bucket=UPLOADS, actions=(ObjectAction.DELETE,)),
        ),
    ),
    AccessPattern(
        id="F2",
        name="uploads.pending",
        title="uploads that are still pending, oldest first, for reconciliation",
        requests=(Query(entities=(Upload,), index="gsi1", between="created_at"),),
    ),
)

ENTITIES: Final = (Upload,)
