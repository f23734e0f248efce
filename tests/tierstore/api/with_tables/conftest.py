"""All operations over tables of moto, without Redis."""

from __future__ import annotations

import pytest

from tests.tierstore.dynamodb.conftest import World, moto, world
from tierstore.cache.entity_cache import EntityCache
from tierstore.core.operation import Sync
from tierstore.storage import Operations

__all__ = ["moto", "world"]


@pytest.fixture
def storage(world: World) -> Operations[Sync]:
    return Operations(world, world.context, world.repository, EntityCache(world.context))
