"""The tags of what a gap remembers: `Tags` beside the record, as keys and values."""

from __future__ import annotations

import json
from typing import Any, Final

from sandbox.gaps.memory import Memory
from sandbox.json_protocol import respond
from sandbox.wire import Response

ACTIONS: Final = frozenset({"ListTagsForResource", "TagResource", "UntagResource"})


def answer_about_tags(memory: Memory, key: str, action: str, given: dict[str, Any]) -> Response:
    """Carry one of the `ACTIONS` out on what is remembered under `key`."""
    known = json.loads(memory[key])
    tags = {each["Key"]: each["Value"] for each in known["Tags"]}
    match action:
        case "ListTagsForResource":
            return respond({"ResourceTags": known["Tags"]})
        case "TagResource":
            tags |= {each["Key"]: each["Value"] for each in given["ResourceTags"]}
        case "UntagResource":
            tags = {name: value for name, value in tags.items() if name not in given["ResourceTagKeys"]}
    memory[key] = json.dumps({**known, "Tags": [{"Key": name, "Value": value} for name, value in tags.items()]})
    return respond({})
