"""What is backed up follows the model and the settings."""

from __future__ import annotations

from environments import Environment
from environments.backups import backed_up
from environments.schema import BackupRule, BackupSettings
from tierstore.model import DATA_MODEL


def test_everything_but_access_logs_is_backed_up(environment: Environment) -> None:
    found = backed_up(environment, DATA_MODEL)

    assert found.tables == ("core", "state")
    assert found.buckets == ("assets", "uploads", "backups")


def test_what_is_excluded_is_not_backed_up(environment: Environment) -> None:
    settings = BackupSettings(exclude=("state", "assets"))

    found = backed_up(environment.model_copy(update={"backup": settings}), DATA_MODEL)

    assert (found.tables, found.buckets) == (("core",), ("uploads", "backups"))


def test_without_a_retention_nothing_is_backed_up(environment: Environment) -> None:
    found = backed_up(environment.model_copy(update={"backup": BackupSettings(retention="none")}), DATA_MODEL)

    assert (found.tables, found.buckets) == ((), ())


def test_a_rule_takes_the_place_of_the_retention_s_own() -> None:
    hourly = BackupRule(schedule="cron(0 * ? * * *)", keep_days=7)

    settings = BackupSettings(retention="standard", rules={"daily": hourly})

    assert list(settings.plan) == ["daily", "weekly", "monthly"]
    assert settings.plan["daily"] == hourly


def test_a_copy_goes_cold_only_where_it_stays_long_enough() -> None:
    rule = BackupRule(schedule="cron(0 5 ? * * *)", keep_days=365, cold_after_days=30)

    assert rule.copy_cold_after_days == 30
    assert rule.model_copy(update={"copy_days": 120}).copy_cold_after_days == 30
    assert rule.model_copy(update={"copy_days": 119}).copy_cold_after_days is None
