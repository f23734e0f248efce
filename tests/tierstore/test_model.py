"""The declared data model serves the access patterns that the product promises."""

from __future__ import annotations

import pytest

from tierstore.declaration.requests import Query
from tierstore.model import DATA_MODEL

PROMISED = ("U1", "U2", "U3", "U4", "U5", "C1", "C2", "C3", "C4", "C5", "C6", "F1", "S1", "S2", "S3", "S4", "S5")


@pytest.mark.parametrize("pattern_id", PROMISED)
def test_every_promised_pattern_is_declared(pattern_id: str) -> None:
    assert pattern_id in {pattern.id for pattern in DATA_MODEL.patterns}


def test_reading_by_status_and_category_is_spread_over_shards() -> None:
    by_name = {pattern.name: pattern for pattern in DATA_MODEL.patterns}

    for name in ("users.by_status", "contents.by_category", "contents.by_tag", "uploads.pending"):
        (query,) = by_name[name].requests
        assert isinstance(query, Query)
        assert query.key.shards is not None, name


def test_a_user_with_preferences_and_uploads_is_one_item_collection() -> None:
    by_name = {pattern.name: pattern for pattern in DATA_MODEL.patterns}

    assert [e.__name__ for e in by_name["users.overview"].entities] == ["User", "Preferences", "Upload"]


def test_an_overview_reads_the_profile_before_the_newest_uploads() -> None:
    """Read downwards, the sort keys of profile and preferences come before every upload's."""
    sort_keys = {entity.__name__: entity.declaration.key.sort for entity in DATA_MODEL.entities}

    prefixes = [sort_keys[name].literal_prefix for name in ("User", "Preferences", "Upload")]  # type: ignore[union-attr]

    assert prefixes == sorted(prefixes, reverse=True)


def test_only_the_uploader_is_bound_to_one_owner() -> None:
    assert [persona.name for persona in DATA_MODEL.personas if persona.owns] == ["uploader"]
