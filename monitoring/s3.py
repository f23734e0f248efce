"""Rules of S3, and the buckets that they watch."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from environments.schema import Environment
from monitoring.alarm import Alarm
from monitoring.rule import Comparison, Missing, Rule, Severity, Tier
from tierstore.declaration.model import DataModel

NAMESPACE: Final = "AWS/S3"
WHOLE_BUCKET: Final = "EntireBucket"
"""Id of the metrics configuration that counts every request to a bucket."""
REPLICATION_RULE: Final = "everything"
"""Name of the rule that copies every object, by which CloudWatch tells its metrics apart."""
_QUIET: Final = "a bucket without requests publishes nothing, and is well"


def _errors(kind: str, *, title: str, threshold: str, severity: Severity, meaning: str, first_action: str) -> Rule:
    return Rule(
        id=f"{kind}-errors",
        tier=Tier.S3,
        title=title,
        each="bucket",
        namespace=NAMESPACE,
        metrics=(f"{kind}Errors", "AllRequests"),
        statistic="Sum",
        # One answer of a handful says nothing.
        expression="IF(m2 > 20, 100 * m1 / m2, 0)",
        threshold=threshold,
        unit="% of the requests",
        missing=Missing.NOT_BREACHING,
        why_missing=_QUIET,
        severity=severity,
        meaning=meaning,
        first_action=first_action,
    )


CLIENT_ERRORS: Final = _errors(
    "4xx",
    title="Many requests are refused",
    threshold="s3_client_error_percent",
    severity=Severity.WARNING,
    meaning="S3 refuses many requests: a policy or key was changed, links have expired, or somebody is probing.",
    first_action="group the bucket's access logs by error code: 403 points at policies and KMS, 404 at the caller.",
)
SERVER_ERRORS: Final = _errors(
    "5xx",
    title="S3 fails",
    threshold="s3_server_error_percent",
    severity=Severity.CRITICAL,
    meaning="S3 fails, or asks to slow down (503): more requests to one prefix than it has grown to, or KMS throttles.",
    first_action="look at kms-quota, then at the AWS Health Dashboard; 503 alone passes when the load is spread.",
)
FIRST_BYTE: Final = Rule(
    id="first-byte",
    tier=Tier.S3,
    title="Unusually slow",
    each="bucket",
    namespace=NAMESPACE,
    metrics=("FirstByteLatency",),
    statistic="p90",
    comparison=Comparison.ABOVE_BAND,
    threshold="s3_latency_deviations",
    unit="standard deviations",
    period=300,
    periods=3,
    breaching=3,
    missing=Missing.IGNORE,
    why_missing=_QUIET,
    severity=Severity.WARNING,
    meaning="The first byte of one in ten answers comes later than it usually does at this hour.",
    first_action="see whether 5xx errors rise too (S3 is in trouble) or requests do (a hot prefix).",
)

REPLICATION: Final = Rule(
    id="replication",
    tier=Tier.S3,
    title="The copy in the disaster-recovery region is behind",
    each="bucket that is replicated, told in the region of the copy, where something stands by",
    namespace=NAMESPACE,
    metrics=("ReplicationLatency",),
    statistic="Maximum",
    threshold="s3_replication_seconds",
    unit="s",
    missing=Missing.NOT_BREACHING,
    why_missing="S3 tells of it only while objects wait",
    severity=Severity.WARNING,
    meaning="The loss of this region now would lose the objects of that time.",
    first_action="see how much waits (BytesPendingReplication): a large import passes; else see failed-replication.",
)
"""S3 publishes it in the region of the copy alone (Amazon S3 User Guide, "Using S3 Replication metrics")."""
FAILED_REPLICATION: Final = Rule(
    id="failed-replication",
    tier=Tier.S3,
    title="Objects cannot be copied to the disaster-recovery region",
    each="bucket that is replicated",
    namespace=NAMESPACE,
    metrics=("OperationsFailedReplication",),
    statistic="Sum",
    threshold="s3_replication_failures",
    unit="objects in 5 minutes",
    period=300,
    periods=3,
    breaching=1,
    missing=Missing.NOT_BREACHING,
    why_missing="no objects, no failures",
    severity=Severity.WARNING,
    meaning="S3 gave some objects up; they stay without a copy until replication is run again for them.",
    first_action="check the replication role and the key there, then run S3 Batch Replication for what failed.",
)

_REQUESTS: Final = (CLIENT_ERRORS, SERVER_ERRORS, FIRST_BYTE)
RULES: Final = (*_REQUESTS, REPLICATION, FAILED_REPLICATION)


def alarms(environment: Environment, model: DataModel) -> Iterator[Alarm]:
    """The alarms of every bucket whose requests are measured, and of the failures of every one that is replicated."""
    for bucket in model.buckets:
        name, settings = environment.bucket_name(bucket.name), environment.bucket(bucket.name)
        if settings.request_metrics:
            for rule in _REQUESTS:
                requests = {"BucketName": name, "FilterId": WHOLE_BUCKET}
                yield Alarm.of(environment, rule, resource=bucket.name, dimensions=(requests,))
        if environment.disaster_recovery_region and settings.replication:
            foreign = settings.replication.destination
            copies = foreign.bucket if foreign else environment.replica_name(bucket.name)
            yield _of_copies(environment, FAILED_REPLICATION, bucket.name, source=name, copies=copies)


def standby_alarms(environment: Environment, there: Environment, model: DataModel) -> Iterator[Alarm]:
    """The alarms, in the region of a standby, of every bucket that has a copy of its own there."""
    for bucket in model.buckets:
        replication = environment.bucket(bucket.name).replication
        if replication and replication.destination is None:
            source, copies = environment.bucket_name(bucket.name), environment.replica_name(bucket.name)
            yield _of_copies(there, REPLICATION, bucket.name, source=source, copies=copies)


def _of_copies(environment: Environment, rule: Rule, bucket: str, *, source: str, copies: str) -> Alarm:
    dimensions = {"SourceBucket": source, "DestinationBucket": copies, "RuleId": REPLICATION_RULE}
    return Alarm.of(environment, rule, resource=bucket, dimensions=(dimensions,))
