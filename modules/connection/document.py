"""The document that tells an application how to connect."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Final

VERSION: Final = 1


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
    """The replication group: TLS only, logging in as `user` with a token signed by IAM."""

    replication_group_id: str
    host: str
    """The configuration endpoint."""
    port: int
    user: str


def render_connection(
    *,
    environment: str,
    region: str,
    tables: Mapping[str, TableConnection],
    buckets: Mapping[str, BucketConnection],
    redis: RedisConnection,
) -> dict[str, object]:
    """The document, without any secret; tables and buckets by their declared names."""
    return {
        "version": VERSION,
        "environment": environment,
        "region": region,
        "tables": {name: asdict(table) for name, table in tables.items()},
        "buckets": {name: asdict(bucket) for name, bucket in buckets.items()},
        "redis": asdict(redis) | {"tls": True, "authentication": "iam"},
    }
