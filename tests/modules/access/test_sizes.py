"""IAM takes every policy of the largest environment that the schema allows."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import astuple
from pathlib import Path

import pytest

from environments import Environment, InvalidEnvironment, load
from modules.access import BoundaryArns
from modules.access.boundaries import render_boundaries
from modules.access.operations import Place, render_operations
from modules.access.pipeline import render_bounds, render_deploy, render_plan
from modules.access.statements import DataKeys, render_applications
from modules.policy import LARGEST_MANAGED_POLICY, LARGEST_ROLE_POLICIES, limited_document
from tierstore.model import DATA_MODEL

LARGEST = """\
description: the longest names in the partition with the longest ARNs, and everything that policies name
account: "111111111111"
region: us-gov-west-1
disaster_recovery_region: us-gov-east-1
redis:
  node_type: cache.r7g.large
  replica: {network: {kind: create, cidr: 10.41.0.0/16}}
  separate: {session: {}, real_time: {}}
"""
KEY = "arn:aws-us-gov:kms:us-gov-west-1:111111111111:key/mrk-0123456789abcdef0123456789abcdef"
LONGEST_PREFIX = 30
STATE = {"state_bucket": "b" * 63, "state_key": KEY}


@pytest.fixture
def largest(tmp_path: Path) -> Environment:
    """The environment with the longest prefix that is not refused."""
    for length in range(LONGEST_PREFIX, 0, -1):
        (tmp_path / "qa.yaml").write_text(f"{LARGEST}prefix: {'t' * length}\n")
        with suppress(InvalidEnvironment):
            return load("qa", directory=tmp_path)
    pytest.fail("every prefix is refused")


def test_iam_takes_its_boundaries(largest: Environment) -> None:
    boundaries = astuple(BoundaryArns.of(largest))
    groups = {**render_boundaries(largest, DATA_MODEL), "workflows": render_bounds(largest, boundaries=boundaries)}

    for group, statements in groups.items():
        limited_document(statements, of=group, limit=LARGEST_MANAGED_POLICY)


def test_iam_takes_the_policies_of_its_roles(largest: Environment) -> None:
    keys = DataKeys(dynamodb=KEY, s3=KEY, s3_replica=KEY)
    roles = {
        **render_applications(largest, DATA_MODEL, keys),
        **render_operations(Place(environment=largest, model=DATA_MODEL, keys=keys)),
        "deploy": render_deploy(largest, **STATE, boundaries=astuple(BoundaryArns.of(largest))),
        "plan": render_plan(largest, **STATE),
    }

    for role, statements in roles.items():
        limited_document(statements, of=role, limit=LARGEST_ROLE_POLICIES)
