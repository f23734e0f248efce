"""Backups that AWS Backup would refuse are refused before anything is deployed."""

from __future__ import annotations

import pytest

from tests.environments.conftest import ProblemsOf

RULE = "schedule: 'cron(0 5 ? * * *)'"


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        pytest.param(
            f"rules: {{yearly: {{{RULE}, keep_days: 100, cold_after_days: 30}}}}",
            "backup.rules.yearly.keep_days: given 100, allowed 120 or more: cold_after_days (30) and the 90 days",
            id="less than 90 days in cold storage",
        ),
        pytest.param(
            f"rules: {{daily: {{{RULE}, keep_days: 3}}}}",
            "backup.rules.daily.keep_days: the rule daily has keep_days 3, allowed 7 or more (backup.lock)",
            id="kept for less than the lock wants",
        ),
        pytest.param(
            f"rules: {{daily: {{{RULE}, keep_days: 30, copy_days: 3}}}}",
            "backup.rules.daily.copy_days: the rule daily has copy_days 3, allowed 7 or more (backup.lock)",
            id="a copy kept for less than the lock wants",
        ),
        pytest.param(
            "lock: {mode: governance, most_days: 100}",
            "backup.retention: the rule monthly has keep_days 365, allowed 7 to 100 (backup.lock)",
            id="a retention that is longer than the lock allows",
        ),
        pytest.param(
            "lock: {mode: governance, least_days: 8, most_days: 7}",
            "backup.lock.most_days: given 7, allowed least_days (8) or more",
            id="a lock that nothing satisfies",
        ),
        pytest.param(
            "lock: {mode: compliance, changeable_for_days: 2}",
            "backup.lock.changeable_for_days: given 2, allowed a whole number from 3 to 36500",
            id="a grace shorter than AWS's",
        ),
        pytest.param(
            f"retention: none\n  rules: {{hourly: {{{RULE}, keep_days: 7}}}}",
            "backup.rules: given rules while retention is none",
            id="rules of nothing",
        ),
        pytest.param(
            "retention: none\n  framework: true",
            "backup.framework: given true while retention is none",
            id="a framework of nothing",
        ),
        pytest.param(
            "rules: {daily: {schedule: every day, keep_days: 7}}",
            'backup.rules.daily.schedule: given "every day", allowed a cron expression of six fields in UTC',
            id="a schedule in words",
        ),
        pytest.param(
            f"rules: {{every day: {{{RULE}, keep_days: 7}}}}",
            "backup.rules.every day: allowed a name of 1 to 50 letters, digits and . _ -",
            id="a name with a space",
        ),
        pytest.param(
            "exclude: [pictures]",
            "backup.exclude[0]: unknown, allowed assets, backups, core, logs, state or uploads",
            id="nothing of that name",
        ),
    ],
)
def test_what_does_not_fit_is_refused(problems_of: ProblemsOf, settings: str, problem: str) -> None:
    problems = problems_of(f"backup:\n  {settings}\n")

    assert len(problems) == 1
    assert problem in problems[0]


def test_a_bucket_that_is_backed_up_has_versions(problems_of: ProblemsOf) -> None:
    without_versions = "buckets: {assets: {versioning: false}}\n"

    refused = problems_of(without_versions)

    assert len(refused) == 1
    assert "buckets.assets.versioning: given false, and AWS Backup refuses a bucket without versions" in refused[0]
    assert problems_of(without_versions + "backup: {exclude: [assets]}\n") == []
