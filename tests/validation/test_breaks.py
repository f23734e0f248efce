"""Every check fails where the setting behind it is broken, naming expected and found, until it is mended."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from tests.support.deployed import Deployed
from tests.validation.breaks import access, alarms, audit, backup, costs, dynamodb, platform, redis, s3, tags
from tests.validation.breaks.breaking import Break
from tests.validation.not_deployed import SERVERLESS_IDS, STANDBY_IDS
from validation.checks import CHECKS, redis_data, s3_data
from validation.context import Context
from validation.framework.result import Result, Status
from validation.framework.runner import Task, examine

BREAKS = (
    *platform.BREAKS,
    *access.BREAKS,
    *audit.BREAKS,
    *dynamodb.BREAKS,
    *s3.BREAKS,
    *redis.BREAKS,
    *backup.BREAKS,
    *alarms.BREAKS,
    *costs.BREAKS,
    *tags.BREAKS,
)
MENDED_SECONDS = 300.0


def result(broken: Break, context: Context) -> Result:
    check = next(check for check in CHECKS if check.id == broken.check)
    return examine(Task(check=check, resource=broken.resource or check.resources(context)[0]), context)


@pytest.fixture(autouse=True)
def impatience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Do not wait long for replicas and copies that are cut off."""
    monkeypatch.setattr(redis_data, "REPLICA_SECONDS", 0.5)
    monkeypatch.setattr(s3_data, "REPLICATION_SECONDS", 0.5)


@pytest.mark.integration
@pytest.mark.parametrize("broken", BREAKS, ids=str)
def test_a_broken_setting_fails_its_check_until_it_is_mended(
    broken: Break, fresh_context: Callable[[], Context]
) -> None:
    with broken.how(fresh_context()) as context:
        found = result(broken, context)

    assert found.status is Status.FAILED, found
    expected = broken.expected(fresh_context()) if callable(broken.expected) else broken.expected
    assert [
        (finding.expected, finding.found)
        for finding in found.findings
        if finding.what.startswith(broken.what) and not finding.passed
    ][:1] == [(expected, broken.found)], found

    deadline = time.monotonic() + MENDED_SECONDS
    while (mended := result(broken, fresh_context())).status is not Status.PASSED:
        assert time.monotonic() < deadline, mended
        time.sleep(0.2)


def test_every_check_is_broken_once_at_least() -> None:
    """Those of what `local` does not deploy are broken in `checks/test_standby.py` and `test_serverless_redis.py`."""
    assert {check.id for check in CHECKS} - STANDBY_IDS - SERVERLESS_IDS == {broken.check for broken in BREAKS}


@pytest.mark.integration
def test_afterwards_terraform_finds_nothing_to_change(deployed_local: Deployed) -> None:
    """Whatever was broken, checked and drilled was put back; comes last in this file."""
    planned = deployed_local.terraform("plan", "-detailed-exitcode", "-input=false")

    assert planned.returncode == 0, planned.stdout
