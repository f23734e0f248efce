"""What the review of a plan lets pass that it would block otherwise."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, WithJsonSchema

from environments.settings import Reason, Settings

Day = Annotated[
    date,
    WithJsonSchema(
        {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$", "patternErrorMessage": "a day such as 2026-12-31"}
    ),
]


class AllowedChange(Settings):
    """One change of one resource that may happen, for a reason and for a time."""

    address: Annotated[str, Field(min_length=3)]
    """Terraform's address of the resource, as the review prints it."""
    action: Literal["destroy", "replace", "unprotect", "weaken"]
    """What may happen to it, as the review names it."""
    reason: Reason
    """Why, for whoever reads the review."""
    until: Day
    """The last day on which it may happen."""


class PlanSettings(Settings):
    """How the plan of this environment is reviewed."""

    allowed: tuple[AllowedChange, ...] = ()
    """Changes that lose data or protection, or widen access, and are meant."""
