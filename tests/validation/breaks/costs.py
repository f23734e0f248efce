"""Budget and search for unusual costs, broken."""

from __future__ import annotations

from tests.validation.breaks.breaking import Break, really
from validation.context import Context
from validation.live import costs


def limit(context: Context, usd: str) -> None:
    account, name = context.environment.account, context.environment.physical_name("monthly")
    # The filters of before are none of what may be sent now.
    found = costs.budget(context.clients, account, name)
    kept = {key: value for key, value in found.items() if key not in ("CalculatedSpend", "LastUpdatedTime")}
    budget = {**kept, "BudgetLimit": {"Amount": usd, "Unit": "USD"}}
    context.clients.budgets.update_budget(AccountId=account, NewBudget=budget)  # type: ignore[arg-type]  # as it came


def frequency(context: Context, name: str) -> None:
    found = costs.subscription(context.clients, context.environment.physical_name("costs"))
    context.clients.ce.update_anomaly_subscription(
        SubscriptionArn=found["SubscriptionArn"],
        Frequency=name,  # type: ignore[arg-type]  # one of the literals
    )


BREAKS = (
    Break(
        check="monitoring.budget",
        how=really(lambda context: limit(context, "9000"), lambda context: limit(context, "100.0")),
        what="USD a month",
        expected=100.0,
        found=9000.0,
    ),
    Break(
        check="monitoring.cost_anomalies",
        how=really(lambda context: frequency(context, "WEEKLY"), lambda context: frequency(context, "IMMEDIATE")),
        what="tells at once",
        expected="IMMEDIATE",
        found="WEEKLY",
    ),
)
