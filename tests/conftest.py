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

_OF_THE_DEVELOPER = ("AWS_", "TIERSTORE_", "TF_")


@pytest.fixture(autouse=True)
def isolated_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hide the developer's AWS account and settings, so that no test reaches or obeys them by accident."""
    for name in os.environ:
        if name.startswith(_OF_THE_DEVELOPER) and name != "AWS_CA_BUNDLE":
            monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)
