"""An alarm: a rule applied to one resource, as plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Self

from environments.schema import Environment
from monitoring.rule import Rule, Tier

Dimensions = Mapping[str, str]

LONGEST_DESCRIPTION: Final = 1024
"""Characters (CloudWatch API reference, PutMetricAlarm)."""
MOST_METRICS: Final = 10
"""That the expression of an alarm may name (CloudWatch service quota)."""

BAND: Final = "band"
VALUE: Final = "value"


@dataclass(frozen=True, kw_only=True)
class Series:
    """One metric of one resource."""

    id: str
    """By which expressions name it."""
    namespace: str
    metric: str
    dimensions: Dimensions
    statistic: str
    period: int
    """Seconds."""

    @property
    def is_percentile(self) -> bool:
        """Whether the statistic is one such as p99, which CloudWatch calls extended."""
        return self.statistic.startswith("p")


@dataclass(frozen=True, kw_only=True)
class Alarm:
    """One rule on one resource of one environment.

    Raises `ValueError` for what CloudWatch would refuse.
    """

    id: str
    """Unique in the environment."""
    name: str
    """Unique in the account."""
    rule: Rule
    resource: str
    """For people: core, core gsi1, uploads, 0001-001."""
    dimensions: tuple[Dimensions, ...]
    """Those of each metric; more than one where the rule's expression adds them up."""
    threshold: float
    numbers: Mapping[str, float] = field(default_factory=dict)
    """What the placeholders of the rule's expression stand for."""

    def __post_init__(self) -> None:
        if len(self.series) > MOST_METRICS:
            raise ValueError(f"alarm {self.name} looks at {len(self.series)} metrics, CloudWatch allows {MOST_METRICS}")
        if len(self.description) > LONGEST_DESCRIPTION:
            raise ValueError(f"alarm {self.name}: its description is longer than {LONGEST_DESCRIPTION} characters")

    @classmethod
    def of(
        cls,
        environment: Environment,
        rule: Rule,
        *,
        resource: str,
        dimensions: tuple[Dimensions, ...],
        numbers: Mapping[str, float] | None = None,
    ) -> Self:
        """The alarm of a rule on a resource, with the environment's threshold."""
        id_ = f"{rule.tier}-{resource}-{rule.id}"
        return cls(
            id=id_,
            name=environment.physical_name(id_),
            rule=rule,
            resource=resource,
            dimensions=dimensions,
            threshold=getattr(environment.alarms.thresholds, rule.threshold),
            numbers=numbers or {},
        )

    @property
    def tier(self) -> Tier:
        """The tier that the rule watches over."""
        return self.rule.tier

    @property
    def description(self) -> str:
        """What whoever is called reads first."""
        return f"{self.rule.title} ({self.resource}). {self.rule.description}"

    @property
    def series(self) -> tuple[Series, ...]:
        """Every metric that it looks at."""
        rule = self.rule
        named = [(metric, dimensions) for dimensions in self.dimensions for metric in rule.metrics]
        return tuple(
            Series(
                id=f"m{number}",
                namespace=rule.namespace,
                metric=metric,
                dimensions=dimensions,
                statistic=rule.statistic,
                period=rule.period,
            )
            for number, (metric, dimensions) in enumerate(named, start=1)
        )

    @property
    def expression(self) -> str | None:
        """What is computed of the metrics and compared; None where it is the one metric itself."""
        return self.rule.expression and self.rule.expression.format_map(self.numbers)

    @property
    def band(self) -> str | None:
        """The expression of the band that the value has to stay in; None where there is a number instead."""
        return f"ANOMALY_DETECTION_BAND(m1, {self.threshold:g})" if self.rule.has_band else None
