"""Settings of a serverless cache that ElastiCache does not allow together."""

from __future__ import annotations

from collections.abc import Iterator

from environments.elasticache import SERVERLESS_VERSIONS
from environments.problems import Finding
from environments.schema import ServerlessRedisSettings
from environments.wording import given, one_of


def findings(redis: ServerlessRedisSettings, *, region: str) -> Iterator[Finding]:
    """Everything in the settings of a serverless cache in `region` that does not fit together."""
    yield from _version(redis)
    yield from _limits(redis)
    yield from _snapshots(redis, region)


def _version(redis: ServerlessRedisSettings) -> Iterator[Finding]:
    versions = SERVERLESS_VERSIONS[redis.engine]
    if redis.version not in versions:
        yield Finding(
            path=("redis", "major_version"),
            message=f"{given(redis.version)}, allowed for serverless {redis.engine} {one_of(versions)}",
        )


def _limits(redis: ServerlessRedisSettings) -> Iterator[Finding]:
    for name in ("data_storage_gb", "ecpu_per_second"):
        limits = getattr(redis, name)
        if limits.minimum is not None and limits.maximum is not None and limits.minimum > limits.maximum:
            yield Finding(
                path=("redis", name, "minimum"),
                message=f"{given(limits.minimum)}, allowed up to the maximum, {limits.maximum}",
            )


def _snapshots(redis: ServerlessRedisSettings, region: str) -> Iterator[Finding]:
    for position, arn in enumerate(redis.restore_from):
        if arn.split(":")[3] != region:
            yield Finding(
                path=("redis", "restore_from", position),
                message=f"{given(arn)}, allowed a snapshot in {region}: a snapshot stays in its region",
            )
