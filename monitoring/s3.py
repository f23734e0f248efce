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
        expression="100 * m1 / m2",
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

RULES: Final = (CLIENT_ERRORS, SERVER_ERRORS, FIRST_BYTE)


def alarms(environment: Environment, model: DataModel) -> Iterator[Alarm]:
    """The alarms of every bucket."""
    for bucket in model.buckets:
        dimensions = {"BucketName": environment.bucket_name(bucket.name), "FilterId": WHOLE_BUCKET}
        for rule in RULES:
            yield Alarm.of(environment, rule, resource=bucket.name, dimensions=(dimensions,))
