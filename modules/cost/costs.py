"""The budget and the anomaly monitor of an environment, told apart from others by its tag `Environment`."""

from __future__ import annotations

import json

from cdktf_cdktf_provider_aws.budgets_budget import (
    BudgetsBudget,
    BudgetsBudgetCostFilter,
    BudgetsBudgetNotification,
)
from cdktf_cdktf_provider_aws.ce_anomaly_monitor import CeAnomalyMonitor
from cdktf_cdktf_provider_aws.ce_anomaly_subscription import (
    CeAnomalySubscription,
    CeAnomalySubscriptionSubscriber,
    CeAnomalySubscriptionThresholdExpression,
    CeAnomalySubscriptionThresholdExpressionDimension,
)
from constructs import Construct

from environments.schema import Environment
from modules.cost.freezing import Freezing

COST_TAG = "Environment"
"""Every resource has it; it counts once it is activated as a cost allocation tag in the payer's account."""


class Costs(Construct):
    """Tells the topic of what is spent: at shares of the budget, by forecast, and when a cost is unusual."""

    def __init__(
        self, scope: Construct, id_: str, *, environment: Environment, topic_arn: str, boundary_arn: str
    ) -> None:
        super().__init__(scope, id_)
        settings = environment.budget
        if settings.monthly_usd is not None:
            name = environment.physical_name("monthly")
            budget = BudgetsBudget(
                self,
                "budget",
                name=name,
                budget_type="COST",
                time_unit="MONTHLY",
                limit_amount=f"{settings.monthly_usd:.2f}",
                limit_unit="USD",
                cost_filter=[BudgetsBudgetCostFilter(name="TagKeyValue", values=[render_cost_filter(environment)])],
                notification=[
                    *(_notification("ACTUAL", percent, topic_arn) for percent in settings.percents),
                    _notification("FORECASTED", 100, topic_arn),
                ],
            )
            if settings.freeze is not None:
                Freezing(
                    self,
                    "freezing",
                    environment=environment,
                    freeze=settings.freeze,
                    budget_name=budget.name,
                    topic_arn=topic_arn,
                    boundary_arn=boundary_arn,
                )
        if settings.anomaly_usd is not None:
            self._watch_for_anomalies(environment, settings.anomaly_usd, topic_arn)

    def _watch_for_anomalies(self, environment: Environment, usd: float, topic_arn: str) -> None:
        name = environment.physical_name("costs")
        monitor = CeAnomalyMonitor(
            self,
            "monitor",
            name=name,
            monitor_type="CUSTOM",
            monitor_specification=json.dumps(render_monitored(environment)),
        )
        CeAnomalySubscription(
            self,
            "subscription",
            name=name,
            # At once, which only a topic can be told; e-mails are daily or weekly.
            frequency="IMMEDIATE",
            monitor_arn_list=[monitor.arn],
            subscriber=[CeAnomalySubscriptionSubscriber(type="SNS", address=topic_arn)],
            threshold_expression=CeAnomalySubscriptionThresholdExpression(
                dimension=CeAnomalySubscriptionThresholdExpressionDimension(
                    key="ANOMALY_TOTAL_IMPACT_ABSOLUTE",
                    match_options=["GREATER_THAN_OR_EQUAL"],
                    values=[f"{usd:g}"],
                )
            ),
        )


def render_cost_filter(environment: Environment) -> str:
    """The costs of this environment, as AWS Budgets writes a tag that users gave."""
    return f"user:{COST_TAG}${environment.resource_tags[COST_TAG]}"


def render_monitored(environment: Environment) -> dict[str, object]:
    """The costs of this environment, as Cost Explorer writes an expression."""
    unused = dict.fromkeys(("And", "CostCategories", "Dimensions", "Not", "Or"))
    tag = {"Key": f"user:{COST_TAG}", "MatchOptions": None, "Values": [environment.resource_tags[COST_TAG]]}
    return {**unused, "Tags": tag}


def _notification(kind: str, percent: int, topic_arn: str) -> BudgetsBudgetNotification:
    return BudgetsBudgetNotification(
        comparison_operator="GREATER_THAN",
        notification_type=kind,
        threshold=percent,
        threshold_type="PERCENTAGE",
        subscriber_sns_topic_arns=[topic_arn],
    )
