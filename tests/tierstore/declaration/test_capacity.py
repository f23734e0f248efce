"""Capacity estimates follow the arithmetic of DynamoDB's developer guide."""

from __future__ import annotations

import pytest

from tierstore.declaration.capacity import Capacity, capacity_of
from tierstore.declaration.requests import Get, GetByUnique, GetMany, GetShards, Query, Request, create, update, write
from tierstore.model.contents import Content, ContentCounter, Listing
from tierstore.model.users import Preferences, User


@pytest.mark.parametrize(
    ("request_", "units"),
    [
        pytest.param(Get(entity=User), Capacity(read=0.5), id="1 KB, eventually consistent: half a unit of 4 KB"),
        pytest.param(Get(entity=Content, consistent=True), Capacity(read=1), id="4 KB, consistent: one unit"),
        pytest.param(GetMany(entity=Content), Capacity(read=10), id="20 × 4 KB, each half a unit"),
        pytest.param(GetByUnique(entity=User, unique="email"), Capacity(read=2), id="guard and item, consistent"),
        pytest.param(GetShards(entity=ContentCounter), Capacity(read=8), id="16 shards of half a unit"),
        pytest.param(Query(entities=(Content,), index="gsi1"), Capacity(read=10), id="20 × 4 KB at half price"),
        pytest.param(Query(entities=(Listing,), index="gsi1"), Capacity(read=2), id="4 shards, each 5 × 512 B"),
        pytest.param(write(create(Preferences)), Capacity(write=1), id="1 KB in no index: one unit"),
        pytest.param(write(create(Content)), Capacity(write=12), id="4 KB in the table and two indexes"),
        pytest.param(write(create(User)), Capacity(write=6), id="twice (1 KB, one index, one guard)"),
        pytest.param(write(update(User, "status")), Capacity(write=2), id="no guard, so no transaction"),
    ],
)
def test_a_request_costs_what_the_guide_says(request_: Request, units: Capacity) -> None:
    assert capacity_of(request_) == units
