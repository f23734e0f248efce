"""Who may publish to the topic, and how a subscriber is reached."""

from __future__ import annotations

from environments.schema import Environment
from modules.encryption.policies import PUBLISHERS
from modules.policy import Statement


def render_topic_policy(environment: Environment, topic: str) -> list[Statement]:
    """AWS's services may publish to the topic (an ARN) on behalf of this account; nobody may without TLS."""
    return [
        {
            "Sid": "Publishers",
            "Effect": "Allow",
            "Principal": {"Service": list(PUBLISHERS)},
            "Action": "sns:Publish",
            "Resource": topic,
            "Condition": {"StringEquals": {"aws:SourceAccount": environment.account}},
        },
        {
            "Sid": "DenyInsecureTransport",
            "Effect": "Deny",
            "Principal": {"AWS": "*"},
            "Action": "sns:Publish",
            "Resource": topic,
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        },
    ]


def protocol_of(subscriber: str) -> str:
    """How SNS reaches a subscriber: an e-mail address, or the ARN of a queue or function."""
    return subscriber.split(":")[2] if subscriber.startswith("arn:") else "email"
