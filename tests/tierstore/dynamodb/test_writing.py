"""Changes take effect once, or not at all and with the reason."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.tierstore.dynamodb.conftest import START, World
from tests.tierstore.dynamodb.specimens import Specimen
from tierstore.dynamodb import changes
from tierstore.dynamodb.effects import DynamoDBRequest
from tierstore.errors import (
    ContendedError,
    InvalidError,
    NotUniqueError,
    ThrottledError,
    UnavailableError,
    VersionConflictError,
)
from tierstore.model.users import Preferences, User


def lose_answer(_: DynamoDBRequest[Any]) -> None:
    raise UnavailableError("connection reset", in_doubt=True)


@pytest.fixture
def ada(world: World) -> User:
    return world.run(world.repository.create(User(id="ada", email="Ada@Example.org", display_name="Ada")))


@pytest.fixture
def preferences(world: World) -> Preferences:
    return world.run(world.repository.create(Preferences(user_id="ada")))


def stored(world: World, user: User) -> User | None:
    return world.run(world.repository.get(User, {"id": user.id}, consistent=True))


def by_email(world: World, email: str) -> User | None:
    return world.run(world.repository.get_by_unique(User, "email", {"email": email}))


def test_what_was_created_can_be_read(world: World, ada: User) -> None:
    assert (ada.version, ada.created_at, ada.updated_at) == (1, START, START)
    assert stored(world, ada) == ada


def test_an_entity_and_its_guard_are_created_in_one_transaction(world: World, ada: User) -> None:
    assert world.actions == ["TransactWriteItems"]
    assert by_email(world, "ada@EXAMPLE.org") == ada


def test_an_entity_without_guards_is_created_by_a_request_of_its_own(world: World, preferences: Preferences) -> None:
    assert preferences.version == 1
    assert world.actions == ["PutItem"]


def test_creating_what_exists_is_a_conflict_with_both_versions(world: World, preferences: Preferences) -> None:
    with pytest.raises(VersionConflictError, match="Preferences exists already; it is at version 1") as conflict:
        world.run(world.repository.create(preferences))

    assert (conflict.value.expected, conflict.value.found) == (0, 1)


def test_a_taken_value_of_a_unique_field_is_a_conflict_that_names_the_field(world: World, ada: User) -> None:
    with pytest.raises(NotUniqueError, match=r"^another User has this email$"):
        world.run(world.repository.create(User(id="eve", email="ADA@example.org", display_name="Eve")))

    assert stored(world, replace(ada, id="eve")) is None


def test_an_update_sends_only_what_changes(world: World, ada: User) -> None:
    world.pass_by(seconds=5)
    world.requests.clear()

    changed = world.run(world.repository.update(ada, display_name="Ada L."))

    document = world.requests[0].document
    assert world.actions == ["UpdateItem"]
    assert set(document["ExpressionAttributeNames"].values()) == {"display_name", "version", "updated_at"}
    assert (changed.version, changed.updated_at, changed.created_at) == (2, world.moment, START)
    assert stored(world, ada) == changed


def test_index_keys_follow_an_update(world: World, ada: User) -> None:
    changed = world.run(world.repository.update(ada, status="suspended"))

    document = world.requests[-1].document
    assert "gsi1pk" in document["ExpressionAttributeNames"].values()
    assert "gsi1sk" not in document["ExpressionAttributeNames"].values()
    assert stored(world, ada) == changed


def test_an_update_to_none_removes_the_attribute_and_takes_the_item_off_its_index(world: World) -> None:
    specimen = world.run(world.repository.create(Specimen(id="a", owner="ada")))

    changed = world.run(world.repository.update(specimen, owner=None, state="closed"))

    expression = world.requests[-1].document["UpdateExpression"]
    removed = expression.partition(" REMOVE ")[2].split(", ")
    names = world.requests[-1].document["ExpressionAttributeNames"]
    assert {names[name] for name in removed} == {"owner", "gsi1pk", "gsi1sk", "gsi2pk", "gsi2sk"}
    assert world.run(world.repository.get(Specimen, {"id": "a"})) == changed


def test_an_update_that_changes_nothing_sends_nothing(world: World, ada: User) -> None:
    world.requests.clear()

    assert world.run(world.repository.update(ada, display_name="Ada")) == ada
    assert world.actions == []


def test_an_update_of_a_version_that_is_not_the_last_is_a_conflict_with_both(world: World, ada: User) -> None:
    world.run(world.repository.update(ada, display_name="Ada L."))

    with pytest.raises(
        VersionConflictError, match="User was expected at version 1, but somebody changed it"
    ) as conflict:
        world.run(world.repository.update(ada, display_name="A. Lovelace"))

    assert (conflict.value.expected, conflict.value.found) == (1, 2)


def test_an_update_of_what_is_gone_is_a_conflict(world: World, ada: User) -> None:
    world.run(world.repository.delete(ada))

    with pytest.raises(VersionConflictError, match="User at version 1 is gone") as conflict:
        world.run(world.repository.update(ada, display_name="A. Lovelace"))

    assert conflict.value.found is None


def test_the_primary_key_cannot_be_updated(world: World, ada: User) -> None:
    with pytest.raises(InvalidError, match="User: id make its key, which never changes"):
        world.run(world.repository.update(ada, id="other"))


def test_an_update_is_checked_like_a_new_entity(world: World, ada: User) -> None:
    with pytest.raises(InvalidError, match="User: status is 'asleep', allowed is one of"):
        world.run(world.repository.update(ada, status="asleep"))


def test_a_unique_value_moves_with_its_update(world: World, ada: User) -> None:
    changed = world.run(world.repository.update(ada, email="countess@example.org"))

    assert by_email(world, "ada@example.org") is None
    assert by_email(world, "Countess@example.org") == changed


def test_a_unique_value_that_stays_the_same_needs_no_transaction(world: World, ada: User) -> None:
    world.requests.clear()

    world.run(world.repository.update(ada, email="ADA@example.org"))

    assert world.actions == ["UpdateItem"]


def test_a_unique_value_that_is_taken_leaves_everything_as_it_was(world: World, ada: User) -> None:
    eve = world.run(world.repository.create(User(id="eve", email="eve@example.org", display_name="Eve")))

    with pytest.raises(NotUniqueError, match="another User has this email"):
        world.run(world.repository.update(eve, email="ada@example.org"))

    assert (by_email(world, "ada@example.org"), by_email(world, "eve@example.org")) == (ada, eve)


def test_deleting_frees_the_unique_value(world: World, ada: User) -> None:
    world.run(world.repository.delete(ada))

    assert stored(world, ada) is None
    assert by_email(world, "ada@example.org") is None
    world.run(world.repository.create(User(id="eve", email="ada@example.org", display_name="Eve")))


def test_deleting_a_version_that_is_not_the_last_is_a_conflict(world: World, ada: User) -> None:
    changed = world.run(world.repository.update(ada, display_name="Ada L."))

    with pytest.raises(VersionConflictError):
        world.run(world.repository.delete(ada))

    assert stored(world, ada) == changed


def test_changes_together_are_made_all_or_none(world: World, ada: User, preferences: Preferences) -> None:
    stale = replace(preferences, version=7)

    with pytest.raises(VersionConflictError, match="Preferences"):
        world.run(
            world.repository.write(changes.update(ada, now=world.moment, display_name="Ada L."), changes.delete(stale))
        )

    assert stored(world, ada) == ada


def test_a_transaction_takes_no_more_than_a_hundred_items(world: World) -> None:
    parts = [changes.create(Preferences(user_id=str(n)), now=START) for n in range(101)]

    with pytest.raises(InvalidError, match="101 items would change at once, a transaction takes 100"):
        world.run(world.repository.write(*parts))


def test_an_expired_item_counts_as_absent(world: World) -> None:
    specimen = Specimen(id="a", expires_at=START)
    world.pass_by(seconds=-1)
    world.run(world.repository.create(specimen))
    world.pass_by(seconds=1)

    assert world.run(world.repository.get(Specimen, {"id": "a"})) is None
    again = world.run(world.repository.create(Specimen(id="a", label="again")))
    assert world.run(world.repository.get(Specimen, {"id": "a"})) == again


def test_a_creation_whose_answer_was_lost_is_recognised(world: World) -> None:
    world.after.append(lose_answer)

    created = world.run(world.repository.create(Preferences(user_id="ada")))

    assert world.actions == ["PutItem", "PutItem"]
    assert world.run(world.repository.get(Preferences, {"user_id": "ada"})) == created


def test_an_update_whose_answer_was_lost_is_recognised(world: World, preferences: Preferences) -> None:
    world.after.append(lose_answer)

    changed = world.run(world.repository.update(preferences, locale="de"))

    assert world.run(world.repository.get(Preferences, {"user_id": "ada"})) == changed
    assert changed.version == 2


def test_an_update_that_somebody_else_made_in_between_is_still_a_conflict(
    world: World, preferences: Preferences
) -> None:
    def somebody_else_first(_: DynamoDBRequest[Any]) -> None:
        world.before.clear()
        world.run(world.repository.update(preferences, locale="fr"))
        raise UnavailableError("connection reset", in_doubt=True)

    world.before.append(somebody_else_first)

    with pytest.raises(VersionConflictError):
        world.run(world.repository.update(preferences, locale="de"))


def test_a_deletion_whose_answer_was_lost_is_recognised(world: World, preferences: Preferences) -> None:
    world.after.append(lose_answer)

    world.run(world.repository.delete(preferences))

    assert world.actions[-2:] == ["DeleteItem", "DeleteItem"]


def test_a_transaction_is_repeated_with_its_token(world: World) -> None:
    world.before.append(lose_answer)

    world.run(world.repository.create(User(id="ada", email="ada@example.org", display_name="Ada")))

    tokens = {request.document["ClientRequestToken"] for request in world.requests}
    assert (len(world.requests), len(tokens)) == (2, 1)


@pytest.mark.parametrize("problem", [ThrottledError("slow down"), ContendedError("busy")])
def test_what_a_retry_may_help_is_tried_again_after_a_pause(world: World, problem: Exception) -> None:
    def fail(_: Any) -> None:
        raise problem

    world.before += [fail, fail]

    world.run(world.repository.create(Preferences(user_id="ada")))

    assert world.slept == [0.5, 1.0]


def test_copies_are_put_and_deleted_whatever_their_version(world: World, preferences: Preferences) -> None:
    copy = replace(preferences, locale="de", version=9)

    world.run(world.repository.write(changes.put_copy(copy)))
    assert world.run(world.repository.get(Preferences, {"user_id": "ada"})) == copy

    for _ in range(2):
        world.run(world.repository.write(changes.delete_copy(preferences)))
    assert world.run(world.repository.get(Preferences, {"user_id": "ada"})) is None


def test_many_items_are_put_and_deleted_in_batches(world: World) -> None:
    everybody = [Preferences(user_id=f"u{number:02}") for number in range(60)]

    world.run(world.repository.write_many(put=everybody))
    world.run(world.repository.write_many(delete=everybody[:30]))

    sizes = [len(request.document["RequestItems"]["test-core"]) for request in world.requests]
    # Requests of one batch are under way together, so their order is not told.
    assert (sorted(sizes[:3]), sorted(sizes[3:])) == ([10, 25, 25], [5, 25])
    assert len(world.scan("test-core")) == 30


def test_unprocessed_writes_are_sent_again_after_a_pause(world: World) -> None:
    carry_out = world.carry_out

    def process_half(request: DynamoDBRequest[Any]) -> Any:
        writes = request.document["RequestItems"]["test-core"]
        half = {"RequestItems": {"test-core": writes[: len(writes) // 2 + 1]}}
        carry_out(replace(request, document=half))
        return {"UnprocessedItems": {"test-core": writes[len(writes) // 2 + 1 :]}}

    world.carry_out = process_half

    world.run(world.repository.write_many(put=[Preferences(user_id=f"u{number}") for number in range(8)]))

    assert [len(request.document["RequestItems"]["test-core"]) for request in world.requests] == [8, 3, 1]
    assert len(world.slept) == 2
    world.carry_out = carry_out
    assert len(world.scan("test-core")) == 8


def test_items_with_guards_are_not_written_in_batches(world: World, ada: User) -> None:
    with pytest.raises(InvalidError, match="User has unique constraints, which a batch cannot keep"):
        world.run(world.repository.write_many(delete=[ada]))
