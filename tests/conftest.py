"""What every test can rely on: no credentials of the developer, no environment of theirs, repeatable examples."""

from __future__ import annotations

import os

import hypothesis
import pytest

from tests.support.deployed import deployed_local

__all__ = ["deployed_local"]

# Examples are the same in every run, and none fails for being slow on a busy machine.
hypothesis.settings.register_profile("repeatable", derandomize=True, deadline=None)
hypothesis.settings.load_profile("repeatable")

# Session fixtures that take long to make: the tests that use one stay together, so that it is made once a run.
_COSTLY = ("deployed_local", "sandbox")

_OF_THE_DEVELOPER = ("AWS_", "TIERSTORE_", "TF_")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Spread the tests over the workers by file, or by the costly fixture that they share, the longest first."""
    for item in items:
        item.add_marker(pytest.mark.xdist_group(_costly_fixture(item) or item.location[0]))
    items.sort(key=lambda item: (item.get_closest_marker("slow") is None, _costly_fixture(item) is None))


def _costly_fixture(item: pytest.Item) -> str | None:
    fixtures: list[str] = getattr(item, "fixturenames", [])
    return next((name for name in _COSTLY if name in fixtures), None)


@pytest.fixture(autouse=True)
def isolated_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hide the developer's AWS account and settings, so that no test reaches or obeys them by accident."""
    for name in os.environ:
        if name.startswith(_OF_THE_DEVELOPER) and name != "AWS_CA_BUNDLE":
            monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)
