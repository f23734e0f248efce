"""A kind contains exactly the values that a table keeps as they are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Literal, Optional

import pytest

from tierstore.declaration.annotations import kind_of
from tierstore.declaration.errors import DeclarationError


class Colour(StrEnum):
    RED = "red"


@dataclass(frozen=True)
class Address:
    street: str
    zip: str | None = None


@dataclass(frozen=True)
class Measurement:
    value: float


NOW = datetime(2026, 11, 22, tzinfo=UTC)


@pytest.mark.parametrize(
    ("annotation", "inside", "outside"),
    [
        (str, ["", "é", Colour.RED], [None, 1, b"", "\ud800"]),
        (int, [0, -(10**38) + 1], [True, 1.0, 10**38, "1", Decimal(1)]),
        (
            Decimal,
            [Decimal("0.1"), Decimal("1E-130"), Decimal("9.9E+125"), Decimal(0)],
            [1, 0.1, Decimal("NaN"), Decimal("Infinity"), Decimal("1E+126"), Decimal("1E-131"), Decimal("1" * 39)],
        ),
        (bool, [True, False], [0, 1, None]),
        (bytes, [b"", b"\0"], ["", bytearray()]),
        (datetime, [NOW], [NOW.replace(tzinfo=None), "2026-11-22"]),
        (Literal["a", "b"], ["a", "b"], ["c", None, ["a"]]),
        (Colour, [Colour.RED], ["red", "blue"]),
        (str | None, ["a", None], [1]),
        (Optional[int], [1, None], ["1"]),  # noqa: UP045 - the older spelling is allowed too
        (frozenset[str], [frozenset(), frozenset({"a"})], [{"a"}, frozenset({1}), ()]),
        (frozenset[int], [frozenset({1})], [frozenset({"1"})]),
        (list[int], [[], [1, 2]], [(1,), ["1"]]),
        (tuple[str, ...], [(), ("a",)], [["a"], (1,)]),
        (dict[str, int], [{}, {"a": 1}], [{"a": "1"}, {1: 1}, []]),
        (dict[str, list[str | None]], [{"a": ["b", None]}], [{"a": [1]}]),
        (Address, [Address("a"), Address("a", "b")], [Address(1), {"street": "a"}]),  # type: ignore[arg-type]
        (Annotated[str, "note"], ["a"], [1]),
        (Any, [None, 1, {"a": [b""]}], []),
    ],
)
def test_a_kind_contains_what_a_table_keeps(annotation: Any, inside: list[Any], outside: list[Any]) -> None:
    kind = kind_of(annotation, "field")

    assert [value for value in inside if value not in kind] == []
    assert [value for value in outside if value in kind] == []


@pytest.mark.parametrize(
    "annotation",
    [complex, object, set, set[str], frozenset[bool], dict[int, str], tuple[int, str], int | str, Literal[1], list],
)
def test_other_types_are_refused(annotation: Any) -> None:
    with pytest.raises(DeclarationError, match=r"^entity A: field 'x' is declared as .*; a table keeps str, int"):
        kind_of(annotation, "entity A: field 'x'")


@pytest.mark.parametrize("annotation", [float, float | None, list[float], Measurement])
def test_a_float_is_refused_with_what_to_use_instead(annotation: Any) -> None:
    with pytest.raises(DeclarationError, match="is a float, which loses digits; declare a Decimal or an int"):
        kind_of(annotation, "entity A: field 'x'")
