"""Users' files: an item and an object that never disagree for good."""

from __future__ import annotations

from dataclasses import field
from datetime import datetime
from typing import Annotated, Final, Literal

from tierstore.declaration.entities import SENSITIVE, Entity
from tierstore.declaration.keys import Shards, key
from tierstore.declaration.ownership import OwnedBy
from tierstore.declaration.patterns import AccessPattern
from tierstore.declaration.requests import Get, ObjectAction, ObjectRequest, Query, create, delete, update, write
from tierstore.identifiers import new_ulid
from tierstore.model.buckets import UPLOADS
from tierstore.model.erasures import NOT_ERASED
from tierstore.model.tables import CORE


class Upload(
    Entity,
    table=CORE,
    type="upload",
    key=key("USER#{user_id}", "UPLOAD#{id}"),
    indexes={"gsi1": key("UPLOAD_STATUS#{status}#{shard}", "{created_at}#{id}", shards=Shards(count=4, by="id"))},
    only_indexed_when={"gsi1": {"status": "pending"}},
    ownership=(OwnedBy(field="user_id"),),
):
    """A file of a user: pending from its registration until its object is there."""

    id: str = field(default_factory=new_ulid)
    user_id: str
    file_name: Annotated[str, SENSITIVE]
    """As the user calls it."""
    object_key: Annotated[str, SENSITIVE]
    content_type: str
    size_bytes: int
    checksum_sha256: str
    """Of the file, in base 64."""
    status: Literal["pending", "complete"] = "pending"
    """Pending as long as item and object may have to be brought into line."""
    removing: bool = False
    """True from the moment that its deletion was asked for: it counts as absent, and its object goes first."""
    writable_until: datetime
    """From then on nobody writes its object any more: links have expired, senders have given up."""
    multipart_id: str | None = None
    """Of the parts that were sent so far, so that another attempt goes on with them."""


BY_USER: Final = Query(entities=(Upload,), sort_prefix="id", newest_first=True)
PENDING: Final = Query(entities=(Upload,), index="gsi1", between="created_at")

PATTERNS: Final = (
    AccessPattern(
        id="F1",
        name="uploads.register",
        title="register an upload, and sign the request with which its file is sent",
        requests=(
            write(create(Upload), NOT_ERASED),
            ObjectRequest(bucket=UPLOADS, actions=(ObjectAction.WRITE,)),
        ),
    ),
    AccessPattern(
        id="F1c",
        name="uploads.complete",
        title="complete an upload once its object is there and is what was registered",
        requests=(
            Get(entity=Upload, consistent=True),
            ObjectRequest(bucket=UPLOADS, actions=(ObjectAction.READ, ObjectAction.WRITE, ObjectAction.DELETE)),
            write(update(Upload)),
            write(delete(Upload)),
        ),
    ),
    AccessPattern(
        id="F1s",
        name="uploads.send",
        title="send a file in parts, go on with them after a crash, and complete the upload",
        requests=(
            Get(entity=Upload, consistent=True),
            write(create(Upload), NOT_ERASED),
            write(update(Upload)),
            ObjectRequest(bucket=UPLOADS, actions=(ObjectAction.READ, ObjectAction.WRITE, ObjectAction.RESUME)),
        ),
    ),
    AccessPattern(
        id="F1l",
        name="uploads.by_user",
        title="a user's uploads, newest first",
        requests=(BY_USER,),
    ),
    AccessPattern(
        id="F1g",
        name="uploads.get",
        title="one upload",
        requests=(Get(entity=Upload),),
    ),
    AccessPattern(
        id="F1r",
        name="uploads.download",
        title="receive the file of an upload",
        requests=(
            Get(entity=Upload),
            ObjectRequest(bucket=UPLOADS, actions=(ObjectAction.READ,)),
        ),
    ),
    AccessPattern(
        id="F1u",
        name="uploads.link",
        title="a signed URL that reads the file of an upload",
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
            Get(entity=Upload, consistent=True),
            write(update(Upload)),
            ObjectRequest(bucket=UPLOADS, actions=(ObjectAction.READ, ObjectAction.WRITE, ObjectAction.DELETE)),
            write(delete(Upload)),
        ),
    ),
    AccessPattern(
        id="F2",
        name="uploads.pending",
        title="uploads that are still pending, oldest first",
        requests=(PENDING,),
    ),
    AccessPattern(
        id="F2r",
        name="uploads.reconcile",
        title="bring the items and objects of pending uploads into line",
        requests=(
            PENDING,
            Get(entity=Upload, consistent=True),
            ObjectRequest(bucket=UPLOADS, actions=(ObjectAction.READ, ObjectAction.WRITE, ObjectAction.DELETE)),
            write(update(Upload)),
            write(delete(Upload)),
        ),
    ),
)

ENTITIES: Final = (Upload,)
