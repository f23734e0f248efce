"""Settings of logs and alarms."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from environments.schema.values import RetentionDays, Subscriber
from environments.settings import Section, Settings

Amount = Annotated[float, Field(ge=0)]
Percent = Annotated[float, Field(ge=0, le=100)]
Deviations = Annotated[float, Field(ge=1, le=20)]
"""Standard deviations that a value may be above what is usual at this hour."""


class LogSettings(Section):
    """CloudWatch log groups."""

    retention_days: RetentionDays = 90
    """One of the periods that CloudWatch Logs offers."""


class AlarmThresholds(Settings):
    """Beyond which value an alarm sounds; docs/monitoring.md says what each alarm means."""

    dynamodb_throttled_requests: Amount = 10
    """Read or write requests a minute that a table or an index turned away."""
    dynamodb_system_errors: Amount = 2
    """Requests a minute that failed inside DynamoDB."""
    dynamodb_latency_deviations: Deviations = 4
    """Standard deviations that the latency of an operation may be above what is usual."""
    dynamodb_traffic_deviations: Deviations = 6
    """Standard deviations that the consumed capacity of a table may be above what is usual."""
    dynamodb_capacity_percent: Percent = 80
    """Share of the provisioned capacity, or of the on-demand maximum, that is consumed."""
    dynamodb_replication_milliseconds: Amount = 60_000
    """Milliseconds until an item is in the disaster-recovery region."""
    s3_client_error_percent: Percent = 25
    """Share of a bucket's requests that are answered with 4xx."""
    s3_server_error_percent: Percent = 1
    """Share of a bucket's requests that are answered with 5xx."""
    s3_latency_deviations: Deviations = 4
    """Standard deviations that the time to the first byte may be above what is usual."""
    s3_replication_seconds: Amount = 900
    """Seconds until an object is in the disaster-recovery region; S3 promises 900 where replication is timed."""
    s3_replication_failures: Amount = 0
    """Objects in five minutes that S3 could not replicate."""
    redis_cpu_percent: Percent = 80
    """Use of the one core that runs commands."""
    redis_memory_percent: Percent = 80
    """Share of a node's memory for data that is taken."""
    redis_evictions: Amount = 1_000
    """Keys a minute that a node threw away for want of memory."""
    redis_replication_seconds: Amount = 5
    """Seconds that a replica is behind its primary."""
    redis_global_replication_seconds: Amount = 10
    """Seconds that the replica in the disaster-recovery region is behind."""
    redis_connections: Amount = 10_000
    """Connections to a node; it takes 65,000."""
    redis_swap_bytes: Amount = 50_000_000
    """Bytes of a node's memory that are on its disk."""
    redis_dropped_packets: Amount = 100
    """Packets a minute that a node delayed or dropped, its bandwidth being used up."""
    redis_hit_percent: Percent = 50
    """Share of a node's reads that found their key; alarms below it."""
    redis_processing_percent: Percent = 80
    """Share of a serverless cache's limit of processing that is used."""
    redis_throttled_commands: Amount = 10
    """Commands a minute that a serverless cache turned away."""
    redis_latency_microseconds: Amount = 5_000
    """Microseconds that reads or writes take inside a serverless cache, on average."""
    kms_quota_percent: Percent = 80
    """Share of the account's request quota of KMS that is used."""
    backup_failed_jobs: Amount = 0
    """Jobs of AWS Backup an hour that failed."""
    application_fault_percent: Percent = 1
    """Share of the library's operations that failed through no fault of their caller."""
    application_latency_milliseconds: Amount = 1_000
    """Milliseconds within which 99 of 100 operations of the library end."""
    application_open_breakers: Amount = 0
    """Circuit breakers of one process that are open at once."""
    application_exhausted_retries: Amount = 10
    """Requests a minute that were not tried again, since retries were used up."""
    application_hit_percent: Percent = 50
    """Share of the entity cache's reads that it answered; alarms below it."""
    application_pool_percent: Amount = 100
    """Most requests of a process under way at once, as a share of its connections."""
    maintenance: Amount = 0
    """Announced maintenance is 1."""


class AlarmSettings(Section):
    """When an alarm sounds, and who hears of it."""

    subscriptions: tuple[Subscriber, ...] = ()
    """E-mail addresses, queues or functions; never a webhook, whose address is a secret of its own."""
    warnings: bool = True
    """Warn too, before users notice; false leaves only critical alarms, and most of the price of alarms out."""
    thresholds: AlarmThresholds = AlarmThresholds()
    """Where the defaults do not fit."""
