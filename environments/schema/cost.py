"""How much an environment is used a month, as far as its plan can't tell: what the cost estimate assumes.

The defaults are those of a small application.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from environments.settings import Settings

Amount = Annotated[float, Field(ge=0)]
Share = Annotated[float, Field(ge=0, le=1)]
Price = Annotated[float, Field(ge=0)]


class TableUsage(Settings):
    """Use of one DynamoDB table and its indexes."""

    read_millions: Amount = 10
    """Million read request units a month: one for 4 KB, half of it for an eventually consistent read."""
    write_millions: Amount = 2
    """Million write request units a month: one for 1 KB, in the table and again in each index that has the item."""
    storage_gb: Amount = 5
    """GB stored in the table and its indexes."""
    stream_read_millions: Amount = 0
    """Million read requests a month on the table's stream."""
    peak_to_average: Annotated[float, Field(ge=1)] = 4
    """How many times the average load the highest load is; provisioned capacity has to hold the highest."""


class BucketUsage(Settings):
    """Use of one S3 bucket."""

    storage_gb: Amount = 10
    """GB stored, older versions included."""
    objects_thousands: Amount = 100
    """Thousand objects of more than 128 KB, which Intelligent-Tiering watches for a fee."""
    cold_share: Share = 0.5
    """Share of the bytes that nobody has read for 30 days."""
    put_thousands: Amount = 100
    """Thousand PUT, COPY, POST and LIST requests a month."""
    get_thousands: Amount = 1000
    """Thousand GET and other requests a month."""


class RedisUsage(Settings):
    """Use of one replication group."""

    snapshot_gb: Amount = 1
    """GB of the snapshots beyond the newest, which is free."""
    data_gb: Amount | None = None
    """GB that the data of all primaries needs in memory at its highest; null gives no advice on the node's size."""


class SeparateRedisUsage(Settings):
    """Use of the replication groups of single uses."""

    cache: RedisUsage = RedisUsage()
    session: RedisUsage = RedisUsage()
    real_time: RedisUsage = RedisUsage()


class ServerlessRedisUsage(Settings):
    """Use of the serverless cache."""

    storage_gb: Amount = 1
    """GB stored, on average."""
    ecpu_millions: Amount = 500
    """Million ElastiCache processing units a month: one for a simple command of up to 1 KB."""
    snapshot_gb: Amount = 1
    """GB of the snapshots."""


class CostSettings(Settings):
    """What the estimate of the monthly cost assumes."""

    tables: dict[str, TableUsage] = Field(default_factory=dict)
    """By declared table; a table that is not named is used as the defaults say."""
    buckets: dict[str, BucketUsage] = Field(default_factory=dict)
    """By declared bucket; a bucket that is not named is used as the defaults say."""
    redis: RedisUsage = RedisUsage()
    """Of the main replication group."""
    separate_redis: SeparateRedisUsage = SeparateRedisUsage()
    serverless_redis: ServerlessRedisUsage = ServerlessRedisUsage()
    log_gb: Amount = 1
    """GB that each log group takes in a month."""
    backup_gb: Amount = 10
    """GB of DynamoDB recovery points kept in each AWS Backup vault."""
    restore_tests: Amount = 1
    """How often a month the restore tests run; each restores the newest recovery point of every table."""
    network_gb: Amount = 10
    """GB a month through each NAT gateway and interface endpoint."""
    kms_request_millions: Amount = 0.1
    """Million requests a month to each customer-managed key."""
    prices: dict[str, Price] = Field(default_factory=dict)
    """USD, by the names in validation/cost/prices.yaml, where they differ: another region, a discount."""
