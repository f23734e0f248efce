"""Every alarm of a deployed environment sounds when it should, ends when it should, and is heard.

What is alarmed about never happens in the sandbox, so its metrics are put; they are judged by
`sandbox.cloudwatch.evaluation`, which stands for CloudWatch's own evaluation, expressions and bands included.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import pytest

from monitoring import Severity, alarms
from monitoring.composite import composites
from monitoring.topic import topic_arn
from tests.support.deployed import Deployed
from tests.validation.firing import calm, fire, state
from tierstore.model import DATA_MODEL
from validation.clients import Clients
from validation.context import Context

pytestmark = pytest.mark.integration


@dataclass(frozen=True, kw_only=True)
class Sounding:
    """What happened when every deployed alarm was made to sound and to fall silent, one after the other."""

    states: Mapping[str, tuple[str, str]]
    """Of each alarm, by its name: with data beyond its threshold, and after data within it."""
    heard: Counter[tuple[str, str]]
    """How often a subscriber was told that an alarm, by its name, is in a state."""


@pytest.fixture(scope="module")
def context(deployed_local: Deployed, clients: Clients) -> Context:
    return Context(deployed_local.load().environment, DATA_MODEL, clients)


@pytest.fixture(scope="module")
def inbox(context: Context) -> Iterator[Callable[[], Counter[tuple[str, str]]]]:
    """Reads what a queue has heard since it subscribed to the alarms."""
    clients = context.clients
    assert clients.sandbox is not None
    sqs = clients.session.client("sqs", endpoint_url=clients.sandbox.endpoint, verify=str(clients.sandbox.ca_file))
    queue = sqs.create_queue(QueueName="inbox")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    topic = topic_arn(context.environment)
    let_in = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": arn,
        "Condition": {"ArnEquals": {"aws:SourceArn": topic}},
    }
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"Policy": json.dumps({"Statement": [let_in]})})
    subscription = clients.sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn, ReturnSubscriptionArn=True)

    def read() -> Counter[tuple[str, str]]:
        heard: Counter[tuple[str, str]] = Counter()
        while messages := sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages"):
            told = [json.loads(json.loads(message["Body"])["Message"]) for message in messages]
            heard.update((each["AlarmName"], each["NewStateValue"]) for each in told)
            for message in messages:
                sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
        return heard

    yield read
    clients.sns.unsubscribe(SubscriptionArn=subscription["SubscriptionArn"])
    sqs.delete_queue(QueueUrl=queue)


@pytest.fixture(scope="module")
def sounding(context: Context, inbox: Callable[[], Counter[tuple[str, str]]]) -> Sounding:
    """Every metric alarm that is deployed, made to sound by its own metrics."""
    cloudwatch = context.clients.cloudwatch
    pages = cloudwatch.get_paginator("describe_alarms").paginate(AlarmTypes=["MetricAlarm"])
    states = {}
    for alarm in [alarm for page in pages for alarm in page["MetricAlarms"]]:
        fire(cloudwatch, alarm)
        fired = state(cloudwatch, alarm["AlarmName"])
        calm(cloudwatch, alarm)
        states[alarm["AlarmName"]] = (fired, state(cloudwatch, alarm["AlarmName"]))
    return Sounding(states=states, heard=inbox())


def test_every_derived_alarm_is_deployed(sounding: Sounding, context: Context) -> None:
    assert sounding.states.keys() == {alarm.name for alarm in alarms(context.environment, context.model)}


def test_every_alarm_sounds_and_falls_silent_again(sounding: Sounding) -> None:
    assert {name: states for name, states in sounding.states.items() if states != ("ALARM", "OK")} == {}


def test_a_warning_is_heard_by_itself(sounding: Sounding, context: Context) -> None:
    for alarm in alarms(context.environment, context.model):
        sounded, ended = (sounding.heard[alarm.name, state] for state in ("ALARM", "OK"))
        is_told = alarm.rule.severity is Severity.WARNING
        # It may have been told besides that an alarm of which nothing was known turned out to be well.
        assert (sounded, ended > 0) == (int(is_told), is_told), alarm.name


def test_a_critical_alarm_is_heard_by_its_tier(sounding: Sounding, context: Context) -> None:
    for composite in composites(context.environment, alarms(context.environment, context.model)):
        heard = [sounding.heard[composite.name, state] for state in ("ALARM", "OK")]
        # They sounded one after the other, so that the tier was well in between.
        assert heard == [len(composite.children)] * 2, composite.name
