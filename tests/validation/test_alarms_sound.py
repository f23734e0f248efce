"""Every alarm of a deployed environment sounds when it should, ends when it should, and is heard.

What is alarmed about never happens in the sandbox, so its metrics are put; they are judged by
`sandbox.cloudwatch.evaluation`, which stands for CloudWatch's own evaluation, expressions and bands included.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from mypy_boto3_cloudwatch import CloudWatchClient

from monitoring import Severity, alarms
from monitoring.topic import topic_arn
from tests.validation.firing import Definition, calm, fire, state
from validation.context import Context

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def cloudwatch(clients: Any) -> CloudWatchClient:
    client: CloudWatchClient = clients.cloudwatch
    return client


@pytest.fixture(scope="module")
def live(cloudwatch: CloudWatchClient) -> dict[str, Definition]:
    """Every metric alarm that is deployed."""
    pages = cloudwatch.get_paginator("describe_alarms").paginate(AlarmTypes=["MetricAlarm"])
    return {alarm["AlarmName"]: dict(alarm) for page in pages for alarm in page["MetricAlarms"]}


@pytest.fixture
def inbox(clients: Any, fresh_context: Callable[[], Context]) -> Iterator[Callable[[], list[str]]]:
    """Reads which alarms a queue has heard of since, by state and name."""
    topic = topic_arn(fresh_context().environment)
    sqs = clients.session.client("sqs", endpoint_url=clients.sandbox.endpoint, verify=str(clients.sandbox.ca_file))
    queue = sqs.create_queue(QueueName="inbox")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    subscription = clients.sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn, ReturnSubscriptionArn=True)

    def read() -> list[str]:
        messages = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages", [])
        told = [json.loads(json.loads(message["Body"])["Message"]) for message in messages]
        return sorted(f"{each['NewStateValue']} {each['AlarmName']}" for each in told)

    yield read
    clients.sns.unsubscribe(SubscriptionArn=subscription["SubscriptionArn"])
    sqs.delete_queue(QueueUrl=queue)


def test_every_alarm_sounds_and_falls_silent_again(cloudwatch: CloudWatchClient, live: dict[str, Definition]) -> None:
    deaf, stuck = [], []
    for name, alarm in live.items():
        fire(cloudwatch, alarm)
        if state(cloudwatch, name) != "ALARM":
            deaf.append(name)
        calm(cloudwatch, alarm)
        if state(cloudwatch, name) != "OK":
            stuck.append(name)

    assert live
    assert (deaf, stuck) == ([], [])


def test_a_warning_is_heard_by_itself_and_a_critical_alarm_by_its_tier(
    cloudwatch: CloudWatchClient,
    live: dict[str, Definition],
    fresh_context: Callable[[], Context],
    inbox: Callable[[], list[str]],
) -> None:
    environment, model = fresh_context().environment, fresh_context().model
    known = {alarm.rule.severity: alarm for alarm in alarms(environment, model) if alarm.tier == "redis"}

    for alarm in known.values():
        fire(cloudwatch, live[alarm.name])
        calm(cloudwatch, live[alarm.name])

    tier, warning = environment.physical_name("redis"), known[Severity.WARNING].name
    assert inbox() == sorted([f"ALARM {tier}", f"OK {tier}", f"ALARM {warning}", f"OK {warning}"])
