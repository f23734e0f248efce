"""Users, as an application creates, finds, changes and deletes them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.tierstore.dynamodb.conftest import START, World
from tierstore.core.operation import Sync
from tierstore.errors import InvalidError, NotUniqueError, VersionConflictError
from tierstore.model.uploads import Upload
from tierstore.model.users import User
from tierstore.storage import Operations


@pytest.fixture
def ada(storage: Operations[Sync]) -> User:
    return storage.users.create(email="ada@example.org", display_name="Ada")


def upload(number: int, *, removing: bool = False) -> Upload:
    return Upload(
        id=f"u{number}",
        user_id="ada",
        file_name="notes.txt",
        object_key=f"uploads/ada/u{number}/notes.txt",
        content_type="text/plain",
        size_bytes=1,
        checksum_sha256="c",
        removing=removing,
        writable_until=START,
    )


def test_a_user_is_found_by_id_and_by_email(storage: Operations[Sync], ada: User) -> None:
    assert storage.users.get(ada.id) == ada
    assert storage.users.by_email("ADA@Example.org") == ada
    assert storage.users.get("nobody") is None


def test_an_address_belongs_to_one_user(storage: Operations[Sync], ada: User) -> None:
    with pytest.raises(NotUniqueError, match="another User has this email"):
        storage.users.create(email=ada.email.upper(), display_name="Eve")


def test_a_user_changes_status_and_is_listed_there(storage: Operations[Sync], ada: User) -> None:
    suspended = storage.users.update(ada, status="suspended")

    assert storage.users.by_status("active").items == ()
    assert storage.users.by_status("suspended").items == (suspended,)
    assert suspended.display_name == "Ada"


def test_two_changes_of_one_version_conflict(storage: Operations[Sync], ada: User) -> None:
    storage.users.update(ada, display_name="Ada L.")

    with pytest.raises(VersionConflictError):
        storage.users.update(ada, display_name="A. Lovelace")


def test_an_address_changes_for_good(storage: Operations[Sync], ada: User) -> None:
    changed = storage.users.change_email(ada, "countess@example.org")

    assert storage.users.by_email("ada@example.org") is None
    assert storage.users.by_email("countess@example.org") == changed


def test_a_user_is_deleted_with_preferences_and_address(storage: Operations[Sync], ada: User) -> None:
    storage.users.set_preferences(ada.id, locale="de")

    storage.users.delete(ada)

    assert storage.users.get(ada.id) is None
    assert storage.users.overview(ada.id) is None
    assert storage.users.create(email=ada.email, display_name="Ada again").email == ada.email


def test_users_of_a_status_come_newest_first_and_in_pages(storage: Operations[Sync], world: World) -> None:
    created = []
    for number in range(12):
        world.pass_by(seconds=1)
        created.append(storage.users.create(email=f"{number}@example.org", display_name=str(number)))

    first = storage.users.by_status("active", limit=5)
    second = storage.users.by_status("active", limit=5, cursor=first.cursor)

    assert [*first.items, *second.items] == created[:1:-1]
    assert list(storage.users.by_status.every("active", limit=5)) == created[::-1]


def test_an_overview_shows_what_belongs_to_a_user_in_one_request(storage: Operations[Sync], world: World) -> None:
    ada = world.run(world.repository.create(User(id="ada", email="ada@example.org", display_name="Ada")))
    preferences = storage.users.set_preferences("ada", locale="de", values={"theme": "dark"})
    world.run(world.repository.write_many(put=[upload(1), upload(2), upload(3), upload(4, removing=True)]))
    world.requests.clear()

    overview = storage.users.overview("ada", uploads=2)

    assert world.actions == ["Query"]
    assert overview is not None
    assert (overview.user, overview.preferences) == (ada, preferences)
    assert [upload.id for upload in overview.uploads] == ["u3"], "one that is being deleted is left out"


def test_an_overview_of_a_user_without_preferences_has_none(storage: Operations[Sync], ada: User) -> None:
    overview = storage.users.overview(ada.id)

    assert overview is not None
    assert (overview.user, overview.preferences, overview.uploads) == (ada, None, ())


def test_preferences_are_replaced_as_a_whole(storage: Operations[Sync], world: World) -> None:
    storage.users.set_preferences("ada", locale="de", values={"theme": "dark"})
    world.pass_by(hours=1)

    replaced = storage.users.set_preferences("ada", time_zone="Europe/Berlin")

    assert (replaced.locale, replaced.time_zone, replaced.values) == ("en", "Europe/Berlin", {})
    assert (replaced.version, replaced.created_at, replaced.updated_at) == (2, START, START + timedelta(hours=1))


def test_wrong_values_are_refused_before_anything_is_sent(storage: Operations[Sync], world: World) -> None:
    with pytest.raises(InvalidError, match="User: email is a int that is not shown, allowed is text"):
        storage.users.create(email=1, display_name="Ada")  # type: ignore[arg-type]

    assert world.actions == []
