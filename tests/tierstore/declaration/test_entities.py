"""Entities whose keys cannot work are refused at import, by the names of the parts."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, replace
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

import pytest

from tierstore.declaration.entities import SENSITIVE, Entity, Unique
from tierstore.declaration.errors import DeclarationError
from tierstore.declaration.keys import Key, Shards, key
from tierstore.declaration.tables import GlobalIndex, LocalIndex, Table
from tierstore.errors import InvalidError

TABLE = Table(
    name="core",
    description="d",
    global_indexes=(GlobalIndex(name="gsi1", partition_key="gsi1pk", sort_key="gsi1sk"),),
    local_indexes=(LocalIndex(name="lsi1", sort_key="lsi1sk"),),
)


KEY = key("USER#{id}", "USER")


def declare(table: Table = TABLE, key: Key = KEY, **arguments: Any) -> type[Entity]:
    class Account(Entity, table=table, type="account", key=key, **arguments):
        id: str
        status: Literal["open", "closed"] = "open"

    return Account


def test_an_entity_is_a_frozen_value_with_what_every_item_carries() -> None:
    account = declare()(id="1")  # type: ignore[call-arg]  # the class is made by a helper

    assert (account.version, account.expires_at) == (0, None)
    with pytest.raises(FrozenInstanceError):
        account.version = 1  # type: ignore[misc]


def test_a_key_template_with_a_missing_field_is_refused() -> None:
    with pytest.raises(
        DeclarationError, match=r"entity Account, key in table 'core': no field 'user_id'; the entity has .*id, status"
    ):
        declare(key=key("USER#{user_id}", "USER"))


def test_an_index_that_the_table_does_not_have_is_refused() -> None:
    with pytest.raises(DeclarationError, match="key in index 'gsi9', but table 'core' has only: gsi1, lsi1"):
        declare(indexes={"gsi9": key("A#{id}", "B")})


def test_a_missing_sort_key_is_refused() -> None:
    with pytest.raises(DeclarationError, match="the sort key is none, needed is one for attribute 'sk'"):
        declare(key=key("USER#{id}"))


def test_a_sort_key_where_the_table_has_none_is_refused() -> None:
    table = Table(name="flat", description="d", sort_key=None)

    with pytest.raises(DeclarationError, match="the sort key is 'USER', needed is none"):
        declare(table=table)


def test_a_partition_key_of_few_values_must_be_sharded() -> None:
    with pytest.raises(DeclarationError, match=r"'STATUS#\{status\}' has few values.*add \{shard\} and `shards`"):
        declare(indexes={"gsi1": key("STATUS#{status}", "{id}")})


def test_a_sharded_partition_key_of_few_values_is_allowed() -> None:
    entity = declare(indexes={"gsi1": key("STATUS#{status}#{shard}", "{id}", shards=Shards(count=4, by="id"))})

    assert entity.declaration.key_in("gsi1").shards == Shards(count=4, by="id")


def test_a_random_shard_in_an_index_is_refused() -> None:
    with pytest.raises(DeclarationError, match="must find the item's shard again"):
        declare(indexes={"gsi1": key("STATUS#{status}#{shard}", "{id}", shards=Shards(count=4, by=None))})


def test_a_local_index_with_another_partition_key_is_refused() -> None:
    with pytest.raises(DeclarationError, match="index 'lsi1' is local, so its partition key must be the table's"):
        declare(indexes={"lsi1": key("OTHER#{id}", "{status}")})


def test_an_expiring_entity_needs_a_table_with_time_to_live() -> None:
    with pytest.raises(DeclarationError, match="table 'core' has no time_to_live attribute"):
        declare(expires=True)


def test_a_unique_constraint_by_a_missing_field_is_refused() -> None:
    with pytest.raises(DeclarationError, match="unique 'email': no field 'email'"):
        declare(unique=(Unique(name="email", key=key("EMAIL#{email:casefold}", "GUARD")),))


def test_a_sparse_condition_on_an_index_without_key_is_refused() -> None:
    with pytest.raises(DeclarationError, match="only_indexed_when names 'gsi1', where the entity has no key"):
        declare(only_indexed_when={"gsi1": {"status": "open"}})


@pytest.mark.parametrize("version", [0, -1])
def test_a_schema_version_below_one_is_refused(version: int) -> None:
    with pytest.raises(DeclarationError, match=f"schema_version is {version}, it starts at 1"):
        declare(schema_version=version)


def test_a_field_named_like_an_attribute_of_the_item_is_refused() -> None:
    with pytest.raises(DeclarationError, match="entity Clash: 'gsi1pk', 'type' is an attribute that every item"):

        class Clash(Entity, table=TABLE, type="clash", key=KEY):
            id: str
            type: str
            gsi1pk: str


MOMENT = datetime(2026, 11, 22, 12, tzinfo=UTC)


class Ticket(
    Entity, table=replace(TABLE, time_to_live="ttl"), type="ticket", key=key("TICKET#{id}", "TICKET"), expires=True
):
    id: str
    secret: Annotated[str, SENSITIVE]
    state: Literal["open", "closed"] = "open"
    note: str | None = None


def test_values_of_the_wrong_kind_are_refused_by_name() -> None:
    with pytest.raises(InvalidError) as refusal:
        Ticket(id=1, secret="s", state="lost", note="n")  # type: ignore[arg-type]

    assert str(refusal.value) == (
        "Ticket: id is 1, allowed is text (str); state is 'lost', allowed is one of 'open', 'closed'"
    )


def test_the_value_of_a_sensitive_field_is_not_shown() -> None:
    with pytest.raises(InvalidError, match=r"^Ticket: secret is a int that is not shown, allowed is text \(str\)$"):
        Ticket(id="1", secret=4711)  # type: ignore[arg-type]


def test_the_representation_of_an_entity_hides_its_sensitive_fields() -> None:
    ticket = Ticket(id="1", secret="4711", note="a 'note'", created_at=MOMENT, updated_at=MOMENT)

    assert repr(ticket) == str(ticket)
    assert repr(ticket) == (
        f"Ticket(version=0, created_at={MOMENT!r}, updated_at={MOMENT!r}, expires_at=None, id='1', "
        "secret=<hidden>, state='open', note=\"a 'note'\")"
    )


def test_an_expiry_is_rounded_up_to_the_second_that_the_table_keeps() -> None:
    moment = datetime(2026, 11, 22, 23, 59, 59, 1, tzinfo=UTC)

    assert Ticket(id="1", secret="s", expires_at=moment).expires_at == datetime(2026, 11, 23, tzinfo=UTC)


def test_an_expiry_of_an_entity_that_never_expires_is_refused() -> None:
    with pytest.raises(InvalidError, match="Account never expires, so it takes no expires_at"):
        declare()(id="1", expires_at=datetime.now(UTC))  # type: ignore[call-arg]  # the class is made by a helper


def test_an_expiring_entity_with_a_unique_constraint_is_refused() -> None:
    unique = (Unique(name="status", key=key("STATUS#{id}", "GUARD")),)

    with pytest.raises(
        DeclarationError, match="entity Account, unique 'status': the entity expires, so DynamoDB would"
    ):
        declare(replace(TABLE, time_to_live="ttl"), unique=unique, expires=True)


def test_a_sharded_key_whose_sort_key_does_not_tell_items_of_different_shards_apart_is_refused() -> None:
    with pytest.raises(DeclarationError, match="the sort key lacks 'id', by which the shards are chosen"):
        declare(indexes={"gsi1": key("STATUS#{status}#{shard}", "{created_at}", shards=Shards(count=4, by="id"))})
