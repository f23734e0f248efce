"""A deployed environment that gets other settings."""

from __future__ import annotations

from dataclasses import dataclass
from subprocess import CompletedProcess

from tests.support.deployed import Deployed
from tests.support.stacks import PARALLEL, done, plan_again, plan_switch
from validation.plan.model import Plan, read_plan


@dataclass(frozen=True, kw_only=True)
class Switch:
    """What changed with the settings of a deployed environment."""

    plan: Plan
    planned_again: CompletedProcess[str]
    """Once the plan was applied."""


def switch(stack: Deployed, to: Deployed) -> Switch:
    """Plan other settings of a deployed stack that is as its state says, apply the plan, and plan again."""
    plan = read_plan(plan_switch(stack, to))
    done(stack, "apply", "-input=false", PARALLEL, "plan")
    return Switch(plan=plan, planned_again=plan_again(stack))
