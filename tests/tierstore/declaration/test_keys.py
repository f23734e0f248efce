"""Key templates: text order is value order, different values give different keys, and a key can be read back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tierstore.declaration.errors import DeclarationError
from tierstore.declaration.keys import KeyTemplate, Shards, key

texts = st.text(min_size=1, max_size=30)
moments = st.datetimes(min_value=datetime(1970, 1, 1), max_value=datetime(9999, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001


@given(author=texts, status=texts)
def test_a_key_parses_back_into_the_values_it_was_made_of(author: str, status: str) -> None:
    template = KeyTemplate("AUTHOR#{author}#STATUS#{status}")

    parsed = template.parse(template.render({"author": author, "status": status}))

    assert parsed == {"author": author, "status": status}


@given(first=st.tuples(texts, texts), second=st.tuples(texts, texts))
def test_different_values_never_give_one_key(first: tuple[str, str], second: tuple[str, str]) -> None:
    template = KeyTemplate("{a}#{b}")

    keys = [template.render({"a": a, "b": b}) for a, b in (first, second)]

    assert (keys[0] == keys[1]) == (first == second)


@given(first=moments, second=moments)
def test_timestamps_sort_as_text_in_the_order_of_time(first: datetime, second: datetime) -> None:
    template = KeyTemplate("EDITED#{at}")

    keys = [template.render({"at": moment}) for moment in (first, second)]

    assert (keys[0] < keys[1]) == (first < second)


@given(first=st.integers(0, 10**8 - 1), second=st.integers(0, 10**8 - 1))
def test_padded_numbers_sort_as_text_in_the_order_of_numbers(first: int, second: int) -> None:
    template = KeyTemplate("REVISION#{number:08d}")

    keys = [template.render({"number": number}) for number in (first, second)]

    assert (keys[0] < keys[1]) == (first < second)


@given(value=texts, prefix_length=st.integers(0, 5))
def test_every_key_begins_with_the_prefix_of_its_value(value: str, prefix_length: int) -> None:
    template = KeyTemplate("KEY#{name}")

    prefix = template.render_prefix({"name": value[:prefix_length]})

    assert template.render({"name": value}).startswith(prefix)


def test_a_prefix_stops_at_the_first_missing_value() -> None:
    template = KeyTemplate("{category}#{at}#{id}")

    assert template.render_prefix({"category": "news", "id": "1"}) == "news#"


def test_month_is_taken_in_utc() -> None:
    template = KeyTemplate("{at:month}")
    new_year_in_berlin = datetime(2027, 1, 1, 0, 30, tzinfo=timezone(timedelta(hours=1)))

    assert template.render({"at": new_year_in_berlin}) == "2026-12"


def test_casefold_makes_a_key_case_insensitive() -> None:
    template = KeyTemplate("EMAIL#{email:casefold}")

    assert template.render({"email": "Ada@Example.ORG"}) == template.render({"email": "ada@example.org"})


def test_a_template_names_the_fields_that_a_caller_gives_but_not_the_shard() -> None:
    template = KeyTemplate("CATEGORY#{category}#{published_at:month}#{shard}")

    assert template.fields == ("category", "published_at")
    assert template.is_sharded


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "must not be empty"),
        ("USER#{id", r"placeholder is \{field\}"),
        ("USER#{Id}", r"placeholder is \{field\}"),
        ("{a}{b}", "between them"),
        ("{at:week}", "unknown format 'week'; allowed: month, casefold"),
    ],
)
def test_a_malformed_template_is_refused(text: str, complaint: str) -> None:
    with pytest.raises(DeclarationError, match=complaint):
        KeyTemplate(text)


@pytest.mark.parametrize(
    ("text", "value", "complaint"),
    [
        ("{number:03d}", 1000, "whole number from 0 to 999"),
        ("{number:03d}", -1, "whole number from 0 to 999"),
        ("{number:03d}", "7", "whole number from 0 to 999"),
        ("{at:month}", "2026-01", "is not a datetime"),
        ("{email:casefold}", 3, "is not text"),
        ("{at}", datetime(2026, 1, 1), "no time zone"),  # noqa: DTZ001 - the naive datetime is the point
        ("USER#{id}", "", "id is empty"),
    ],
)
def test_a_value_that_cannot_be_a_key_is_refused(text: str, value: str | int | datetime, complaint: str) -> None:
    (field,) = KeyTemplate(text).fields

    with pytest.raises(ValueError, match=complaint):
        KeyTemplate(text).render({field: value})


def test_a_key_of_another_template_does_not_parse() -> None:
    with pytest.raises(ValueError, match="was not made by the key template"):
        KeyTemplate("USER#{id}").parse("CONTENT#1")


@given(value=texts, count=st.integers(2, 256))
def test_a_value_always_falls_into_the_same_existing_shard(value: str, count: int) -> None:
    shards = Shards(count=count, by="id")

    shard = shards.shard_of(value)

    assert 0 <= shard < count
    assert shard == shards.shard_of(value)


def test_shards_stay_where_they_are_from_release_to_release() -> None:
    shards = Shards(count=8, by="id")

    assert [shards.shard_of(value) for value in ("a", "b", "c", "d")] == [3, 1, 7, 4]


@pytest.mark.parametrize("count", [-1, 0, 1, 257])
def test_an_impossible_shard_count_is_refused(count: int) -> None:
    with pytest.raises(DeclarationError, match="allowed are 2 to 256"):
        Shards(count=count, by="id")


@pytest.mark.parametrize(
    ("partition", "shards"),
    [("STATUS#{status}#{shard}", None), ("STATUS#{status}", Shards(count=4, by="id"))],
    ids=["placeholder without shards", "shards without placeholder"],
)
def test_the_shard_placeholder_and_the_shards_go_together(partition: str, shards: Shards | None) -> None:
    with pytest.raises(DeclarationError, match="needs `shards`, and only such a one has them"):
        key(partition, "{id}", shards=shards)


def test_a_shard_in_the_sort_key_is_refused() -> None:
    with pytest.raises(DeclarationError, match="belongs into the partition key"):
        key("USER#{id}", "{shard}")


def test_a_key_computes_the_shard_of_its_values() -> None:
    sharded = key("STATUS#{status}#{shard}", "{id}", shards=Shards(count=8, by="id"))

    assert sharded.render({"status": "active", "id": "a"}) == ("STATUS#active#3", "a")


def test_a_key_whose_writer_chooses_the_shard_is_given_it() -> None:
    sharded = key("COUNTER#{id}#{shard}", "COUNTER", shards=Shards(count=8, by=None))

    assert sharded.render({"id": "a", "shard": 5}) == ("COUNTER#a#5", "COUNTER")
    with pytest.raises(KeyError, match="shard"):
        sharded.render({"id": "a"})


def test_a_key_of_a_table_without_sort_key_has_none() -> None:
    assert key("USER#{id}").render({"id": "a"}) == ("USER#a", None)
