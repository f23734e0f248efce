"""YAML is read as plain values with their lines; anything clever is refused."""

from __future__ import annotations

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from environments.document import UnreadableDocument, Value, parse

TEXT = st.text(st.characters(min_codepoint=32, max_codepoint=0x2FF, exclude_categories=["Cc", "Cs"]), max_size=12)
VALUES: st.SearchStrategy[Value] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**17), 10**17)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=10,
)


@pytest.mark.parametrize(
    ("scalar", "value"),
    [
        ("true", True),
        ("no", "no"),
        ("yes", "yes"),
        ("on", "on"),
        ("12", 12),
        ("0123", 123),
        ("1_000", "1_000"),
        ("12:30", "12:30"),
        ("1.5", 1.5),
        ("1e3", 1000.0),
        ("'12'", "12"),
        ("2026-11-22", "2026-11-22"),
        ("", None),
        ("~", None),
        ("10.40.0.0/16", "10.40.0.0/16"),
    ],
)
def test_scalars_follow_the_core_schema(scalar: str, value: Value) -> None:
    parsed = parse(f"key: {scalar}\n").values["key"]

    assert (type(parsed), parsed) == (type(value), value)


def test_every_value_has_the_line_of_its_key() -> None:
    document = parse("a: 1\n\nb:\n  c: 2\n  d:\n    - 3\n    - {e: 4}\n")

    assert document.lines == {
        (): 1,
        ("a",): 1,
        ("b",): 3,
        ("b", "c"): 4,
        ("b", "d"): 5,
        ("b", "d", 0): 6,
        ("b", "d", 1): 7,
        ("b", "d", 1, "e"): 7,
    }


def test_a_field_that_is_absent_has_the_line_of_its_section() -> None:
    document = parse("a: 1\nb:\n  c: 2\n")

    assert document.line(("b", "missing", "deeper")) == 2
    assert document.line(("missing",)) == 1


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("a: 1\nb: 2\na: 3\n", 3, "given twice, first in line 1: keep one"),
        ("a: &x [1]\nb: *x\n", 2, "aliases (*name) are not allowed: write the value out"),
        ("a: &x [*x]\n", 1, "aliases (*name) are not allowed: write the value out"),
        ("a: !!binary aGk=\n", 1, "the tag !!binary is not allowed: write a plain value"),
        ("a: !!int x\n", 1, "the tag !!int is not allowed: write a plain value"),
        ("a: !!set {x}\n", 1, "the tag !!set is not allowed: write a plain value"),
        ("a: !!python/object/apply:os.getcwd []\n", 1, "the tag !!python/object/apply:os.getcwd is not allowed"),
        ("? [a]\n: 1\n", 1, "a key must be a plain text"),
        ("a: 1\nb: [\n", 3, "not valid YAML"),
        ("a: 1\n\tb: 2\n", 2, "not valid YAML"),
        ("a: 1\n---\nb: 2\n", 2, "not valid YAML"),
        ("a: \x00\n", 1, "not valid YAML"),
        ("", 1, "given no settings"),
        ("# only a comment\n", 1, "given no settings"),
        ("- 1\n", 1, "given no settings"),
        ("a: " + "[" * 1000, 1, "nested too deeply"),
    ],
)
def test_what_is_not_a_plain_mapping_is_refused_with_its_line(text: str, line: int, message: str) -> None:
    with pytest.raises(UnreadableDocument) as refusal:
        parse(text)

    found_line, finding = refusal.value.findings[0]
    assert found_line == line
    assert finding.message.startswith(message)


def test_a_file_that_is_not_utf_8_is_refused() -> None:
    with pytest.raises(UnreadableDocument, match="not valid YAML"):
        parse(b"description: \xff\n")


def test_every_problem_is_reported_at_once() -> None:
    with pytest.raises(UnreadableDocument) as refusal:
        parse("a: !!binary x\na: 1\n? [b]\n: 2\n")

    assert [line for line, _ in refusal.value.findings] == [1, 2, 3]


@given(st.dictionaries(TEXT, VALUES, max_size=4))
def test_json_reads_as_what_it_says(values: dict[str, Value]) -> None:
    assert parse(json.dumps(values, ensure_ascii=False)).values == values


@given(st.text(alphabet="ab: -[]{}&*!#'\"\n\t|>?%@,0.~", max_size=40) | st.binary(max_size=20))
def test_any_text_is_a_document_or_is_refused(text: str | bytes) -> None:
    with suppress(UnreadableDocument):
        document = parse(text)
        assert all((key,) in document.lines for key in document.values)
