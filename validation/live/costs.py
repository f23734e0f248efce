"""What AWS says of budgets and of the search for unusual costs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from validation.clients import Clients
from validation.framework.result import Unmet

if TYPE_CHECKING:
    from mypy_boto3_budgets.type_defs import ActionTypeDef, BudgetOutputTypeDef, NotificationTypeDef
    from mypy_boto3_ce.type_defs import AnomalyMonitorOutputTypeDef, AnomalySubscriptionOutputTypeDef


def budget(clients: Clients, account: str, name: str) -> BudgetOutputTypeDef:
    """A budget; raises `Unmet` where there is none."""
    try:
        return clients.budgets.describe_budget(AccountId=account, BudgetName=name)["Budget"]
    except clients.budgets.exceptions.NotFoundException:
        raise Unmet(f"budget {name}", expected="exists", found="does not exist") from None


def notifications(clients: Clients, account: str, name: str) -> Sequence[NotificationTypeDef]:
    """When people are told of a budget."""
    pages = clients.budgets.get_paginator("describe_notifications_for_budget").paginate(
        AccountId=account, BudgetName=name
    )
    return [each for page in pages for each in page["Notifications"]]


def told(clients: Clients, account: str, name: str) -> set[str]:
    """Whom a budget tells, by address."""
    return {
        subscriber["Address"]
        for each in notifications(clients, account, name)
        for subscriber in clients.budgets.describe_subscribers_for_notification(
            AccountId=account,
            BudgetName=name,
            Notification={
                "NotificationType": each["NotificationType"],
                "ComparisonOperator": each["ComparisonOperator"],
                "Threshold": each["Threshold"],
                "ThresholdType": each.get("ThresholdType", "PERCENTAGE"),
            },
        )["Subscribers"]
    }


def actions(clients: Clients, account: str, name: str) -> Sequence[ActionTypeDef]:
    """What happens when a budget is used up."""
    pages = clients.budgets.get_paginator("describe_budget_actions_for_budget").paginate(
        AccountId=account, BudgetName=name
    )
    return [each for page in pages for each in page["Actions"]]


def monitor(clients: Clients, name: str) -> AnomalyMonitorOutputTypeDef:
    """What costs are watched under this name; raises `Unmet` where none are."""
    for each in clients.ce.get_anomaly_monitors()["AnomalyMonitors"]:
        if each["MonitorName"] == name:
            return each
    raise Unmet(f"monitor {name}", expected="exists", found="does not exist")


def subscription(clients: Clients, name: str) -> AnomalySubscriptionOutputTypeDef:
    """Who is told of unusual costs under this name; raises `Unmet` where nobody is."""
    for each in clients.ce.get_anomaly_subscriptions()["AnomalySubscriptions"]:
        if each["SubscriptionName"] == name:
            return each
    raise Unmet(f"subscription {name}", expected="exists", found="does not exist")
