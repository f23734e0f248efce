"""What tests of the documentation share."""

from __future__ import annotations

import pytest
from opentelemetry import trace
from opentelemetry.util._once import Once

from sandbox.connection import render_variables
from tests.support.deployed import Deployed


@pytest.fixture
def on_local(deployed_local: Deployed, monkeypatch: pytest.MonkeyPatch) -> None:
    """The process's environment variables point at the deployed `local`, as `python -m sandbox env` sets them."""
    sandbox = deployed_local.load().sandbox
    assert sandbox is not None
    for name, value in render_variables(sandbox).items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def own_tracer_provider(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tracer provider that a page sets, once for the process as OpenTelemetry wants it, goes when the page ends."""
    monkeypatch.setattr(trace, "_TRACER_PROVIDER", None)
    monkeypatch.setattr(trace, "_TRACER_PROVIDER_SET_ONCE", Once())
