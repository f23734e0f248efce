"""The library's patience, lengthened: what no application should wait for is no outage where a machine is busy."""

from __future__ import annotations

from typing import Final

import pytest

SECONDS: Final = 60.0
"""In which everything answers that has not failed, on any machine."""


def wait_long_for_tables(patch: pytest.MonkeyPatch) -> None:
    """Let every request to DynamoDB take its time."""
    for module in ("aws_json.client", "aws_json.asyncio_client", "dynamodb.boto3_transport"):
        for name in ("CONNECT_SECONDS", "READ_SECONDS"):
            patch.setattr(f"tierstore.{module}.{name}", SECONDS)


def wait_long_for_redis(patch: pytest.MonkeyPatch) -> None:
    """Let every request to Redis take its time, and every replica."""
    patch.setattr("tierstore.redis.routing.ANSWER_SECONDS", SECONDS)
    patch.setattr("tierstore.redis.routing.REFRESH_ANSWER_SECONDS", SECONDS)
    patch.setattr("tierstore.redis.routing._WAIT", ("WAIT", 1, round(SECONDS * 1000)))
    for module in ("transport", "asyncio_transport"):
        patch.setattr(f"tierstore.redis.{module}.PERMIT_SECONDS", SECONDS)
