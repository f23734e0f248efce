"""Settings of logs and alarms."""

from __future__ import annotations

from environments.schema.values import RetentionDays, Subscriber
from environments.settings import Section


class LogSettings(Section):
    """CloudWatch log groups."""

    retention_days: RetentionDays = 90
    """One of the periods that CloudWatch Logs offers."""


class AlarmSettings(Section):
    """Who hears of an alarm."""

    subscriptions: tuple[Subscriber, ...] = ()
    """E-mail addresses, queues or functions; never a webhook, whose address is a secret of its own."""
