"""What SNS says of a topic."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from botocore.exceptions import ClientError

from validation.attempt import error_code
from validation.clients import Clients
from validation.framework.result import Unmet

CONFIRMED: Final = "confirmed"
PENDING: Final = "waits for its confirmation"


def topic(clients: Clients, arn: str) -> Mapping[str, str]:
    """The attributes of a topic; raises `Unmet` where there is none."""
    try:
        return clients.sns.get_topic_attributes(TopicArn=arn)["Attributes"]
    except ClientError as error:
        if error_code(error) not in ("NotFound", "NotFoundException"):
            raise
        raise Unmet(f"topic {arn}", expected="exists", found="does not exist") from None


def subscriptions(clients: Clients, arn: str) -> Mapping[str, str]:
    """Who hears of what is published to a topic: whether it is CONFIRMED or PENDING, by endpoint."""
    pages = clients.sns.get_paginator("list_subscriptions_by_topic").paginate(TopicArn=arn)
    return {
        each["Endpoint"]: CONFIRMED if each["SubscriptionArn"].startswith("arn:") else PENDING
        for page in pages
        for each in page["Subscriptions"]
    }
