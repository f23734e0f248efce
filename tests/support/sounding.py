"""Makes every alarm of a deployed environment sound and fall silent, and listens to what people hear of it.

What is alarmed about never happens in the sandbox, so its metrics are put; they are judged by
`sandbox.cloudwatch.evaluation`, which stands for CloudWatch's own evaluation, expressions and bands included.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from environments import Environment
from monitoring.topic import topic_arn
from tests.support.firing import calm, fire, share, state
from validation.clients import Clients


@dataclass(frozen=True, kw_only=True)
class Sounding:
    """What happened when deployed alarms were made to sound and to fall silent, one after the other."""

    states: Mapping[str, tuple[str, str]]
    """Of each alarm, by its name: with data beyond its threshold, and after data within it."""
    heard: Counter[tuple[str, str]]
    """How often a subscriber was told that an alarm, by its name, is in a state."""


def sound(clients: Clients, environment: Environment, *, but: Collection[str] = ()) -> Sounding:
    """Every metric alarm that is deployed, made to sound by its own metrics, but those whose names are given."""
    pages = clients.cloudwatch.get_paginator("describe_alarms").paginate(AlarmTypes=["MetricAlarm"])
    alarms = [alarm for page in pages for alarm in page["MetricAlarms"] if alarm["AlarmName"] not in but]
    states = {}
    with _inbox(clients, topic_arn(environment)) as inbox:
        for number, alarm in enumerate(alarms, start=1):
            ago = int(any(share(alarm, later) for later in alarms[number:]))
            fire(clients.cloudwatch, alarm, ago=ago)
            fired = state(clients.cloudwatch, alarm["AlarmName"])
            calm(clients.cloudwatch, alarm, ago=ago)
            states[alarm["AlarmName"]] = (fired, state(clients.cloudwatch, alarm["AlarmName"]))
        return Sounding(states=states, heard=inbox())


@contextmanager
def _inbox(clients: Clients, topic: str) -> Iterator[Callable[[], Counter[tuple[str, str]]]]:
    """Reads what a queue has heard since it subscribed to the topic."""
    assert clients.sandbox is not None
    sqs = clients.session.client("sqs", endpoint_url=clients.sandbox.endpoint, verify=str(clients.sandbox.ca_file))
    queue = sqs.create_queue(QueueName="inbox")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
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
