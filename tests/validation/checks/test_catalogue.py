"""The checks as a whole."""

from __future__ import annotations

from itertools import groupby

import environments
from environments import Deployment
from environments.schema import ServerlessRedisSettings
from tests.validation.not_deployed import STANDBY_IDS
from tierstore.model import DATA_MODEL
from validation.checks import CHECKS
from validation.clients import connect
from validation.context import Context


def test_ids_are_unique() -> None:
    assert len({check.id for check in CHECKS}) == len(CHECKS)


def test_reports_show_each_tier_in_one_piece() -> None:
    assert [tier for tier, _ in groupby(CHECKS, key=lambda check: check.tier)] == [
        "platform",
        "access",
        "dynamodb",
        "s3",
        "redis",
        "backup",
        "monitoring",
    ]


def test_every_check_has_something_to_examine_with_nodes_or_without() -> None:
    local = environments.load("local")
    serverless = local.model_copy(update={"redis": ServerlessRedisSettings(kind="serverless")})
    contexts = [
        Context(environment, DATA_MODEL, connect(Deployment(environment=environment, sandbox=None)))
        for environment in (local, serverless)
    ]

    # What stands by in another region is not deployed for the tests: that takes minutes.
    assert {check.id for check in CHECKS if not any(check.resources(context) for context in contexts)} == STANDBY_IDS
