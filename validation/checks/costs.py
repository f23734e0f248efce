"""The budget, and the search for unusual costs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from environments.schema import Environment
from monitoring.topic import topic_arn
from validation.context import Context
from validation.framework.check import check
from validation.framework.result import Finding, Json, Severity, compare
from validation.live import costs

if TYPE_CHECKING:
    from mypy_boto3_budgets.type_defs import ActionTypeDef


def _budgets(context: Context) -> Sequence[str]:
    environment = context.environment
    return [environment.physical_name("monthly")] if environment.budget.monthly_usd is not None else []


def _monitors(context: Context) -> Sequence[str]:
    environment = context.environment
    return [environment.physical_name("costs")] if environment.budget.anomaly_usd is not None else []


@check("monitoring.budget", "The budget is watched", severity=Severity.MEDIUM, each=_budgets)
def budget(context: Context, name: str) -> Iterator[Finding]:
    """How much may be spent, at which shares of it people are told, and what happens when it is used up."""
    settings, account = context.environment.budget, context.environment.account
    live = context.ask(costs.budget, account, name)
    limit = live.get("BudgetLimit", {"Amount": "0", "Unit": "USD"})
    yield compare("USD a month", expected=settings.monthly_usd, found=float(limit["Amount"]))
    yield compare("counted in", expected=["USD", "MONTHLY"], found=[limit["Unit"], live["TimeUnit"]])
    notifications = context.ask(costs.notifications, account, name)
    expected = [*(f"ACTUAL {percent}" for percent in settings.percents), "FORECASTED 100"]
    found = [f"{each['NotificationType']} {each['Threshold']:g}" for each in notifications]
    yield compare("tells at %", expected=sorted(expected), found=sorted(found))
    told = context.ask(costs.told, account, name)
    yield compare("tells", expected=[topic_arn(context.environment)], found=sorted(told))
    actions = context.ask(costs.actions, account, name)
    yield compare("freezes", expected=_freezing(context.environment), found=[_live_freezing(each) for each in actions])


@check("monitoring.cost_anomalies", "Unusual costs are noticed", severity=Severity.MEDIUM, each=_monitors)
def cost_anomalies(context: Context, name: str) -> Iterator[Finding]:
    """Whose costs are watched, from which sum on, and who is told at once."""
    environment = context.environment
    monitor = context.ask(costs.monitor, name)
    watched = monitor.get("MonitorSpecification", {}).get("Tags", {}).get("Values")
    yield compare("watches", expected=environment.tags.get("Environment", environment.name), found=_only(watched))
    subscription = context.ask(costs.subscription, name)
    arn = monitor.get("MonitorArn")
    yield compare("belongs to the monitor", expected=True, found=arn in subscription["MonitorArnList"])
    yield compare("tells at once", expected="IMMEDIATE", found=subscription["Frequency"])
    yield compare(
        "tells", expected=[topic_arn(environment)], found=[each.get("Address") for each in subscription["Subscribers"]]
    )
    threshold = subscription.get("ThresholdExpression", {}).get("Dimensions", {}).get("Values", [])
    yield compare("from USD", expected=[f"{environment.budget.anomaly_usd:g}"], found=list(threshold))


def _freezing(environment: Environment) -> list[Json]:
    freeze = environment.budget.freeze
    if freeze is None:
        return []
    return [{"roles": list(freeze.roles), "at %": float(freeze.percent), "approval": freeze.approval.upper()}]


def _live_freezing(action: ActionTypeDef) -> Json:
    return {
        "roles": list(action["Definition"].get("IamActionDefinition", {}).get("Roles", [])),
        "at %": float(action["ActionThreshold"]["ActionThresholdValue"]),
        "approval": action["ApprovalModel"],
    }


def _only(values: Sequence[str] | None) -> Json:
    return values[0] if values and len(values) == 1 else None
