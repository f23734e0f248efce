"""What a drill measured, as a JSON document and on the terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from rich.console import Console
from rich.markup import escape

from validation.drill.measurement import Measurement, Verdict, figures, passed
from validation.drill.timeline import Moment
from validation.framework.result import Json, Status
from validation.report.document import Document, Subject, subject_entry


def common_entries(
    subject: Subject,
    *,
    title: str,
    started_at: datetime,
    verdicts: Sequence[Verdict],
    figures: Mapping[str, str],
    timeline: Sequence[Moment],
    interrupted: bool,
) -> dict[str, Json]:
    """What the document of every drill has: `verdicts`, `figures` and `timeline` in words."""
    return {
        "version": 1,
        **subject_entry(subject),
        "title": title,
        "started_at": started_at.isoformat(timespec="seconds"),
        "status": (Status.PASSED if passed(verdicts) else Status.FAILED).value,
        "interrupted": interrupted,
        "verdicts": [
            {
                "what": verdict.what,
                "measured": verdict.measured,
                "limit": verdict.limit,
                "status": verdict.status.value,
            }
            for verdict in verdicts
        ],
        "figures": [{"what": what, "measured": measured} for what, measured in figures.items()],
        "timeline": [{"at": at(moment), "what": moment.what} for moment in timeline],
    }


def drill_document(
    subject: Subject, measurement: Measurement, verdicts: Sequence[Verdict], *, trigger: str
) -> dict[str, Json]:
    """Everything that a failover drill measured, in `measured` for machines."""
    return {
        **common_entries(
            subject,
            title=f"Failover drill of {subject.environment}, shard {measurement.shard}, trigger {trigger}",
            started_at=measurement.started_at,
            verdicts=verdicts,
            figures=figures(measurement),
            timeline=measurement.timeline,
            interrupted=measurement.interrupted,
        ),
        "shard": measurement.shard,
        "trigger": trigger,
        "measured": {
            "longest_gap_seconds": {shard: round(gap, 3) for shard, gap in measurement.longest_gaps.items()},
            "failed_operations": measurement.failed_operations,
            "retried_errors": dict(measurement.retried_errors),
            "confirmed_writes": measurement.confirmed.acknowledged,
            "confirmed_writes_lost": measurement.confirmed.lost,
            "unconfirmed_writes": measurement.accepted.acknowledged,
            "unconfirmed_writes_lost": measurement.accepted.lost,
            "new_primary_seconds": rounded(measurement.new_primary_seconds),
            "recovery_seconds": rounded(measurement.recovery_seconds),
            "available_seconds": rounded(measurement.available_seconds),
        },
    }


def at(moment: Moment) -> str:
    """When, in seconds before or after the trigger."""
    return f"{moment.seconds:+.2f}"


def line(moment: Moment) -> str:
    """A moment in one line."""
    return _line(at(moment), moment.what)


def show(document: Document, console: Console, *, timeline: bool) -> None:
    """Print the figures and the limits, before them the timeline where it is asked for."""
    lines = [document["title"]]
    if timeline:
        lines += [_line(entry["at"], entry["what"]) for entry in document["timeline"]]
    lines += [f"  {entry['what']:<42} {entry['measured']}" for entry in document["figures"]]
    console.print("\n".join(map(escape, lines)), highlight=False, soft_wrap=True)
    for verdict in document["verdicts"]:
        style = "green" if verdict["status"] == Status.PASSED else "bold red"
        console.print(
            f"  {verdict['what']:<42} {verdict['measured']}, limit {verdict['limit']}: [{style}]{verdict['status']}[/]",
            highlight=False,
            soft_wrap=True,
        )


def _line(seconds: str, what: str) -> str:
    return f"  {seconds:>8} s  {what}"


def rounded(seconds: float | None) -> float | None:
    """Seconds as machines read them."""
    return None if seconds is None else round(seconds, 3)
