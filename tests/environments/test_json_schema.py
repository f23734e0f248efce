"""The committed JSON Schema is current, and agrees with the loader on every file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from pydantic import ValidationError

from environments.explain import explain
from environments.json_schema import FILE, environment_schema, render
from environments.loader import DIRECTORY, names
from environments.problems import FieldPath
from environments.rules.safety import RULES
from environments.schema import Environment

SCHEMA = environment_schema()
VALIDATOR = Draft202012Validator(SCHEMA)
MISSING = object()
WRONG: list[Any] = [MISSING, None, True, -1, 0, 10**9, 2.5, "", "x", "10.0.0.0/8", [], ["x"], {}, {"x": 1}]


def settings_of(name: str) -> dict[str, Any]:
    settings: dict[str, Any] = yaml.safe_load((DIRECTORY / f"{name}.yaml").read_text())
    return settings


def paths(value: Any, path: FieldPath = ()) -> Iterator[FieldPath]:
    """The path of every value inside `value`."""
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, member in members:
        yield (*path, key)
        yield from paths(member, (*path, key))


def changed(settings: dict[str, Any], path: FieldPath, value: Any) -> dict[str, Any]:
    """A copy of the settings with another value, or none, at `path`."""
    copy = deepcopy(settings)
    parent: Any = copy
    for part in path[:-1]:
        parent = parent[part]
    if value is MISSING:
        del parent[path[-1]]
    else:
        parent[path[-1]] = value
    return copy


PROD = settings_of("prod")
CHANGES = st.tuples(st.sampled_from(sorted(paths(PROD), key=str)), st.sampled_from(WRONG))


def test_the_committed_schema_is_current() -> None:
    assert FILE.read_text() == render(), "run `python -m environments schema --write`"


def test_the_schema_is_a_schema() -> None:
    Draft202012Validator.check_schema(json.loads(render()))


@pytest.mark.parametrize("name", names())
def test_every_committed_file_satisfies_it(name: str) -> None:
    assert list(VALIDATOR.iter_errors(settings_of(name))) == []


@pytest.mark.parametrize("name", names())
def test_every_committed_file_names_it_for_editors(name: str) -> None:
    first_line = (DIRECTORY / f"{name}.yaml").read_text().partition("\n")[0]

    assert first_line == f"# yaml-language-server: $schema={FILE.name}"


def test_the_name_is_not_a_setting() -> None:
    assert not VALIDATOR.is_valid(PROD | {"name": "prod"})


def test_only_declared_tables_and_buckets_have_settings() -> None:
    assert not VALIDATOR.is_valid(PROD | {"tables": {"cor": {}}})
    assert not VALIDATOR.is_valid(PROD | {"buckets": {"pictures": {}}})


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"{rule.section.__name__}.{rule.field}: {rule.id}")
def test_each_section_offers_its_rules_and_no_others(rule: Any) -> None:
    section = SCHEMA if rule.section is Environment else SCHEMA["$defs"][rule.section.__name__]
    risks = section["properties"]["accepted_risks"]

    assert risks["properties"][rule.id]["description"] == rule.title
    assert risks["additionalProperties"] is False


def test_every_setting_is_described() -> None:
    sections = [SCHEMA, *SCHEMA["$defs"].values()]
    undescribed = [
        f"{section['title']}.{name}"
        for section in sections
        for name, setting in section["properties"].items()
        if "description" not in setting and "$ref" not in setting and "const" not in setting
    ]

    assert undescribed == []


@given(CHANGES)
def test_what_the_loader_calls_wrong_is_wrong_for_an_editor_too(change: tuple[FieldPath, Any]) -> None:
    settings = changed(PROD, *change)
    try:
        Environment.model_validate_json(json.dumps(settings | {"name": "prod"}))
    except ValidationError as error:
        findings = explain(error, SCHEMA)
    else:
        findings = ()

    assert bool(findings) == (not VALIDATOR.is_valid(settings))
    assert all(" allowed " in finding.message for finding in findings)
    assert all(finding.path[: len(change[0]) - 1] == change[0][:-1] for finding in findings)
