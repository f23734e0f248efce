"""What every group of settings has in common."""

from __future__ import annotations

import operator
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Reason = Annotated[str, StringConstraints(min_length=15, strip_whitespace=True)]


class Settings(BaseModel):
    """A frozen group of settings that refuses unknown keys and converts nothing."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, use_attribute_docstrings=True, allow_inf_nan=False
    )


class Section(Settings):
    """A group of settings in which a safety rule may be broken for a written reason."""

    accepted_risks: dict[str, Reason] = Field(default_factory=dict, exclude_if=operator.not_)
    """Safety rules that this section breaks on purpose, each with its reason of 15 characters or more."""
