"""What tests of validation share."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.support.deployed import Deployed
from tierstore.model import DATA_MODEL
from validation.clients import Clients, connect
from validation.context import Context


@pytest.fixture(scope="session")
def clients(deployed_local: Deployed) -> Clients:
    """Clients of the sandbox that `local` is deployed on."""
    return connect(deployed_local.load())


@pytest.fixture
def fresh_context(deployed_local: Deployed, clients: Clients) -> Callable[[], Context]:
    """Makes contexts of the deployed `local` in which no question was asked yet."""
    environment = deployed_local.load().environment
    return lambda: Context(environment, DATA_MODEL, clients)
