"""The metrics are a contract with whoever builds alarms on them."""

from __future__ import annotations

import re
import subprocess
import sys

from tierstore.observability.metrics import BY_OPERATION, BY_TIER, ERRORS_BY_KIND, METRICS, ErrorKind


def test_no_two_metrics_share_a_name() -> None:
    names = [metric.name for metric in METRICS]

    assert len(set(names)) == len(names)


def test_names_are_what_cloudwatch_takes_and_alarms_are_built_on() -> None:
    names = {metric.name for metric in METRICS}

    assert all(re.fullmatch(r"[A-Z][A-Za-z]{3,}", name) for name in names)
    assert {"Latency", "Faults", "RetriesExhausted", "BreakerOpen", "CacheReads", "CacheHits"} <= names


def test_dimensions_are_named_as_in_cloudwatch() -> None:
    assert BY_TIER == ("Environment", "Tier")
    assert BY_OPERATION == ("Environment", "Tier", "Operation")


def test_every_kind_of_error_has_a_metric_of_its_own() -> None:
    assert set(ERRORS_BY_KIND) == set(ErrorKind)
    assert ERRORS_BY_KIND[ErrorKind.TIMED_OUT].name == "TimedOutErrors"


def test_only_the_storages_own_failures_are_faults() -> None:
    assert ErrorKind.THROTTLED.is_fault
    assert not ErrorKind.CONFLICT.is_fault


def test_whoever_declares_alarms_imports_no_client_along() -> None:
    code = "import sys, tierstore.observability.metrics as _; print(*sys.modules)"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    imported = set(done.stdout.split())
    assert "tierstore.observability.metrics" in imported
    assert imported.isdisjoint({"boto3", "botocore", "redis", "msgspec", "tierstore.storage", "opentelemetry"})
