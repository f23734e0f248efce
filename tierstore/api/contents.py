"""Content: written, revised, published on lists, withdrawn from them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, Final, Literal, TypeAlias

from tierstore.api.declared import declared_list
from tierstore.core.effects import Plan
from tierstore.core.operation import Group, Mode, Runner, operation
from tierstore.core.pages import Page, paged
from tierstore.core.unchanged import UNCHANGED, Unchanged, given
from tierstore.dynamodb import changes
from tierstore.dynamodb.changes import Change
from tierstore.dynamodb.expressions import Condition, equals
from tierstore.dynamodb.items.attribute_values import text
from tierstore.dynamodb.repository import Repository
from tierstore.errors import InvalidError
from tierstore.model.contents import Content, Listing, Revision, Tagging
from tierstore.personal.guarding import not_erased

ContentStatus: TypeAlias = Literal["draft", "published", "archived"]

MAXIMUM_TAGS: Final = 40
"""Of one content: an edit that replaces them all, beside content, listing and revision, fits one transaction."""
_REVISIONS_AT_ONCE: Final = 100

_BY_AUTHOR: Final = declared_list("contents.by_author")
_BY_AUTHOR_AND_STATUS: Final = declared_list("contents.by_author_and_status")
_BY_CATEGORY: Final = declared_list("contents.by_category")
_BY_TAG: Final = declared_list("contents.by_tag")
_REVISIONS: Final = declared_list("contents.revisions")
_REVISIONS_BY_TIME: Final = declared_list("contents.revisions_by_time")


class Contents(Group[Mode]):
    """What authors write. Whatever an edit touches - content, revision, listing, tags - changes in one transaction."""

    def __init__(self, runner: Runner, items: Repository) -> None:
        super().__init__(runner)
        self._items = items

    @operation
    def create(
        self, *, author_id: str, title: str, body: str, category: str, tags: Iterable[str] = ()
    ) -> Plan[Content]:
        """Create a draft and its first revision. Raises `ErasedError` for an author whose data was erased."""
        now = self._items.now
        draft = Content(
            author_id=author_id, title=title, body=body, category=category, tags=_checked(tags), created_at=now
        )
        created = changes.create(draft, now=now)
        revision = changes.create(_revision(created.result, author_id), now=now)
        yield from self._items.write(created, revision, not_erased(author_id))
        return created.result

    @operation
    def get(self, id: str, *, consistent: bool = False) -> Plan[Content | None]:  # noqa: A002 - the field's name
        """The content with this id, or None. A read that is not consistent may miss the last moments' changes."""
        return self._items.get(Content, {"id": id}, consistent=consistent)

    @operation
    def edit(
        self,
        content: Content,
        *,
        editor_id: str,
        title: str | Unchanged = UNCHANGED,
        body: str | Unchanged = UNCHANGED,
        category: str | Unchanged = UNCHANGED,
        tags: Iterable[str] | Unchanged = UNCHANGED,
    ) -> Plan[Content]:
        """Change content, keep what it says now as its next revision, and bring its listing and tags into line.

        Nothing happens where nothing changes. Raises `VersionConflictError` where somebody changed or deleted the
        content since it was read, and `ErasedError` for an editor whose data was erased.
        """
        now = self._items.now
        tags = _checked(tags) if tags is not UNCHANGED else tags
        values = given(title=title, body=body, category=category, tags=tags)
        if all(getattr(content, name) == value for name, value in values.items()):
            return content
        edited = changes.update(content, now=now, revision=content.revision + 1, **values)
        revision = changes.create(_revision(edited.result, editor_id), now=now)
        yield from self._items.write(edited, revision, *_relisted(content, edited.result), not_erased(editor_id))
        return edited.result

    @operation
    def publish(self, content: Content) -> Plan[Content]:
        """Publish content: from now on it is listed in its category and under its tags.

        Raises `VersionConflictError` where somebody changed or deleted the content since it was read.
        """
        now = self._items.now
        published = changes.update(content, now=now, status="published", published_at=content.published_at or now)
        yield from self._items.write(published, *_relisted(content, published.result))
        return published.result

    @operation
    def withdraw(self, content: Content) -> Plan[Content]:
        """Archive content and take it off every list; it may be published again, with its first date.

        Raises `VersionConflictError` where somebody changed or deleted the content since it was read.
        """
        withdrawn = changes.update(content, now=self._items.now, status="archived")
        yield from self._items.write(withdrawn, *_relisted(content, withdrawn.result))
        return withdrawn.result

    @operation
    def delete(self, content: Content) -> Plan[None]:
        """Delete content with all its revisions; a deletion that broke off can be begun again.

        Raises `VersionConflictError` where somebody changed or deleted the content since it was read.
        """
        listed = changes.update(content, now=self._items.now, status="archived")
        yield from self._items.write(listed, *_relisted(content, listed.result))
        revisions = _REVISIONS(values={"content_id": content.id})
        cursor: str | None = None
        while True:
            page = yield from self._items.page(revisions, limit=_REVISIONS_AT_ONCE, cursor=cursor)
            yield from self._items.write_many(delete=page.items)
            cursor = page.cursor
            if cursor is None:
                break
        yield from self._items.delete(listed.result)

    @paged
    def by_author(
        self, author_id: str, *, category: str | None = None, limit: int = 20, cursor: str | None = None
    ) -> Plan[Page[Content]]:
        """Content of an author, newest first; of one category only, if given, which reads the others as well."""
        wanted = _BY_AUTHOR(values={"author_id": author_id}, conditions=_in_category(category))
        return self._items.page(wanted, limit=limit, cursor=cursor)

    @paged
    def by_author_and_status(
        self,
        author_id: str,
        status: ContentStatus,
        *,
        category: str | None = None,
        limit: int = 20,
        cursor: str | None = None,
    ) -> Plan[Page[Content]]:
        """Content of an author with a status, newest first; of one category only, if given."""
        values = {"author_id": author_id, "status": status}
        wanted = _BY_AUTHOR_AND_STATUS(values=values, conditions=_in_category(category))
        return self._items.page(wanted, limit=limit, cursor=cursor)

    @paged
    def by_category(
        self,
        category: str,
        *,
        since: datetime,
        until: datetime | None = None,
        limit: int = 20,
        cursor: str | None = None,
    ) -> Plan[Page[Listing]]:
        """Published content of a category, newest first, published from `since` to `until`, both included.

        Reads month by month, so an early `since` costs requests only as far as the pages go.
        """
        wanted = _BY_CATEGORY(values={"category": category}, since=since, until=until)
        return self._items.page(wanted, limit=limit, cursor=cursor)

    @paged
    def by_tag(
        self,
        tag: str,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        limit: int = 20,
        cursor: str | None = None,
    ) -> Plan[Page[Tagging]]:
        """Published content with a tag, newest first, published from `since` to `until`, both included."""
        wanted = _BY_TAG(values={"tag": tag}, since=since, until=until)
        return self._items.page(wanted, limit=limit, cursor=cursor)

    @paged
    def revisions(self, content_id: str, *, limit: int = 20, cursor: str | None = None) -> Plan[Page[Revision]]:
        """Revisions of a content, newest first; consistent."""
        wanted = _REVISIONS(values={"content_id": content_id})
        return self._items.page(wanted, limit=limit, cursor=cursor)

    @operation
    def revision(self, content_id: str, number: int) -> Plan[Revision | None]:
        """One revision of a content by its number, counted from 1, or None; consistent."""
        return self._items.get(Revision, {"content_id": content_id, "number": number}, consistent=True)

    @paged
    def revisions_by_time(
        self,
        content_id: str,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        limit: int = 20,
        cursor: str | None = None,
    ) -> Plan[Page[Revision]]:
        """Revisions of a content that were made from `since` to `until`, both included, newest first; consistent."""
        wanted = _REVISIONS_BY_TIME(values={"content_id": content_id}, since=since, until=until)
        return self._items.page(wanted, limit=limit, cursor=cursor)


