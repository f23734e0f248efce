from __future__ import annotations

import json
from typing import Any

from environments import Environment
from environments.schema import BudgetSettings, Freeze
from modules.cost import Costs
from tests.modules.template import Template, statements, synthesized

TOPIC = "arn:aws:sns:eu-central-1:123456789012:tierstore-test-alarms"


def costs(environment: Environment, **budget: Any) -> Template:
    settled = environment.model_copy(update={"budget": BudgetSettings(**budget)})
    return synthesized(
        lambda stack: Costs(stack, "cost", environment=settled, topic_arn=TOPIC, boundary_arn="arn:boundary")
    )


def test_people_are_told_at_shares_of_the_budget_and_by_forecast(environment: Environment) -> None:
    budget = costs(environment, monthly_usd=250, percents=(60, 100)).one("aws_budgets_budget")

    assert (budget["limit_amount"], budget["limit_unit"], budget["time_unit"]) == ("250.00", "USD", "MONTHLY")
    assert [(each["notification_type"], each["threshold"]) for each in budget["notification"]] == [
        ("ACTUAL", 60),
        ("ACTUAL", 100),
        ("FORECASTED", 100),
    ]
    assert {arn for each in budget["notification"] for arn in each["subscriber_sns_topic_arns"]} == {TOPIC}


def test_only_the_costs_of_the_environment_count(environment: Environment) -> None:
    tagged = environment.model_copy(update={"tags": {"Environment": "testing"}})
    template = costs(tagged, monthly_usd=250)

    assert template.one("aws_budgets_budget")["cost_filter"] == [
        {"name": "TagKeyValue", "values": ["user:Environment$testing"]}
    ]
    watched = json.loads(template.one("aws_ce_anomaly_monitor")["monitor_specification"])
    assert watched["Tags"] == {"Key": "user:Environment", "MatchOptions": None, "Values": ["testing"]}


def test_people_are_told_of_unusual_costs_at_once(environment: Environment) -> None:
    subscription = costs(environment, anomaly_usd=35).one("aws_ce_anomaly_subscription")

    assert subscription["frequency"] == "IMMEDIATE"
    assert subscription["subscriber"] == [{"address": TOPIC, "type": "SNS"}]
    assert subscription["threshold_expression"]["dimension"]["values"] == ["35"]


def test_what_is_not_set_is_not_there(environment: Environment) -> None:
    template = costs(environment, monthly_usd=None, anomaly_usd=None)

    assert "resource" not in template.document


def test_without_a_freeze_nothing_is_denied(environment: Environment) -> None:
    assert costs(environment, monthly_usd=250).all("aws_budgets_budget_action") == []


class TestFreeze:
    def test_roles_are_frozen_when_the_budget_is_used_up(self, environment: Environment) -> None:
        freeze = Freeze(roles=("developer",), percent=110, approval="automatic")

        action = costs(environment, monthly_usd=250, freeze=freeze).one("aws_budgets_budget_action")

        assert action["action_threshold"] == {
            "action_threshold_type": "PERCENTAGE",
            "action_threshold_value": 110,
        }
        assert action["approval_model"] == "AUTOMATIC"
        assert action["definition"]["iam_action_definition"]["roles"] == ["developer"]

    def test_nothing_that_serves_users_is_denied(self, environment: Environment) -> None:
        template = costs(environment, monthly_usd=250, freeze=Freeze(roles=("developer",)))

        denied = statements(template.one("aws_iam_policy")["policy"])["BudgetUsedUp"]
        assert denied["Effect"] == "Deny"
        assert not [action for action in denied["Action"] if action.endswith(("Item", "Query", "Object", "Connect"))]
        assert "dynamodb:CreateTable" in denied["Action"]

    def test_budgets_attach_that_policy_to_those_roles_and_nothing_else(self, environment: Environment) -> None:
        template = costs(environment, monthly_usd=250, freeze=Freeze(roles=("developer",)))

        allowed = statements(template.one("aws_iam_role_policy")["policy"])[""]
        trusted = statements(template.one("aws_iam_role")["assume_role_policy"])[""]
        assert allowed["Resource"] == ["arn:aws:iam::123456789012:role/developer"]
        policy = template.address("aws_iam_policy")
        assert allowed["Condition"] == {"ArnEquals": {"iam:PolicyARN": f"${{{policy}.arn}}"}}
        assert trusted["Condition"]["StringEquals"] == {"aws:SourceAccount": "123456789012"}
