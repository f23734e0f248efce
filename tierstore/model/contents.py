"""Content, its revisions, and the lists on which it is found."""

from __future__ import annotations

from dataclasses import field
from datetime import datetime
from typing import Final, Literal

from tierstore.declaration.entities import Entity
from tierstore.declaration.keys import Shards, key
from tierstore.declaration.ownership import Mentions, OwnedBy, PartOf
from tierstore.declaration.patterns import AccessPattern
from tierstore.declaration.policies import CachePolicy
from tierstore.declaration.requests import (
    Get,
    GetShards,
    KeySpaceAction,
    KeySpaceRequest,
    Query,
    add,
    create,
    delete,
    put,
    update,
    write,
    write_many,
)
from tierstore.identifiers import new_ulid
from tierstore.model.erasures import NOT_ERASED
from tierstore.model.key_spaces import LIVE_COUNTERS, UNFLUSHED_COUNTERS
from tierstore.model.outbox import KEEP
from tierstore.model.state import IdempotencyRecord
from tierstore.model.tables import CORE


class Content(
    Entity,
    table=CORE,
    type="content",
    key=key("CONTENT#{id}", "CONTENT"),
    indexes={
        "gsi1": key("AUTHOR#{author_id}", "{created_at}#{id}"),
        "gsi2": key("AUTHOR#{author_id}#STATUS#{status}", "{created_at}#{id}"),
    },
    cache=CachePolicy(time_to_live=600, negative_time_to_live=30, refresh_ahead=60, stale_if_error=86_400),
    typical_item_bytes=4096,
    ownership=(OwnedBy(field="author_id"),),
):
    """Something that an author writes, publishes and revises."""

    id: str = field(default_factory=new_ulid)
    author_id: str
    title: str
    body: str
    category: str
    tags: frozenset[str] = frozenset()
    status: Literal["draft", "published", "archived"] = "draft"
    published_at: datetime | None = None
    revision: int = 1


class Listing(
    Entity,
    table=CORE,
    type="listing",
    key=key("CONTENT#{content_id}", "LISTING"),
    indexes={
        "gsi1": key(
            "CATEGORY#{category}#{published_at:month}#{shard}",
            "{published_at}#{content_id}",
            shards=Shards(count=4, by="content_id"),
        )
    },
    typical_item_bytes=512,
    ownership=(PartOf(whole=Content, fields={"content_id": "id"}),),
):
    """Published content as a category lists it; exists only while the content is published."""

    content_id: str
    category: str
    title: str
    author_id: str
    published_at: datetime


class Tagging(
    Entity,
    table=CORE,
    type="tagging",
    key=key("TAG#{tag}#{shard}", "{published_at}#{content_id}", shards=Shards(count=4, by="content_id")),
    typical_item_bytes=512,
    ownership=(PartOf(whole=Content, fields={"content_id": "id", "tag": "tags", "published_at": "published_at"}),),
):
    """One tag on one published content, written with it."""

    tag: str
    content_id: str
    title: str
    published_at: datetime


class Revision(
    Entity,
    table=CORE,
    type="revision",
    key=key("CONTENT#{content_id}", "REVISION#{number:08d}"),
    indexes={
        "lsi1": key("CONTENT#{content_id}", "EDITED#{edited_at}"),
        "gsi2": key("EDITOR#{editor_id}", "{edited_at}#{content_id}"),
    },
    typical_item_bytes=4096,
    ownership=(PartOf(whole=Content, fields={"content_id": "id"}), Mentions(field="editor_id")),
):
    """What a content said at one revision."""

    content_id: str
    number: int
    edited_at: datetime
    editor_id: str | None
    """None once the editor's data was erased."""
    title: str
    body: str


class ContentCounter(
    Entity,
    table=CORE,
    type="content_counter",
    key=key("COUNTER#{content_id}#{name}#{shard}", "COUNTER", shards=Shards(count=16, by=None)),
    typical_item_bytes=128,
    ownership=(PartOf(whole=Content, fields={"content_id": "id"}),),
):
    """A share of a counter; the counter's value is the sum over its shards."""

    content_id: str
    name: Literal["views", "likes"]
    value: int = 0


