"""Settings of what an environment may cost, and who is told when it costs more."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from environments.schema.values import text
from environments.settings import Section, Settings

RoleName = Annotated[
    str,
    text(r"^[A-Za-z0-9+=,.@_-]+$", "the name of an IAM role, without path and ARN, such as developer", longest=64),
]


class Freeze(Settings):
    """Roles that may create and enlarge nothing more once the budget is used up."""

    roles: Annotated[tuple[RoleName, ...], Field(min_length=1, max_length=100)]
    """Names of the roles that get the denying policy, such as those of developers and pipelines."""
    percent: Annotated[int, Field(ge=1, le=1000)] = 100
    """Share of the budget at which that happens."""
    approval: Literal["manual", "automatic"] = "manual"
    """Whether somebody has to approve it first, in the console of AWS Budgets."""


class BudgetSettings(Section):
    """What the environment may cost."""

    monthly_usd: Annotated[float, Field(gt=0)] | None = None
    """USD a month; null sets no budget. `python -m validation cost` estimates what to expect."""
    percents: Annotated[tuple[Annotated[int, Field(ge=1, le=1000)], ...], Field(min_length=1, max_length=4)] = (
        50,
        80,
        100,
    )
    """Shares of the budget at which people are told; besides, when the forecast exceeds it."""
    freeze: Freeze | None = None
    """What happens when the budget is used up; null tells people, and does nothing."""
    anomaly_usd: Annotated[float, Field(gt=0)] | None = 20
    """USD that an unusual cost has to exceed before people are told; null looks for none."""
