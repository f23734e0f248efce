"""What is written is read back as it was, with the keys and attributes that the declaration promises."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, cast

import pytest
from boto3.dynamodb.types import TypeDeserializer
from hypothesis import given

from tests.tierstore.dynamodb.specimens import Address, Specimen, anything, specimens
from tierstore.dynamodb.items import attribute_values
from tierstore.dynamodb.items.codec import codec_of
from tierstore.errors import CorruptError, InvalidError, TooLargeError
from tierstore.model.users import User

CODEC = codec_of(Specimen)
MOMENT = datetime(2026, 11, 22, 12, 30, tzinfo=UTC)


@pytest.fixture
def specimen() -> Specimen:
    return Specimen(id="a", owner="ada", created_at=MOMENT, updated_at=MOMENT)


@given(specimens)
def test_an_entity_is_read_back_as_it_was_written(specimen: Specimen) -> None:
    over_the_wire = json.loads(json.dumps(CODEC.encode(specimen)))

    assert CODEC.decode(over_the_wire) == specimen


@given(anything)
def test_any_value_is_read_back_as_it_was_written(value: Any) -> None:
    over_the_wire = json.loads(json.dumps(attribute_values.encode(value)))

    assert attribute_values.decode(over_the_wire) == value


@given(specimens)
def test_an_item_is_one_that_aws_own_library_reads(specimen: Specimen) -> None:
    deserialize: Callable[[Any], Any] = TypeDeserializer().deserialize
    item = {name: value for name, value in CODEC.encode(specimen).items() if "B" not in value and "BS" not in value}
    item.pop("anything", None)

    assert {name: deserialize(value) for name, value in item.items()}["price"] == specimen.price


def test_an_item_carries_what_every_item_carries(specimen: Specimen) -> None:
    item = CODEC.encode(replace(specimen, version=7, expires_at=MOMENT))

    assert (
        item.items()
        >= {
            "type": {"S": "specimen"},
            "schema_version": {"N": "1"},
            "version": {"N": "7"},
            "created_at": {"S": "2026-11-22T12:30:00.000000Z"},
            "updated_at": {"S": "2026-11-22T12:30:00.000000Z"},
            "ttl": {"N": "1795350600"},
        }.items()
    )
    assert "expires_at" not in item


def test_an_item_carries_its_keys_in_the_table_and_in_every_index(specimen: Specimen) -> None:
    item = CODEC.encode(replace(specimen, rank=12, seen_at=MOMENT))

    assert (
        item.items()
        >= {
            "pk": {"S": "SPECIMEN#a"},
            "sk": {"S": "SPECIMEN"},
            "gsi1pk": {"S": "OWNER#ada"},
            "gsi1sk": {"S": "2026-11-22T12:30:00.000000Z#a"},
            "gsi2pk": {"S": "STATE#open#3"},
            "gsi2sk": {"S": "000012#a"},
            "lsi1sk": {"S": "SEEN#2026-11-22T12:30:00.000000Z"},
        }.items()
    )


def test_an_item_without_a_part_of_an_index_key_is_not_in_the_index(specimen: Specimen) -> None:
    item = CODEC.encode(replace(specimen, owner=None, seen_at=None))

    assert not {"gsi1pk", "gsi1sk", "lsi1sk"} & item.keys()


def test_an_item_that_does_not_meet_a_sparse_index_condition_is_not_in_the_index(specimen: Specimen) -> None:
    item = CODEC.encode(replace(specimen, state="closed"))

    assert not {"gsi2pk", "gsi2sk"} & item.keys()


def test_none_and_empty_sets_are_left_out(specimen: Specimen) -> None:
    item = CODEC.encode(replace(specimen, numbers=frozenset(), nickname=None))

    assert not {"numbers", "words", "address", "seen_at", "ttl"} & item.keys()
    assert item["nickname"] == {"NULL": True}, "absent would mean its default, which is not None"


def test_the_guards_of_unique_constraints_have_keys_of_their_own_and_lead_back() -> None:
    codec = codec_of(User)

    guard = codec.guards(User(id="1", email="GROSSE@Straße.de", display_name="Ada"))["email"]

    assert guard.key == {"pk": {"S": "EMAIL#grosse@strasse.de"}, "sk": {"S": "GUARD"}}
    assert codec.guarded_key(guard.item) == codec.key({"id": "1"})


def test_fields_that_came_later_have_their_defaults_in_older_items(specimen: Specimen) -> None:
    item = CODEC.encode(specimen)
    for name in ("rank", "notes", "counts", "anything"):
        del item[name]

    assert CODEC.decode(item) == specimen


def test_attributes_that_a_later_release_added_are_ignored(specimen: Specimen) -> None:
    assert CODEC.decode({**CODEC.encode(specimen), "mood": {"S": "good"}}) == specimen


def test_a_whole_number_may_come_with_an_exponent() -> None:
    assert attribute_values.decode({"N": "1.5E+3"}) == 1500
    assert attribute_values.decode({"N": "1.5"}) == Decimal("1.5")


@pytest.mark.parametrize(
    ("changes", "unreadable"),
    [
        ({"version": {"S": "x"}}, r"Object missing required field `N` - at `\$.version`"),
        ({"version": {"N": "1.5"}}, "field version has no content that was written as it"),
        ({"created_at": {"S": "yesterday"}}, r"Invalid RFC3339 encoded datetime - at `\$.created_at.S`"),
        ({"picture": {"B": "!"}}, r"Invalid base64 encoded string - at `\$.picture.B`"),
        ({"colour": {"S": "green"}}, "field colour has no content that was written as it"),
        ({"notes": {"L": [{"N": "1"}]}}, "field notes has no content that was written as it"),
        ({"words": {"NS": ["1"]}}, r"Object missing required field `SS` - at `\$.words`"),
    ],
)
def test_an_item_that_nobody_wrote_as_this_entity_is_corrupt(
    specimen: Specimen, changes: dict[str, Any], unreadable: str
) -> None:
    with pytest.raises(CorruptError, match=f"^an item of table 'things' cannot be read as Specimen: {unreadable}$"):
        CODEC.decode({**CODEC.encode(specimen), **changes})


def test_an_item_without_a_required_field_is_corrupt(specimen: Specimen) -> None:
    item = CODEC.encode(specimen)
    del item["updated_at"]

    with pytest.raises(CorruptError, match="Object missing required field `updated_at`"):
        CODEC.decode(item)


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        (0.5, "is a float; floats lose digits, give a Decimal or an int"),
        ({"a": [1, 0.5]}, r"\['a'\]\[1\] is a float"),
        (10**38, "has too many digits; a table keeps 38"),
        (Decimal("1E+126"), r"is 1E\+126; a table keeps 38 digits"),
        (Decimal("NaN"), "is NaN"),
        (MOMENT, "is a datetime; give str, int, Decimal"),
        ({1: 2}, "has the key 1; keys are text"),
        ("\ud800", "has a character that UTF-8 does not have"),
        ({"\ud800": 1}, r"has the key '\\ud800'; keys are text"),
        ({"tags": set()}, r"\['tags'\] is a set that DynamoDB does not have"),
        ({1, "a"}, "is a set that DynamoDB does not have"),
        ([object()], r"\[0\] is a object"),
    ],
)
def test_a_value_that_a_table_would_not_keep_is_refused_with_the_way_to_it(
    specimen: Specimen, value: Any, problem: str
) -> None:
    with pytest.raises(InvalidError, match=rf"^Specimen.anything{'' if problem.startswith(chr(92)) else ' '}{problem}"):
        CODEC.encode(replace(specimen, anything=value))


def test_an_empty_part_of_a_key_is_refused(specimen: Specimen) -> None:
    with pytest.raises(
        InvalidError, match=r"^Specimen: id is empty; a part of the key 'SPECIMEN#\{id\}' needs a value"
    ):
        CODEC.encode(replace(specimen, id=""))


def test_an_item_above_400_kilobytes_is_refused_naming_what_weighs_most(specimen: Specimen) -> None:
    heavy = replace(specimen, picture=b"x" * 300_000, notes=["é" * 60_000], label="l" * 900)

    with pytest.raises(
        TooLargeError,
        match=r"^Specimen has 42\d,\d{3} bytes, an item may have 409,600; "
        r"the heaviest fields are picture 300,007, notes 120,009, label 90\d",
    ):
        CODEC.encode(heavy)


def test_an_item_of_just_below_400_kilobytes_passes(specimen: Specimen) -> None:
    CODEC.encode(replace(specimen, picture=b"x" * 409_000))


def test_a_record_within_an_entity_keeps_its_own_defaults(specimen: Specimen) -> None:
    item = CODEC.encode(replace(specimen, address=Address("Main Street")))
    del item["address"]["M"]["lines"]

    assert CODEC.decode(item).address == Address("Main Street")


def test_an_entity_that_never_expires_has_no_time_to_live() -> None:
    user = User(id="1", email="ada@example.org", display_name="Ada")
    item = codec_of(User).encode(user)

    assert "ttl" not in item
    assert codec_of(User).decode(item) == user


def test_an_id_in_an_entitys_place_is_refused() -> None:
    with pytest.raises(InvalidError, match="a value of type str was given, allowed is an entity"):
        codec_of(cast("Any", str))
