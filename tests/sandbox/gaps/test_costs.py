"""AWS Budgets' actions and Cost Explorer's anomalies."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.sandbox.conftest import Sandbox

pytestmark = pytest.mark.integration

ACCOUNT = "000000000000"
ACTION: dict[str, Any] = {
    "NotificationType": "ACTUAL",
    "ActionType": "APPLY_IAM_POLICY",
    "ActionThreshold": {"ActionThresholdValue": 100.0, "ActionThresholdType": "PERCENTAGE"},
    "Definition": {"IamActionDefinition": {"PolicyArn": "arn:aws:iam::000000000000:policy/x", "Roles": ["developer"]}},
    "ExecutionRoleArn": "arn:aws:iam::000000000000:role/x",
    "ApprovalModel": "MANUAL",
    "Subscribers": [{"SubscriptionType": "EMAIL", "Address": "a@example.com"}],
}
OF_BUDGET: dict[str, Any] = {"AccountId": ACCOUNT, "BudgetName": "gap"}


@pytest.fixture
def budgets(sandbox: Sandbox) -> Iterator[Any]:
    """A client, and the budget `gap`."""
    client = sandbox.client("budgets")
    limit = {"BudgetLimit": {"Amount": "10", "Unit": "USD"}, "TimeUnit": "MONTHLY", "BudgetType": "COST"}
    client.create_budget(AccountId=ACCOUNT, Budget={"BudgetName": "gap", **limit})
    yield client
    client.delete_budget(**OF_BUDGET)


@pytest.fixture
def action(budgets: Any) -> str:
    """The id of an action of that budget."""
    created: str = budgets.create_budget_action(**OF_BUDGET, **ACTION)["ActionId"]
    return created


def test_an_action_comes_back_as_it_was_given(budgets: Any, action: str) -> None:
    found = budgets.describe_budget_action(**OF_BUDGET, ActionId=action)["Action"]

    assert ACTION.items() <= found.items()
    assert found["Status"] == "STANDBY"
    assert budgets.describe_budget_actions_for_budget(**OF_BUDGET)["Actions"] == [found]


def test_an_action_is_changed(budgets: Any, action: str) -> None:
    budgets.update_budget_action(**OF_BUDGET, ActionId=action, ApprovalModel="AUTOMATIC")

    assert budgets.describe_budget_action(**OF_BUDGET, ActionId=action)["Action"]["ApprovalModel"] == "AUTOMATIC"


def test_an_action_is_tagged(budgets: Any, action: str) -> None:
    arn = f"arn:aws:budgets::{ACCOUNT}:budget/gap/action/{action}"
    budgets.tag_resource(ResourceARN=arn, ResourceTags=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}])
    budgets.untag_resource(ResourceARN=arn, ResourceTagKeys=["a"])

    assert budgets.list_tags_for_resource(ResourceARN=arn)["ResourceTags"] == [{"Key": "b", "Value": "2"}]


def test_a_deleted_action_is_not_found(budgets: Any, action: str) -> None:
    budgets.delete_budget_action(**OF_BUDGET, ActionId=action)

    with pytest.raises(budgets.exceptions.NotFoundException):
        budgets.describe_budget_action(**OF_BUDGET, ActionId=action)


@pytest.fixture
def monitor(sandbox: Sandbox) -> str:
    """The ARN of an anomaly monitor."""
    settings = {"MonitorName": "gap", "MonitorType": "CUSTOM", "MonitorSpecification": {"Tags": {"Key": "a"}}}
    tags = [{"Key": "Name", "Value": "gap"}]
    arn: str = sandbox.client("ce").create_anomaly_monitor(AnomalyMonitor=settings, ResourceTags=tags)["MonitorArn"]
    return arn


def test_a_monitor_lives(sandbox: Sandbox, monitor: str) -> None:
    ce = sandbox.client("ce")

    ce.update_anomaly_monitor(MonitorArn=monitor, MonitorName="renamed")
    (found,) = ce.get_anomaly_monitors(MonitorArnList=[monitor])["AnomalyMonitors"]
    tags = ce.list_tags_for_resource(ResourceArn=monitor)["ResourceTags"]
    ce.delete_anomaly_monitor(MonitorArn=monitor)

    assert (found["MonitorName"], found["MonitorType"]) == ("renamed", "CUSTOM")
    assert tags == [{"Key": "Name", "Value": "gap"}]
    assert ce.get_anomaly_monitors(MonitorArnList=[monitor])["AnomalyMonitors"] == []
    with pytest.raises(ClientError, match="UnknownMonitorException"):
        ce.delete_anomaly_monitor(MonitorArn=monitor)


def test_a_subscription_lives(sandbox: Sandbox, monitor: str) -> None:
    ce = sandbox.client("ce")
    settings = {
        "SubscriptionName": "gap",
        "MonitorArnList": [monitor],
        "Subscribers": [{"Type": "SNS", "Address": "arn:aws:sns:us-east-1:000000000000:gap"}],
        "Frequency": "IMMEDIATE",
    }

    arn = ce.create_anomaly_subscription(AnomalySubscription=settings)["SubscriptionArn"]
    ce.update_anomaly_subscription(SubscriptionArn=arn, Frequency="DAILY")
    (found,) = ce.get_anomaly_subscriptions(SubscriptionArnList=[arn])["AnomalySubscriptions"]
    ce.delete_anomaly_subscription(SubscriptionArn=arn)

    assert (found["Frequency"], found["AccountId"]) == ("DAILY", ACCOUNT)
    assert found["Subscribers"][0]["Status"] == "CONFIRMED"
