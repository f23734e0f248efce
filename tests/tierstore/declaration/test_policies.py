"""Cache policies and key spaces that contradict themselves are refused at import."""

from __future__ import annotations

from typing import Any

import pytest

from tierstore.declaration.errors import DeclarationError
from tierstore.declaration.keys import KeyTemplate
from tierstore.declaration.policies import CachePolicy, KeySpace, KeySpaceUse


@pytest.mark.parametrize(
    ("settings", "complaint"),
    [
        ({"time_to_live": 0}, "time_to_live is 0, it must be above 0 s"),
        ({"time_to_live": 60, "jitter": 1}, "jitter is 1, it must be from 0 to below 1"),
        ({"time_to_live": 60, "stale_if_error": -1}, "stale_if_error is -1, it must not be negative"),
        ({"time_to_live": 60, "refresh_ahead": 54}, "below the shortest time to live, 54 s"),
        ({"time_to_live": 60, "local_time_to_live": 60}, "below the shortest time to live, 54 s"),
    ],
)
def test_a_cache_policy_that_contradicts_itself_is_refused(settings: dict[str, Any], complaint: str) -> None:
    with pytest.raises(DeclarationError, match=complaint):
        CachePolicy(**settings)


def test_a_key_space_keeps_its_schema_version_in_the_prefix() -> None:
    space = KeySpace(
        name="entity", description="d", use=KeySpaceUse.CACHE, key=KeyTemplate("{id}", separator=":"), schema_version=3
    )

    assert space.prefix == "entity:3:"


def test_a_slot_chosen_by_a_field_that_the_key_lacks_is_refused() -> None:
    with pytest.raises(DeclarationError, match=r"slot_by names 'user', but '\{id\}' has only id"):
        KeySpace(name="entity", description="d", use=KeySpaceUse.CACHE, key=KeyTemplate("{id}"), slot_by="user")
