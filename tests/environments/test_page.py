"""The page about an environment's file is true: its examples load, and nothing is missing."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from environments.schema import Environment
from tests.environments.conftest import SMALLEST, ProblemsOf
from tierstore.model import DATA_MODEL
from toolchain.paths import ROOT

PAGE = (ROOT / "docs" / "environments.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^```yaml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
ALWAYS_GIVEN = yaml.safe_load(SMALLEST).keys()


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_example_is_valid(problems_of: ProblemsOf, example: str) -> None:
    settings = {name: value for name, value in yaml.safe_load(example).items() if name not in ALWAYS_GIVEN}

    assert problems_of(yaml.safe_dump(settings), name="example") == []


def test_every_setting_of_an_environment_has_an_example() -> None:
    shown = {name for example in EXAMPLES for name in yaml.safe_load(example)}

    assert shown | {"name", "target", "state", "production", "accepted_risks"} == set(Environment.model_fields)


def test_every_key_space_has_its_place() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (cache|session|real time) \|", PAGE, re.MULTILINE)

    assert rows == [(space.name, space.use.value.replace("_", " ")) for space in DATA_MODEL.key_spaces]


def test_every_link_leads_somewhere() -> None:
    links = re.findall(r"\]\(((?!http|#)[^)]+)\)", PAGE)

    assert links
    assert [link for link in links if not (ROOT / "docs" / Path(link)).exists()] == []
