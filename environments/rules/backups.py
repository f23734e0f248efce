"""Settings of backups that AWS Backup would refuse, or whose jobs would fail."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from environments.backups import backed_up
from environments.declared import BUCKETS, TABLES
from environments.problems import FieldPath, Finding
from environments.schema import BackupRule, BackupSettings, Environment, NoLock
from environments.schema.backup import LEAST_COLD_DAYS
from environments.wording import given, unknown
from tierstore.model import DATA_MODEL

RULE_NAME: Final = re.compile(r"[A-Za-z0-9._-]{1,50}")
"""What AWS Backup takes (API reference: BackupRuleInput)."""


def findings(environment: Environment) -> Iterator[Finding]:
    """Everything about backups that does not fit together."""
    settings = environment.backup
    if settings.retention == "none" and settings.rules:
        yield _finding("rules", message="given rules while retention is none: choose another retention, or no rules")
    if settings.framework and not settings.enabled:
        yield _finding(
            "framework",
            message="given true while retention is none, so that there is nothing to judge: "
            "choose another retention, or set this to false",
        )
    for name, rule in settings.rules.items():
        if not RULE_NAME.fullmatch(name):
            yield _finding("rules", name, message="allowed a name of 1 to 50 letters, digits and . _ -")
        yield from _cold_storage(name, rule)
    yield from _lock(settings)
    for position, name in enumerate(settings.exclude):
        if name not in (*TABLES, *BUCKETS):
            yield _finding("exclude", position, message=unknown(name, (*TABLES, *BUCKETS)))
    for bucket in backed_up(environment, DATA_MODEL).buckets:
        if not environment.bucket(bucket).versioning:
            yield Finding(
                path=("buckets", bucket, "versioning"),
                message="given false, and AWS Backup refuses a bucket without versions: "
                f"allowed true, or {bucket} under backup.exclude",
            )


def _cold_storage(name: str, rule: BackupRule) -> Iterator[Finding]:
    cold = rule.cold_after_days
    if cold is not None and rule.keep_days < cold + LEAST_COLD_DAYS:
        yield _finding(
            "rules",
            name,
            "keep_days",
            message=f"{given(rule.keep_days)}, allowed {cold + LEAST_COLD_DAYS} or more: cold_after_days ({cold}) and "
            f"the {LEAST_COLD_DAYS} days that AWS Backup keeps a recovery point in cold storage",
        )


def _lock(settings: BackupSettings) -> Iterator[Finding]:
    lock = settings.lock
    if isinstance(lock, NoLock):
        return
    most = lock.most_days
    if most is not None and most < lock.least_days:
        yield _finding("lock", "most_days", message=f"{given(most)}, allowed least_days ({lock.least_days}) or more")
        return
    for name, rule in settings.plan.items():
        for field, days in {"keep_days": rule.keep_days, "copy_days": rule.copy_keep_days}.items():
            if field == "copy_days" and rule.copy_days is None:
                continue
            if days < lock.least_days or (most is not None and days > most):
                allowed = f"{lock.least_days} or more" if most is None else f"{lock.least_days} to {most}"
                where = ("rules", name, field) if name in settings.rules else ("retention",)
                yield _finding(
                    *where,
                    message=f"the rule {name} has {field} {days}, allowed {allowed} (backup.lock): "
                    "the vault would refuse its recovery points",
                )


def _finding(*path: str | int, message: str) -> Finding:
    where: FieldPath = ("backup", *path)
    return Finding(path=where, message=message)
