"""The JSON Schema of an environment's file, for editors and for messages."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from environments.declared import BUCKETS, TABLES
from environments.rules.safety import RULES
from environments.schema import CostSettings, Environment

FILE = Path(__file__).with_name("schema.json")
"""Where the committed copy lies; every environment's file names it in its first line."""


def environment_schema() -> dict[str, Any]:
    """The schema of a file: the settings without `name`, the declared tables and buckets, the rules of each section."""
    schema = Environment.model_json_schema()
    properties = schema["properties"]
    del properties["name"]
    schema["required"].remove("name")
    for section in (properties, schema["$defs"][CostSettings.__name__]["properties"]):
        _close(section["tables"], TABLES)
        _close(section["buckets"], BUCKETS)
    for name, definition in {**schema["$defs"], Environment.__name__: schema}.items():
        if risks := definition["properties"].get("accepted_risks"):
            rules = {rule.id: rule.title for rule in RULES if name in rule.sections}
            reason = risks["additionalProperties"]
            risks["properties"] = {id_: {**reason, "description": title} for id_, title in rules.items()}
            risks["additionalProperties"] = False
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def render() -> str:
    """The schema as it is committed."""
    return json.dumps(environment_schema(), indent=2) + "\n"


def _close(mapping: dict[str, Any], names: Iterable[str]) -> None:
    """Allows these keys only, each with the schema that every key had."""
    member = mapping.pop("additionalProperties")
    mapping["properties"] = dict.fromkeys(names, member)
    mapping["additionalProperties"] = False
