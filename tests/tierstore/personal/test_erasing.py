"""An erased user is gone from every tier, whatever breaks off, and stays gone, whatever others do meanwhile."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.tierstore.personal.conftest import BUCKET, Killed, Life, Tiers, register
from tierstore.core.effects import Effect
from tierstore.dynamodb.effects import DynamoDBRequest
from tierstore.errors import ErasedError, InvalidError, NotUniqueError, UnavailableError, VersionConflictError
from tierstore.personal.erasing import Erased
from tierstore.redis.effects import RedisScan


@pytest.fixture
def names(life: Life) -> tuple[str, ...]:
    """What tells of the user."""
    return (life.user.id, life.user.email, *life.content_ids)


STAYS = (":done:", ":guard", "ERASURE#")
"""Keys of Redis that expire within moments, and the record of the erasure itself."""


def left(tiers: Tiers, names: tuple[str, ...]) -> list[str]:
    return [trace for trace in tiers.traces(*names) if not any(mark in trace for mark in STAYS)]


def test_nothing_of_the_user_is_left_in_any_tier(tiers: Tiers, life: Life, names: tuple[str, ...]) -> None:
    erased = tiers.storage.personal_data.erase(life.user.id)

    assert left(tiers, names) == []
    assert erased.remains == ()
    assert erased.removed.keys() >= {"User", "Preferences", "Session", "Upload", "Content", "Revision", "Tagging"}
    assert erased.removed["uploads"] == 3 + 1 + 1  # versions, a deletion, an unfinished upload


def test_everything_that_is_stored_is_told_beforehand(tiers: Tiers, life: Life) -> None:
    found = {remnant.where: remnant.count for remnant in tiers.storage.personal_data.remains(life.user.id)}

    assert found["Content"] == 2
    assert found["Upload"] == 2
    assert found["uploads"] == 5
    assert found["Revision"] == 3
    in_redis = {where.split()[1].split(":")[0] for where in found if where.startswith("redis")}
    assert in_redis == {"entity", "user_sessions", "rate", "board", "changes"}


def test_others_keep_what_is_theirs(tiers: Tiers, life: Life) -> None:
    storage, bob = tiers.storage, life.other
    storage.personal_data.erase(life.user.id)

    assert storage.users.get(bob.id) == bob
    assert len(storage.sessions.by_user(bob.id).items) == 1
    assert storage.leaderboards.rank("game", bob.id) is not None
    assert [change.body for change in storage.changes.follow("news").items] == [{"users": [bob.id]}]
    assert [entry["Key"] for entry in tiers.s3.list_objects_v2(Bucket=BUCKET)["Contents"]] == [
        f"uploads/{bob.id}/1/notes.txt"
    ]
    revisions = storage.contents.revisions(life.others_content_id).items
    assert [(revision.body, revision.editor_id) for revision in revisions] == [("by Ada", None), ("b", bob.id)]


def test_nothing_new_is_stored_for_an_erased_user(tiers: Tiers, life: Life, names: tuple[str, ...]) -> None:
    storage, ada = tiers.storage, life.user
    others = storage.contents.get(life.others_content_id)
    assert others is not None
    storage.personal_data.erase(ada.id)

    with pytest.raises(ErasedError):
        storage.sessions.start(ada.id)
    with pytest.raises(ErasedError):
        storage.users.set_preferences(ada.id)
    with pytest.raises(ErasedError):
        storage.contents.create(author_id=ada.id, title="t", body="b", category="c")
    with pytest.raises(ErasedError):
        storage.contents.edit(others, editor_id=ada.id, body="again")
    with pytest.raises(ErasedError):
        register(storage, ada.id, life.file)
    with pytest.raises(VersionConflictError):
        storage.users.update(ada, display_name="Ada again")
    assert left(tiers, names) == []


def test_the_email_address_is_free_again(tiers: Tiers, life: Life) -> None:
    with pytest.raises(NotUniqueError):
        tiers.storage.users.create(email=life.user.email, display_name="Ada")
    tiers.storage.personal_data.erase(life.user.id)

    newcomer = tiers.storage.users.create(email=life.user.email, display_name="Ada")

    assert tiers.storage.users.by_email(life.user.email) == newcomer


def erase_dying(tiers: Tiers, user_id: str, *, after: int) -> bool:
    """Whether the erasure died after so many requests."""
    tiers.dies_after(after)
    try:
        tiers.storage.personal_data.erase(user_id)
    except Killed:
        return True
    finally:
        tiers.dies_after(None)
    return False


def test_an_erasure_that_dies_again_and_again_comes_to_its_end(
    tiers: Tiers, life: Life, names: tuple[str, ...]
) -> None:
    """Each one gets one request further than the last, so that it dies at every place where it can."""
    steps = 1
    while erase_dying(tiers, life.user.id, after=steps):
        steps += 1

    assert steps > 20
    assert left(tiers, names) == []
    assert tiers.storage.personal_data.remains(life.user.id) == ()


def test_what_happens_while_the_user_is_erased_brings_nothing_back(
    tiers: Tiers, life: Life, names: tuple[str, ...]
) -> None:
    """Every now and then during the erasure somebody signs in, writes and edits as the user would."""
    storage, ada = tiers.storage, life.user
    content = storage.contents.get(life.content_ids[0])
    assert content is not None
    outcomes: list[str] = []
    requests = 0

    def as_the_user(_: Effect[Any]) -> None:
        nonlocal requests
        requests += 1
        if requests % 7 != 1:
            return
        before, tiers.before = tiers.before, lambda _: None
        for act in (
            lambda: storage.sessions.start(ada.id),
            lambda: storage.users.set_preferences(ada.id, locale="fr"),
            lambda: storage.contents.create(author_id=ada.id, title="t", body="b", category="c"),
            lambda: storage.contents.edit(content, editor_id=life.other.id, tags=["x", "z"]),
            lambda: storage.users.update(ada, display_name="Ada again"),
        ):
            try:
                act()
            except (ErasedError, VersionConflictError) as error:
                outcomes.append(type(error).__name__)
            else:
                outcomes.append("done")
        tiers.before = before

    tiers.before = as_the_user
    erased = storage.personal_data.erase(ada.id)
    tiers.before = lambda _: None

    assert {"done", "ErasedError", "VersionConflictError"} <= set(outcomes)
    assert erased.remains == ()
    assert left(tiers, names) == []


def test_as_long_as_links_may_store_files_the_erasure_is_to_be_run_again(
    tiers: Tiers, life: Life, names: tuple[str, ...]
) -> None:
    first = tiers.storage.personal_data.erase(life.user.id)
    tiers.s3.put_object(Bucket=BUCKET, Key=f"uploads/{life.user.id}/1/late.txt", Body=b"by a link")
    assert first.run_again_at is not None
    tiers.world.moment = first.run_again_at + timedelta(seconds=1)

    last = tiers.storage.personal_data.erase(life.user.id)

    assert [first.is_finished, last.is_finished] == [False, True]
    assert left(tiers, names) == []


def test_sessions_that_have_expired_go_too(tiers: Tiers, life: Life, names: tuple[str, ...]) -> None:
    tiers.world.pass_by(hours=1)

    tiers.storage.personal_data.erase(life.user.id)

    assert left(tiers, names) == []


def test_whoever_was_never_there_is_erased_at_once(tiers: Tiers) -> None:
    assert tiers.storage.personal_data.erase("nobody") == Erased(removed={}, remains=(), run_again_at=None)


@pytest.mark.parametrize("user_id", ["", "  "])
def test_an_id_that_would_be_everybody_is_refused(tiers: Tiers, user_id: str) -> None:
    with pytest.raises(InvalidError, match="the user id is empty"):
        tiers.storage.personal_data.erase(user_id)


def test_an_id_that_is_a_part_of_others_is_not_taken_for_them(tiers: Tiers, life: Life) -> None:
    part = life.other.id[:-1]
    before = tiers.traces(life.other.id)

    tiers.storage.personal_data.erase(part)

    assert tiers.traces(life.other.id) == before


@pytest.mark.parametrize("user_id", ["ada:b", "50%", "{ada}", "a*?[x]", "team:{1}:50%"])
def test_an_id_with_unusual_characters_is_found_in_redis(tiers: Tiers, user_id: str) -> None:
    storage = tiers.storage
    storage.users.get(user_id)
    storage.sessions.start(user_id)
    storage.changes.publish(user_id, "greeted", None)
    storage.leaderboards.put("game", user_id, 1)

    erased = storage.personal_data.erase(user_id)

    assert erased.remains == ()
    names = tiers.transports(RedisScan(pattern="*"))
    assert [name for name in names if b"user_sessions" in name or b"entity:1:{user" in name or b"stream" in name] == []


def test_while_redis_is_away_an_erasure_fails_rather_than_leave_something(tiers: Tiers, life: Life) -> None:
    def away(effect: Effect[Any]) -> None:
        if not isinstance(effect, DynamoDBRequest) and "Redis" in type(effect).__name__:
            raise UnavailableError("Redis cannot be reached")

    tiers.before = away
    with pytest.raises(UnavailableError):
        tiers.storage.personal_data.erase(life.user.id)
    tiers.before = lambda _: None

    assert tiers.storage.personal_data.erase(life.user.id).remains == ()
