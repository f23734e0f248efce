"""The document that tells an application how to connect."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Final

VERSION: Final = 1
VERSION_OF_OTHER_REDIS: Final = 2
"""A release that knows of one replication group only must not read such a document: it would write to the main group
what others look for elsewhere, or log in to a serverless cache with a token that is signed for none."""


@dataclass(frozen=True, kw_only=True)
class TableConnection:
    """A DynamoDB table."""

    name: str
    arn: str


@dataclass(frozen=True, kw_only=True)
class BucketConnection:
    """An S3 bucket; writers have to name its key, `kms_key_arn`, unless it is None."""

    name: str
    arn: str
    kms_key_arn: str | None


@dataclass(frozen=True, kw_only=True)
class RedisConnection:
    """A replication group or serverless cache: TLS only, logging in as a user with a token signed by IAM."""

    replication_group_id: str
    """Or the serverless cache's name."""
    host: str
    """The configuration endpoint."""
    port: int
    user: str
    """The application's."""
    serverless: bool = False


def render_connection(
    *,
    environment: str,
    region: str,
    tables: Mapping[str, TableConnection],
    buckets: Mapping[str, BucketConnection],
    redis: RedisConnection,
    separate_redis: Mapping[str, RedisConnection],
    redis_users: Mapping[str, str],
) -> dict[str, object]:
    """The document, without any secret.

    Tables and buckets by their declared names, separate groups by their use, users of Redis by their persona.
    """
    separate = {use: _render_redis(group) for use, group in separate_redis.items()}
    return {
        "version": VERSION_OF_OTHER_REDIS if separate_redis or redis.serverless else VERSION,
        "environment": environment,
        "region": region,
        "tables": {name: asdict(table) for name, table in tables.items()},
        "buckets": {name: asdict(bucket) for name, bucket in buckets.items()},
        "redis": _render_redis(redis),
        "redis_users": dict(redis_users),
        **({"separate_redis": separate} if separate else {}),
    }


def _render_redis(redis: RedisConnection) -> dict[str, object]:
    told = {name: value for name, value in asdict(redis).items() if name != "serverless" or value}
    return told | {"tls": True, "authentication": "iam"}
