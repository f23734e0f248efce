"""What every test can rely on: no credentials of the developer, no environment of theirs, repeatable examples."""

from __future__ import annotations

import os
import signal

import hypothesis
import pytest
from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]  # has no types

from tests.support.deployed import deployed_local

__all__ = ["deployed_local"]

# Examples are the same in every run, and none fails for being slow on a busy machine.
hypothesis.settings.register_profile("repeatable", derandomize=True, deadline=None)
hypothesis.settings.load_profile("repeatable")

# Folders whose tests share what takes long to make, a sandbox or a deployment: one worker runs all of a line.
_TOGETHER = (
    ("tests/sandbox/",),
    ("tests/tierstore/",),
    ("tests/validation/", "tests/docs/", "tests/examples/"),
)

_OF_THE_DEVELOPER = ("AWS_", "TIERSTORE_", "TF_")


class FolderScheduling(LoadScopeScheduling):  # type: ignore[misc]  # has no types
    """Gives each worker a folder that belongs together, or else a file, at a time."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return next((folders[0] for folders in _TOGETHER if file.startswith(folders)), file)


def pytest_configure() -> None:
    """Hear Ctrl+C where the run was begun in a shell's background, too: what tests start inherits it."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> FolderScheduling:
    """Spread the tests over the workers so that what is costly to make is made once."""
    return FolderScheduling(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest, so that no worker is left with it at the end."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


@pytest.fixture(autouse=True)
def isolated_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hide the developer's AWS account and settings, so that no test reaches or obeys them by accident."""
    for name in os.environ:
        if name.startswith(_OF_THE_DEVELOPER) and name != "AWS_CA_BUNDLE":
            monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)
