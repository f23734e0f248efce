"""Alarms, dashboard and topic, broken."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from environments.schema import AlarmSettings
from monitoring.dashboard import dashboard_name
from monitoring.topic import topic_arn
from tests.validation.breaks.breaking import Break, as_if, really
from validation.checks.keys import key_arn
from validation.context import Context
from validation.live import cloudwatch, sns

ANSWERED = ("AlarmArn", "AlarmConfigurationUpdatedTimestamp")
"""Of an alarm and no part of its definition, besides its state."""
NODE = "tierstore-local-0001-001"


def tier(context: Context) -> str:
    return context.environment.physical_name("redis")


@contextmanager
def without_an_alarm(context: Context) -> Iterator[Context]:
    """Somebody deleted an alarm by hand."""
    client, name = context.clients.cloudwatch, context.environment.physical_name("redis-0001-001-swap")
    alarm: Any = cloudwatch.metric_alarms(context.clients, name)[name]
    tags = client.list_tags_for_resource(ResourceARN=alarm["AlarmArn"])["Tags"]
    client.delete_alarms(AlarmNames=[name])
    try:
        yield context
    finally:
        told = {key: value for key, value in alarm.items() if key.startswith("State") or key in ANSWERED}
        client.put_metric_alarm(Tags=tags, **{key: value for key, value in alarm.items() if key not in told})


@contextmanager
def without_graphs(context: Context) -> Iterator[Context]:
    """Somebody emptied the dashboard."""
    client, name = context.clients.cloudwatch, dashboard_name(context.environment)
    body = client.get_dashboard(DashboardName=name)["DashboardBody"]
    client.put_dashboard(DashboardName=name, DashboardBody='{"widgets": []}')
    try:
        yield context
    finally:
        client.put_dashboard(DashboardName=name, DashboardBody=body)


@contextmanager
def with_a_subscriber_who_never_confirmed(context: Context) -> Iterator[Context]:
    """The environment's file names somebody whom SNS does not know."""
    heard = AlarmSettings(subscriptions=("on-call@example.com",))
    yield Context(context.environment.model_copy(update={"alarms": heard}), context.model, context.clients)


def encrypt(context: Context, key: str) -> None:
    context.clients.sns.set_topic_attributes(
        TopicArn=topic_arn(context.environment), AttributeName="KmsMasterKeyId", AttributeValue=key
    )


def misnamed(alarms: Mapping[str, Any]) -> dict[str, Any]:
    """The alarms about a node, as if its id were that of a group without cluster mode."""

    def rename(part: Any) -> Any:
        match part:
            case dict():
                return {key: rename(value) for key, value in part.items()}
            case list():
                return [rename(value) for value in part]
            case _:
                return "tierstore-local-001" if part == NODE else part

    return {name: rename(alarm) for name, alarm in alarms.items()}


BREAKS = (
    Break(
        check="monitoring.alarms",
        resource="redis",
        how=without_an_alarm,
        what="tierstore-local-redis-0001-001-swap",
        expected="exists",
        found="does not exist",
    ),
    Break(
        check="monitoring.tiers",
        resource="tierstore-local-redis",
        how=really(
            lambda context: context.clients.cloudwatch.disable_alarm_actions(AlarmNames=[tier(context)]),
            lambda context: context.clients.cloudwatch.enable_alarm_actions(AlarmNames=[tier(context)]),
        ),
        what="tells",
        expected=lambda context: [topic_arn(context.environment)],
        found=[],
    ),
    Break(
        check="monitoring.metrics",
        resource="redis",
        how=as_if(cloudwatch.metric_alarms, misnamed),
        what=f"node {NODE}",
        expected="is there and watched",
        found="does not exist",
    ),
    Break(
        check="monitoring.topic",
        how=really(lambda context: encrypt(context, ""), lambda context: encrypt(context, key_arn(context, "alarms"))),
        what="key",
        expected=lambda context: key_arn(context, "alarms"),
        found="",
    ),
    Break(
        check="monitoring.topic",
        how=with_a_subscriber_who_never_confirmed,
        what="subscribers",
        expected={"on-call@example.com": sns.CONFIRMED},
        found={"on-call@example.com": "does not exist"},
    ),
    Break(
        check="monitoring.dashboard",
        how=without_graphs,
        what="is as derived",
        expected=True,
        found=False,
    ),
)
