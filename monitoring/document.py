"""The alarms as a page for people, generated so that it is never out of date."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from environments.schema import AlarmThresholds
from monitoring.catalogue import RULES
from monitoring.rule import Comparison, Rule, Severity, Tier

_TITLES: Final = {
    Tier.DYNAMODB: "DynamoDB",
    Tier.S3: "S3",
    Tier.REDIS: "Redis",
    Tier.PLATFORM: "Keys, backups, maintenance",
    Tier.APPLICATION: "The application, as the library sees it",
}
_HEADER: Final = ("Alarm", "For each", "Sounds when", "Without data", "What it means", "First action")

INTRODUCTION: Final = """# Monitoring

Generated from `monitoring/` by `make docs`; edit the rules, not this page.

Every alarm follows from the declaration and the environment: a new table, index, bucket or node is watched from its
first deployment on. An alarm is called `<prefix>-<environment>-<tier>-<resource>-<alarm>`; its description says what
it means and what to do first, and `python -m validation run <environment> --only monitoring` checks that all are there.

**Who hears what.** Messages go to the topic `<prefix>-<environment>-alarms` and from there to `alarms.subscriptions`
of the environment's file. A *warning* is told by itself, when it begins and when it ends. A *critical* alarm is told by
the composite alarm of its tier, `<prefix>-<environment>-<tier>`, once for the whole incident; what else went wrong
meanwhile shows on the dashboard `<prefix>-<environment>`.

**Before maintenance**, silence the composite alarms for an hour; repeat it for longer:

```console
$ aws cloudwatch put-metric-data --namespace Tierstore/Operations --metric-name Maintenance \\
    --dimensions Environment=prod --value 1
```

**Another threshold** is one line in the environment's file, by the name in the table:

```yaml
alarms:
  thresholds: {redis_cpu_percent: 70}
```

**Unusual** is what leaves the band that CloudWatch's anomaly detection has learnt for this hour and weekday; it needs
some days of data before it knows one."""


def render_document() -> str:
    """The page in Markdown: how people are told, and every rule with its meaning and the first thing to do."""
    return "\n".join((INTRODUCTION, *(line for tier in Tier for line in _section(tier)), ""))


def _section(tier: Tier) -> Iterator[str]:
    rules = [rule for rule in RULES if rule.tier is tier]
    if rules:
        yield from ("", f"## {_TITLES[tier]}", "", _row(_HEADER), _row(["---"] * len(_HEADER)))
        yield from (_row(_cells(rule)) for rule in rules)


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def _cells(rule: Rule) -> Sequence[str]:
    title = f"**{rule.id}**" if rule.severity is Severity.CRITICAL else rule.id
    return (
        f"{title}: {rule.title}",
        rule.each,
        f"{_compared(rule)}, in {rule.breaching} of {rule.periods} periods of {_time(rule.period)}",
        f"{rule.missing}: {rule.why_missing}",
        rule.meaning,
        rule.first_action,
    )


def _compared(rule: Rule) -> str:
    metrics = ", ".join(f"`{metric}`" for metric in rule.metrics)
    computed = f"`{rule.expression}` of {metrics}" if rule.expression else metrics
    default = AlarmThresholds.model_fields[rule.threshold].default
    number = f"{default:,.15g} {rule.unit}".strip()
    match rule.comparison:
        case Comparison.ABOVE:
            words = f"is above {number}"
        case Comparison.BELOW:
            words = f"is below {number}"
        case Comparison.ABOVE_BAND:
            words = f"is more than {number} above the usual"
    return f"{computed} ({rule.statistic}) {words} (`{rule.threshold}`)"


def _time(seconds: int) -> str:
    minutes = seconds // 60
    return f"{minutes // 60} h" if minutes >= 60 else f"{minutes} min"  # noqa: PLR2004 - an hour
