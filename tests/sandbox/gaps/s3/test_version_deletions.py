"""A batch that deletes versions is judged as such from its first entry on."""

from __future__ import annotations

import importlib
from typing import Any

import pytest

from sandbox.gaps.s3 import version_deletions


@pytest.fixture
def actions(monkeypatch: pytest.MonkeyPatch) -> Any:
    iam_actions: Any = importlib.import_module("ministack.core.iam_actions")
    monkeypatch.setattr(iam_actions, "extract_iam_action", iam_actions.extract_iam_action)
    version_deletions.ask_for_versions()
    return iam_actions


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        ("<Object><Key>a</Key><VersionId>1</VersionId></Object><Object><Key>b</Key></Object>", "DeleteObjectVersion"),
        ("<Object><Key>a</Key></Object><Object><Key>b</Key><VersionId>1</VersionId></Object>", "DeleteObject"),
    ],
)
def test_the_first_entry_tells_what_a_batch_is_judged_as(actions: Any, entries: str, expected: str) -> None:
    body = f"<Delete>{entries}</Delete>".encode()

    assert actions.extract_iam_action("s3", "POST", "/bucket", {}, body, {"delete": [""]}) == f"s3:{expected}"


def test_everything_else_is_judged_as_before(actions: Any) -> None:
    assert actions.extract_iam_action("s3", "DELETE", "/bucket/key", {}, b"", {}) == "s3:DeleteObject"
