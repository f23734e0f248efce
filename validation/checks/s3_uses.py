"""What buckets offer beside storage: locks, events, reports, metrics, and uploads by web pages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from validation.checks.s3_settings import bucket_arn, buckets
from validation.context import Context
from validation.framework.check import check
from validation.framework.result import Finding, Severity, compare
from validation.live import s3

UPLOADING = ("GET", "HEAD", "POST", "PUT")


@check("s3.object_lock", "Versions are locked as configured", severity=Severity.CRITICAL, each=buckets)
def object_lock(context: Context, bucket: str) -> Iterator[Finding]:
    """For how long nobody may delete what is stored now, and whether anybody may bypass that."""
    lock = context.environment.bucket(bucket).object_lock
    live: Any = context.ask(s3.object_lock, context.environment.bucket_name(bucket)) or {}
    yield compare(
        "default retention",
        expected={"Mode": lock.mode.upper(), "Days": lock.days} if lock else None,
        found=live.get("Rule", {}).get("DefaultRetention"),
    )


@check("s3.events", "Buckets tell EventBridge of their objects", severity=Severity.MEDIUM, each=buckets)
def events(context: Context, bucket: str) -> Iterator[Finding]:
    """Without it no rule hears of an upload, a deletion or a replication that failed."""
    found = context.ask(s3.tells_eventbridge, context.environment.bucket_name(bucket))
    yield compare("EventBridge is told", expected=True, found=found)


@check("s3.reports", "Inventories, analyses and metrics are as configured", severity=Severity.MEDIUM, each=buckets)
def reports(context: Context, bucket: str) -> Iterator[Finding]:
    """What is delivered to the bucket for logs, and whether requests are measured, which alarms build on."""
    settings, name = context.environment.bucket(bucket), context.environment.bucket_name(bucket)
    logs = bucket_arn(context.environment, context.model.access_log_bucket.name)
    frequency = settings.inventory.capitalize() if settings.inventory else None
    yield compare(
        "inventories",
        expected=[[frequency, logs]] if frequency else [],
        found=[
            [each["Schedule"]["Frequency"], each["Destination"]["S3BucketDestination"]["Bucket"]]
            for each in context.ask(s3.inventories, name)
            if each["IsEnabled"]
        ],
    )
    yield compare(
        "analyses of the storage class",
        expected=[logs] if settings.storage_class_analysis else [],
        found=[_analysis_goes_to(each) for each in context.ask(s3.analyses, name)],
    )
    yield compare(
        "metrics of all requests",
        expected=settings.request_metrics,
        found=any("Filter" not in each for each in context.ask(s3.request_metrics, name)),
    )


def _analysis_goes_to(analysis: Any) -> str | None:
    export = analysis["StorageClassAnalysis"].get("DataExport", {})
    bucket: str | None = export.get("Destination", {}).get("S3BucketDestination", {}).get("Bucket")
    return bucket


@check("s3.cors", "Only our own pages upload from browsers", severity=Severity.HIGH, each=buckets)
def cors(context: Context, bucket: str) -> Iterator[Finding]:
    """Which web pages may send signed requests, and with which methods; a page that is missing cannot upload."""
    origins = context.environment.bucket(bucket).cors_origins
    rules = context.ask(s3.cors, context.environment.bucket_name(bucket))
    yield compare(
        "origins",
        expected=sorted(origins),
        found=sorted({origin for rule in rules for origin in rule["AllowedOrigins"]}),
    )
    yield compare(
        "methods",
        expected=list(UPLOADING) if origins else [],
        found=sorted({method for rule in rules for method in rule["AllowedMethods"]}),
    )
