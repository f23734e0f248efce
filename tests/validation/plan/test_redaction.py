"""No secret of a plan survives its redaction, wherever Terraform writes it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.validation.plan.builder import plan, updated
from validation.plan.model import UnreadablePlan, read_plan
from validation.plan.redaction import hide, redacted
from validation.plan.values import HIDDEN

SECRET = "hunter2"

RESOURCE = {
    "address": "aws_elasticache_user.app",
    "type": "aws_elasticache_user",
    "name": "app",
    "mode": "managed",
}
MASK = {"passwords": True, "authentication_mode": [{"passwords": True}]}
VALUES = {"user_id": "app", "passwords": [SECRET], "authentication_mode": [{"passwords": [SECRET], "type": "password"}]}


def state(mask: Any = MASK) -> dict[str, Any]:
    resource = {**RESOURCE, "values": VALUES, "sensitive_values": mask}
    return {
        "outputs": {"password": {"sensitive": True, "value": SECRET}, "name": {"sensitive": False, "value": "app"}},
        "root_module": {"resources": [resource], "child_modules": [{"resources": [resource]}]},
    }


@pytest.fixture
def document() -> dict[str, Any]:
    """A plan with the secret in every place that Terraform has for one."""
    change = {
        "actions": ["update"],
        "before": VALUES,
        "after": VALUES,
        "after_unknown": {},
        "before_sensitive": MASK,
        "after_sensitive": MASK,
    }
    configured = {
        **RESOURCE,
        "expressions": {"passwords": {"constant_value": [SECRET]}, "user_id": {"constant_value": "app"}},
    }
    return {
        "format_version": "1.2",
        "resource_changes": [{**RESOURCE, "change": change}],
        "resource_drift": [{**RESOURCE, "change": change}],
        "output_changes": {
            "password": {
                "actions": ["create"],
                "before": None,
                "after": SECRET,
                "before_sensitive": True,
                "after_sensitive": True,
            }
        },
        "planned_values": state(),
        "prior_state": {"format_version": "1.0", "values": state()},
        "variables": {"password": {"value": SECRET}, "name": {"value": "app"}},
        "configuration": {
            "provider_config": {
                "aws": {
                    "expressions": {
                        "secret_key": {"constant_value": SECRET},
                        "assume_role": [{"token": {"constant_value": SECRET}}],
                    }
                }
            },
            "root_module": {
                "variables": {"password": {"sensitive": True}, "name": {}},
                "resources": [configured],
                "module_calls": {"child": {"module": {"resources": [configured]}}},
            },
        },
    }


def test_no_secret_is_left(document: dict[str, Any]) -> None:
    assert json.dumps(document).count(SECRET) == 24

    assert SECRET not in json.dumps(redacted(document))


def test_a_copy_without_a_mark_is_hidden_too() -> None:
    secret = "correct horse battery staple"
    values = {"input": secret, "output": secret, "url": f"redis://app:{secret}@host", "name": "app"}
    change = {"actions": ["delete"], "before": values, "after": None, "before_sensitive": {"input": True}}

    (entry,) = redacted({"resource_changes": [{**RESOURCE, "change": change}]})["resource_changes"]

    assert entry["change"]["before"] == {"input": HIDDEN, "output": HIDDEN, "url": HIDDEN, "name": "app"}


def test_what_is_no_secret_stays(document: dict[str, Any]) -> None:
    result = redacted(document)

    assert result["variables"]["name"] == {"value": "app"}
    assert result["planned_values"]["outputs"]["name"]["value"] == "app"
    after = result["resource_changes"][0]["change"]["after"]
    assert after == {
        "user_id": "app",
        "passwords": HIDDEN,
        "authentication_mode": [{"passwords": HIDDEN, "type": "password"}],
    }


def test_redacting_twice_changes_nothing_more(document: dict[str, Any]) -> None:
    assert redacted(redacted(document)) == redacted(document)


def test_in_the_code_only_the_secret_part_of_a_block_is_hidden(document: dict[str, Any]) -> None:
    block = {"type": {"constant_value": "password"}, "passwords": {"constant_value": [SECRET]}}
    document["configuration"]["root_module"]["resources"][0]["expressions"]["authentication_mode"] = [block]

    (resource,) = redacted(document)["configuration"]["root_module"]["resources"]

    assert resource["expressions"]["authentication_mode"] == [
        {"type": {"constant_value": "password"}, "passwords": {"constant_value": HIDDEN}}
    ]


def test_a_resource_without_values_stays_without() -> None:
    document = {"planned_values": {"root_module": {"resources": [RESOURCE]}}}

    assert redacted(document) == document


def test_a_plan_is_read_without_its_secrets(document: dict[str, Any]) -> None:
    assert SECRET not in repr(read_plan(document))


@pytest.mark.parametrize(
    ("value", "mask", "hidden"),
    [
        (None, True, None),
        ([], True, []),
        ({"a": 1}, False, {"a": 1}),
        ([1, 2], [False, True], [1, HIDDEN]),
        ([1, 2], [], [1, 2]),
    ],
)
def test_hiding_follows_the_mask(value: Any, mask: Any, hidden: Any) -> None:
    assert hide(value, mask) == hidden


@pytest.mark.parametrize(
    ("document", "problem"),
    [
        ([], "not the JSON of a plan"),
        ({}, "not the JSON of a plan"),
        ({"resources": []}, "not the JSON of a plan"),
        ({"format_version": "2.0", "resource_changes": []}, "format version 2.0, understood is 1.x"),
        ({"resource_changes": []}, "format version missing"),
        ({"format_version": "1.2", "resource_changes": [{}]}, "not understood"),
        ({"format_version": "1.2", "resource_changes": [3]}, "not understood"),
    ],
)
def test_what_is_no_plan_is_refused_in_one_line(document: Any, problem: str) -> None:
    with pytest.raises(UnreadablePlan, match=problem) as refused:
        read_plan(document)
    assert "\n" not in str(refused.value)


def test_an_action_of_the_future_is_refused() -> None:
    entry = updated("aws_s3_bucket.x", {})
    entry["change"]["actions"] = ["dance"]

    with pytest.raises(UnreadablePlan, match="dance"):
        read_plan(plan(entry))
