"""Content, its revisions, and the lists that follow whatever happens to it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.tierstore.dynamodb.conftest import START, World
from tierstore.core.operation import Sync
from tierstore.errors import InvalidError, VersionConflictError
from tierstore.model.contents import Content
from tierstore.storage import Operations

LONG_AGO = START - timedelta(days=400)


@pytest.fixture
def draft(storage: Operations[Sync]) -> Content:
    return storage.contents.create(author_id="ada", title="Notes", body="b1", category="news", tags=["maths", "engine"])


def listed(storage: Operations[Sync], category: str = "news") -> list[tuple[str, str]]:
    page = storage.contents.by_category(category, since=LONG_AGO)
    return [(listing.content_id, listing.title) for listing in page.items]


def tagged(storage: Operations[Sync], tag: str) -> list[tuple[str, str]]:
    return [(tagging.content_id, tagging.title) for tagging in storage.contents.by_tag(tag).items]


def test_a_draft_is_created_with_its_first_revision_and_on_no_list(
    storage: Operations[Sync], world: World, draft: Content
) -> None:
    assert world.actions == ["TransactWriteItems"]
    assert storage.contents.get(draft.id) == draft
    assert [(r.number, r.body) for r in storage.contents.revisions(draft.id).items] == [(1, "b1")]
    assert (listed(storage), tagged(storage, "maths")) == ([], [])


def test_published_content_is_listed_in_its_category_and_under_its_tags(
    storage: Operations[Sync], draft: Content
) -> None:
    published = storage.contents.publish(draft)

    entry = (draft.id, "Notes")
    assert (published.status, published.published_at) == ("published", START)
    assert (listed(storage), tagged(storage, "maths"), tagged(storage, "engine")) == ([entry], [entry], [entry])


def test_an_edit_makes_a_revision_and_brings_the_lists_into_line(
    storage: Operations[Sync], world: World, draft: Content
) -> None:
    published = storage.contents.publish(draft)
    world.pass_by(hours=1)

    edited = storage.contents.edit(
        published, editor_id="eve", title="New notes", category="science", tags=["maths", "history"]
    )

    assert storage.contents.get(draft.id) == edited
    assert (listed(storage, "news"), listed(storage, "science")) == ([], [(draft.id, "New notes")])
    assert tagged(storage, "maths") == tagged(storage, "history") == [(draft.id, "New notes")]
    assert tagged(storage, "engine") == []
    newest, first = storage.contents.revisions(draft.id).items
    assert (newest.number, newest.editor_id, newest.title, newest.body) == (2, "eve", "New notes", "b1")
    assert storage.contents.revision(draft.id, 1) == first


def test_an_edit_of_a_draft_touches_no_list(storage: Operations[Sync], world: World, draft: Content) -> None:
    world.requests.clear()

    storage.contents.edit(draft, editor_id="ada", body="b2")

    (request,) = world.requests
    assert [action for item in request.document["TransactItems"] for action in item] == [
        "Update",
        "Put",
        "ConditionCheck",
    ]
    assert listed(storage) == []


def test_an_edit_that_changes_nothing_does_nothing(storage: Operations[Sync], world: World, draft: Content) -> None:
    world.requests.clear()

    assert storage.contents.edit(draft, editor_id="ada", title="Notes", tags=["engine", "maths"]) == draft
    assert world.actions == []


def test_of_two_edits_of_one_version_the_second_leaves_nothing_behind(
    storage: Operations[Sync], draft: Content
) -> None:
    edited = storage.contents.edit(draft, editor_id="ada", body="b2")

    with pytest.raises(VersionConflictError, match="Content was expected at version 1"):
        storage.contents.edit(draft, editor_id="eve", body="b3")

    assert storage.contents.get(draft.id) == edited
    assert len(storage.contents.revisions(draft.id).items) == 2


def test_withdrawn_content_is_on_no_list_and_returns_with_its_first_date(
    storage: Operations[Sync], world: World, draft: Content
) -> None:
    withdrawn = storage.contents.withdraw(storage.contents.publish(draft))
    assert (withdrawn.status, listed(storage), tagged(storage, "maths")) == ("archived", [], [])
    world.pass_by(days=40)

    again = storage.contents.publish(withdrawn)

    assert again.published_at == START
    assert listed(storage) == [(draft.id, "Notes")]


def test_deleted_content_leaves_nothing_behind(storage: Operations[Sync], world: World, draft: Content) -> None:
    current = storage.contents.publish(draft)
    for number in range(5):
        current = storage.contents.edit(current, editor_id="ada", body=f"body {number}")

    storage.contents.delete(current)

    for table in ("test-core", "test-state"):
        assert world.scan(table) == []


def test_a_deletion_that_broke_off_can_be_begun_again(storage: Operations[Sync], draft: Content) -> None:
    withdrawn = storage.contents.withdraw(storage.contents.publish(draft))

    storage.contents.delete(withdrawn)

    assert storage.contents.get(draft.id) is None


def test_content_of_an_author_comes_newest_first_and_by_status(storage: Operations[Sync], world: World) -> None:
    made = []
    for number in range(6):
        world.pass_by(minutes=1)
        made.append(
            storage.contents.create(
                author_id="ada", title=str(number), body="b", category="news" if number % 2 else "science"
            )
        )
    published = storage.contents.publish(made[3])

    assert [content.title for content in storage.contents.by_author("ada").items] == ["5", "4", "3", "2", "1", "0"]
    assert storage.contents.by_author_and_status("ada", "published").items == (published,)
    in_news = storage.contents.by_author("ada", category="news", limit=2)
    assert [content.title for content in in_news.items] == ["5", "3"]
    rest = storage.contents.by_author("ada", category="news", limit=2, cursor=in_news.cursor)
    assert [content.title for content in rest.items] == ["1"]


def test_revisions_are_found_by_the_time_of_their_edit(storage: Operations[Sync], world: World, draft: Content) -> None:
    current = draft
    for number in range(4):
        world.pass_by(hours=1)
        current = storage.contents.edit(current, editor_id="ada", body=f"body {number}")

    found = storage.contents.revisions_by_time(
        draft.id, since=START + timedelta(hours=1), until=START + timedelta(hours=3)
    )

    assert [revision.number for revision in found.items] == [4, 3, 2]


def test_too_many_tags_are_refused(storage: Operations[Sync]) -> None:
    with pytest.raises(InvalidError, match="41 tags; a content has at most 40"):
        storage.contents.create(
            author_id="ada", title="t", body="b", category="news", tags=(str(number) for number in range(41))
        )


def test_as_many_tags_as_allowed_can_be_replaced_at_once(storage: Operations[Sync]) -> None:
    draft = storage.contents.create(
        author_id="ada", title="t", body="b", category="news", tags=(f"a{number}" for number in range(40))
    )
    published = storage.contents.publish(draft)

    edited = storage.contents.edit(published, editor_id="ada", title="u", tags=(f"b{number}" for number in range(40)))

    assert tagged(storage, "a1") == []
    assert tagged(storage, "b1") == [(edited.id, "u")]
