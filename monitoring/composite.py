"""Composite alarms: one a tier, so that an incident is told once and not by every alarm that it sets off."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from environments.schema import Environment
from monitoring.alarm import Alarm
from monitoring.rule import Severity, Tier

MOST_CHILDREN: Final = 100
"""Alarms that the rule of a composite alarm may name (CloudWatch service quota)."""


@dataclass(frozen=True, kw_only=True)
class Composite:
    """An alarm that sounds while one of its children, alarms by their names, does."""

    id: str
    """Unique in the environment."""
    name: str
    """Unique in the account."""
    tier: Tier
    children: tuple[str, ...]
    is_told: bool
    """Whether somebody hears of it; a part of a larger one is not told by itself."""

    @property
    def rule(self) -> str:
        """As CloudWatch reads it."""
        return " OR ".join(f'ALARM("{child}")' for child in self.children)

    @property
    def description(self) -> str:
        """What whoever is called reads first."""
        return (
            f"Something critical is wrong with {self.tier}. First: open the alarms that set it off; each says what it "
            "means and what to do."
        )


def composites(environment: Environment, alarms: Sequence[Alarm]) -> Iterator[Composite]:
    """One composite alarm for each tier that has critical alarms, parts before the whole."""
    for tier in Tier:
        children = tuple(
            alarm.name for alarm in alarms if alarm.tier is tier and alarm.rule.severity is Severity.CRITICAL
        )
        while len(children) > MOST_CHILDREN:
            starts = range(0, len(children), MOST_CHILDREN)
            parts = [
                _composite(
                    environment,
                    f"{tier}-part-{len(children)}-{number}",
                    tier=tier,
                    children=children[start : start + MOST_CHILDREN],
                    is_told=False,
                )
                for number, start in enumerate(starts, start=1)
            ]
            yield from parts
            children = tuple(part.name for part in parts)
        if children:
            yield _composite(environment, tier, tier=tier, children=children, is_told=True)


def _composite(
    environment: Environment, id_: str, *, tier: Tier, children: tuple[str, ...], is_told: bool
) -> Composite:
    return Composite(id=id_, name=environment.physical_name(id_), tier=tier, children=children, is_told=is_told)
