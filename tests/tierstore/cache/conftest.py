"""What tests of the cache share."""

from __future__ import annotations

import pytest

from tests.tierstore.cache.conducting import World
from tierstore.cache.entity_cache import EntityCache


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def cache(world: World) -> EntityCache:
    """A cache whose clock and dice are the world's."""
    return EntityCache(world.context())
