"""What lacks the environment's tags is told, and blocks nothing."""

from __future__ import annotations

from typing import Any

import pytest

from tests.validation.plan.builder import created, environment, findings_of, unchanged
from validation.plan.finding import Kind

TAGS = environment().resource_tags
TOPIC = "aws_sns_topic.topic"


def test_what_has_all_tags_is_not_told() -> None:
    assert findings_of(created(TOPIC, {"tags_all": {**TAGS, "Name": "alarms"}})) == ()


@pytest.mark.parametrize(
    "tags",
    [
        pytest.param(None, id="no tags at all"),
        pytest.param({"Name": "alarms"}, id="only its own"),
        pytest.param({**TAGS, "Environment": "prod"}, id="another environment's"),
    ],
)
def test_what_lacks_one_is_told(tags: dict[str, str] | None) -> None:
    (finding,) = findings_of(created(TOPIC, {"tags_all": tags}))

    assert (finding.kind, finding.blocks) == (Kind.NOTICE, False)
    assert "Environment" in finding.after


def test_it_is_told_of_what_does_not_change_too() -> None:
    assert len(findings_of(unchanged(TOPIC, {"tags_all": {}}))) == 1


@pytest.mark.parametrize(
    ("after", "unknown"),
    [
        pytest.param({}, {"tags_all": True}, id="known after apply"),
        pytest.param({"tags_all": {}}, {"tags_all": dict.fromkeys(TAGS, True)}, id="each value known after apply"),
        pytest.param({"bucket": "a"}, {"id": True}, id="it can have none"),
    ],
)
def test_what_can_not_be_judged_is_not_told(after: dict[str, Any], unknown: dict[str, Any]) -> None:
    assert findings_of(created(TOPIC, after, unknown=unknown)) == ()