def _checked(tags: Iterable[str]) -> frozenset[str]:
    different = frozenset(tags)
    if len(different) > MAXIMUM_TAGS:
        raise InvalidError(f"{len(different)} tags; a content has at most {MAXIMUM_TAGS}")
    return different


def _in_category(category: str | None) -> tuple[Condition, ...]:
    return () if category is None else (equals("category", text(category)),)


def _revision(content: Content, editor_id: str) -> Revision:
    return Revision(
        content_id=content.id,
        number=content.revision,
        edited_at=content.updated_at,
        editor_id=editor_id,
        title=content.title,
        body=content.body,
    )


def _relisted(before: Content, after: Content) -> Iterator[Change[Any]]:
    """What brings the lists from one state of a content to the next."""
    old, new = dict(_copies(before)), dict(_copies(after))
    for name, copy in old.items():
        if name not in new:
            yield changes.delete_copy(copy)
    for name, copy in new.items():
        if old.get(name) != copy:
            yield changes.put_copy(copy)


def _copies(content: Content) -> Iterator[tuple[str, Listing | Tagging]]:
    """The copies under which a content is found on lists, each by a name of its own; none but of published content."""
    published_at = content.published_at
    if content.status != "published" or published_at is None:
        return
    yield (
        "",
        Listing(
            content_id=content.id,
            category=content.category,
            title=content.title,
            author_id=content.author_id,
            published_at=published_at,
            created_at=content.created_at,
            updated_at=content.created_at,
        ),
    )
    for tag in sorted(content.tags):
        yield (
            tag,
            Tagging(
                tag=tag,
                content_id=content.id,
                title=content.title,
                published_at=published_at,
                created_at=content.created_at,
                updated_at=content.created_at,
            ),
        )