PATTERNS: Final = (
    AccessPattern(
        id="C1",
        name="contents.get",
        title="content by id",
        requests=(Get(entity=Content),),
    ),
    AccessPattern(
        id="C1c",
        name="contents.create",
        title="create a draft with its first revision",
        requests=(write(create(Content), create(Revision), NOT_ERASED),),
    ),
    AccessPattern(
        id="C1u",
        name="contents.edit",
        title="edit content, keeping the revision, the listing and the tags in step",
        requests=(write(update(Content), create(Revision), put(Listing), put(Tagging), delete(Tagging), NOT_ERASED),),
    ),
    AccessPattern(
        id="C1p",
        name="contents.publish",
        title="publish content: list it in its category and under its tags",
        requests=(write(update(Content), put(Listing), put(Tagging)),),
    ),
    AccessPattern(
        id="C1w",
        name="contents.withdraw",
        title="archive content and take it off every list",
        requests=(write(update(Content, "status"), delete(Listing), delete(Tagging)),),
    ),
    AccessPattern(
        id="C1d",
        name="contents.delete",
        title="delete content with its revisions, taken off every list first",
        requests=(
            write(update(Content, "status"), delete(Listing), delete(Tagging)),
            Query(entities=(Revision,), sort_prefix="number", newest_first=True, consistent=True),
            write_many(delete(Revision)),
            write(delete(Content)),
        ),
    ),
    AccessPattern(
        id="C2",
        name="contents.by_author",
        title="content by author, newest first",
        requests=(Query(entities=(Content,), index="gsi1", newest_first=True),),
    ),
    AccessPattern(
        id="C2s",
        name="contents.by_author_and_status",
        title="content by author with a status, newest first",
        requests=(Query(entities=(Content,), index="gsi2", newest_first=True),),
    ),
    AccessPattern(
        id="C3",
        name="contents.by_category",
        title="published content by category and time range, newest first",
        requests=(Query(entities=(Listing,), index="gsi1", between="published_at", newest_first=True),),
    ),
    AccessPattern(
        id="C4",
        name="contents.revisions",
        title="revisions of a content by number",
        requests=(Query(entities=(Revision,), sort_prefix="number", newest_first=True, consistent=True),),
    ),
    AccessPattern(
        id="C4n",
        name="contents.revision",
        title="one revision by its number",
        requests=(Get(entity=Revision, consistent=True),),
    ),
    AccessPattern(
        id="C4t",
        name="contents.revisions_by_time",
        title="revisions of a content by edit time, strongly consistent",
        requests=(Query(entities=(Revision,), index="lsi1", between="edited_at", newest_first=True, consistent=True),),
    ),
    AccessPattern(
        id="C5",
        name="contents.by_tag",
        title="content by tag, newest first",
        requests=(Query(entities=(Tagging,), between="published_at", newest_first=True),),
    ),
    AccessPattern(
        id="C6",
        name="counters.read",
        title="read a counter: the sum of its shards and what is not yet flushed",
        requests=(
            GetShards(entity=ContentCounter),
            KeySpaceRequest(key_space=LIVE_COUNTERS, actions=(KeySpaceAction.READ,)),
        ),
    ),
    AccessPattern(
        id="C6a",
        name="counters.add",
        title="add to a counter",
        requests=(
            KeySpaceRequest(key_space=LIVE_COUNTERS),
            KeySpaceRequest(key_space=UNFLUSHED_COUNTERS),
            write(add(ContentCounter)),
            KEEP,
        ),
    ),
    AccessPattern(
        id="C6f",
        name="counters.flush",
        title="move what was counted in Redis into the table, exactly once",
        requests=(
            KeySpaceRequest(key_space=UNFLUSHED_COUNTERS),
            KeySpaceRequest(key_space=LIVE_COUNTERS),
            write(add(ContentCounter), create(IdempotencyRecord)),
        ),
    ),
)

ENTITIES: Final = (
    Content,
    Listing,
    Tagging,
    Revision,
    ContentCounter,
)
