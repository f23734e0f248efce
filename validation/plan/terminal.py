"""The review on the terminal: what blocks first, one line for everything that is well."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console
from rich.text import Text

from validation.cost.document import headline
from validation.plan.document import Document, counts


def show(review: Document, console: Console) -> None:
    """Print a review, in colour where somebody watches."""
    for style, line in lines(review):
        console.print(Text(line, style=style if console.is_terminal else ""), soft_wrap=True)


def lines(review: Document) -> Iterator[tuple[str, str]]:
    """Style and text of every line."""
    yield "bold", f"{review['environment']}: {counts(review)}"
    for tier in review["summary"]:
        yield "", f"  {tier['tier']:<11} {', '.join(f'{count} {word}' for word, count in tier['counts'].items())}"
    if not review["plan"]["is_complete"]:
        yield "yellow", "  the plan is not complete: a further one will have to follow"
    yield from _replacements(review)
    yield from _drift(review)
    yield from _findings(review)
    yield from _checkov(review)
    for word, what in (("expired", "is over"), ("unused", "does nothing")):
        for entry in review["allowed"][word]:
            yield (
                "yellow",
                f"plan.allowed: {entry['action']} {entry['address']} until {entry['until']} {what}: remove it",
            )
    yield "", f"cost: {headline(review['cost'])}, as far as it is known"
    reasons = len(review["reasons"])
    blocked = f"blocked: {reasons} reason{'s' if reasons > 1 else ''}"
    yield ("bold red", blocked) if reasons else ("bold green", "clean")


def _replacements(review: Document) -> Iterator[tuple[str, str]]:
    for replacement in review["replacements"]:
        values = f" ({replacement['before']} → {replacement['after']})" if replacement["before"] else ""
        yield "yellow", f"replaced: {replacement['address']}: {replacement['why']}{values}"


def _drift(review: Document) -> Iterator[tuple[str, str]]:
    for drift in review["drift"]:
        what = "deleted" if drift["is_gone"] else ", ".join(each["path"] for each in drift["differences"])
        yield "yellow", f"drift: {drift['address']}: {what}; {drift['outcome']}"


def _findings(review: Document) -> Iterator[tuple[str, str]]:
    for finding in review["findings"]:
        allowed = finding["allowed"]
        style = "bold red" if finding["blocks"] else "yellow"
        word = f"allowed {finding['kind']}" if allowed else finding["kind"]
        yield style, f"{word}: {finding['address']}: {finding['what']}"
        if finding["before"] or finding["after"]:
            yield "", f"    {finding['before'] or 'nothing'} → {finding['after'] or 'nothing'}"
        yield "", f"    until {allowed['until']}: {allowed['reason']}" if allowed else f"    {finding['remedy']}"


def _checkov(review: Document) -> Iterator[tuple[str, str]]:
    checkov = review["checkov"]
    if checkov is None:
        yield "yellow", "checkov: did not run; `python3 -m toolchain checkov` installs it"
        return
    on_purpose = f", {len(checkov['suppressed'])} on purpose" if checkov["suppressed"] else ""
    yield "", f"checkov: {checkov['passed']} passed, {len(checkov['failed'])} failed{on_purpose}"
    for check in checkov["failed"]:
        yield (
            "bold red" if review["production"] else "yellow",
            f"    {check['id']} {check['title']}: {check['address']}",
        )
    for note in checkov["void"]:
        yield "yellow", f"    the note for {note['id']} beside {note['address']} suppresses nothing, or gives no reason"
