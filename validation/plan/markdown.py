"""The review as the comment on a pull request: the verdict first, details folded, never longer than GitHub takes."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from validation.cost.document import headline, money
from validation.plan.document import Document, counts

LIMIT: Final = 65_536
"""Characters that GitHub takes for a comment."""

_RESERVE: Final = 300
"""Characters kept for the frame of each section that is still to come."""

_LONGEST_VALUE: Final = 300

_MARKUP: Final = re.compile(r"[\\`*~\[\]]|\b_|_\b|(?<!\w)_(?!\w)")
"""What Markdown takes for more than text; an underscore inside a word is none of it."""


@dataclass(frozen=True, kw_only=True)
class Section:
    """A heading, and rows of which as many are printed as there is room for."""

    title: str
    rows: Sequence[str]
    head: str = ""
    """Head of a table; "" where the rows are a list."""
    foot: str = ""
    is_folded: bool = False


def render(review: Document, *, limit: int = LIMIT) -> str:
    """The comment; its first line marks it, so that the next review of the environment replaces it."""
    text = _opening(review)
    sections = [section for section in _sections(review) if section.rows]
    for position, section in enumerate(sections):
        still_to_come = (len(sections) - position - 1) * _RESERVE
        text += _fitted(section, limit - len(text) - still_to_come)
    return text


def marker(environment: str) -> str:
    """The comment that tells this review from other comments on the pull request."""
    return f"<!-- tierstore plan {environment} -->"


def code(text: str) -> str:
    """Text as inline code, whatever stands in it."""
    line = " ".join(text.split())
    shortened = line if len(line) <= _LONGEST_VALUE else f"{line[:_LONGEST_VALUE]}…"
    if "`" not in shortened:
        return f"`{shortened}`"
    fence = "`" * (1 + max(map(len, re.findall("`+", shortened))))
    return f"{fence} {shortened} {fence}"


def plain(text: str) -> str:
    """Text in which nothing is a tag, a mention, a link, a picture or emphasis."""
    return html.escape(_MARKUP.sub(r"\\\g<0>", " ".join(text.split())), quote=False).replace("@", "&#64;")


def _opening(review: Document) -> str:
    name, blocked = review["environment"], review["verdict"] == "blocked"
    sentences = [counts(review), headline(review["cost"])]
    if review["drift"]:
        sentences.append(f"{len(review['drift'])} changed outside Terraform")
    if not review["plan"]["is_complete"]:
        sentences.append("**the plan is not complete**")
    title = f"## {'⛔' if blocked else '✅'} Plan of `{name}`: {review['verdict']}"
    return f"{marker(name)}\n{title}\n\n{' · '.join(sentences)}\n"


def _sections(review: Document) -> Iterator[Section]:
    findings = review["findings"]
    blocking = [finding for finding in findings if finding["blocks"]]
    yield Section(title="Blocked", rows=[_finding(finding) for finding in blocking], foot=_how_to_allow(blocking))
    checkov = review["checkov"]
    if checkov is not None:
        blocks = "which blocks production" if review["production"] else "which blocks production only"
        title = f"Checkov: {checkov['passed']} passed, {len(checkov['failed'])} failed, {blocks}"
        yield Section(title=title, rows=[_check(check) for check in checkov["failed"]])
    yield Section(title="Allowed by the environment's file", rows=[_finding(f) for f in findings if f["allowed"]])
    notices = [_finding(finding) for finding in findings if finding["kind"] == "notice"]
    yield Section(title="Worth a look", rows=[*notices, *_entries(review["allowed"]), *_not_run(review)])
    yield Section(
        title="Replaced",
        head="| Resource | Because | Before | After |\n| --- | --- | --- | --- |\n",
        rows=[_replacement(replacement) for replacement in review["replacements"]],
    )
    yield Section(
        title="Changes by tier",
        head="| Tier | Changes |\n| --- | --- |\n",
        rows=[_row(tier["tier"], _counts(tier["counts"])) for tier in review["summary"]],
    )
    yield Section(title="Drift: changed outside Terraform", rows=[*map(_drift, review["drift"])], is_folded=True)
    yield from _cost(review["cost"])
    yield Section(title="Every change", rows=[*_changes(review["summary"])], is_folded=True)
    if checkov is not None:
        notes = [*map(_check, checkov["suppressed"]), *map(_void, checkov["void"])]
        yield Section(title="Checkov: failed on purpose", rows=notes, is_folded=True)


def _cost(cost: Document) -> Iterator[Section]:
    yield Section(
        title="Cost a month, estimated",
        head="| Tier | Before | After | Difference |\n| --- | ---: | ---: | ---: |\n",
        rows=[_tier_cost(tier) for tier in cost["by_tier"]],
        foot=f"**Together: {headline(cost)}**\n",
    )
    yield Section(title="Cost: what would save money", rows=[_advice(a) for a in cost["advice"]], is_folded=True)
    yield Section(
        title="Cost: arithmetic",
        head="| Resource | What | Units | Price | USD |\n| --- | --- | ---: | ---: | ---: |\n",
        rows=[_cost_line(line) for line in cost["lines"]],
        is_folded=True,
    )
    left_out = [
        f"- not included: {plain(item['what'])} ({len(item['addresses'])} ×): {plain(item['why'])}\n"
        for item in cost["not_included"]
    ]
    remarks = [f"- {plain(remark)}\n" for remark in cost["remarks"]]
    title = "Cost: what is not included, and where the prices come from"
    yield Section(title=title, rows=[*left_out, *remarks], is_folded=True)


def _tier_cost(tier: Document) -> str:
    difference = money(tier["after"] - tier["before"], signed=True)
    return _row(tier["tier"], money(tier["before"]), money(tier["after"]), difference)


def _advice(advice: Document) -> str:
    what = f"{plain(advice['what'])} for {code(advice['address'])}"
    return f"- {money(advice['saves'])} a month: {what}; {plain(advice['but'])}\n"


def _cost_line(line: Document) -> str:
    price = f"{line['price']:g} per {plain(line['per'])} ({line['quality']})"
    units = f"{line['quantity']:,.4g}"
    return _row(code(line["address"]), plain(line["what"]), units, price, f"{line['usd']:,.2f}")


def _finding(finding: Document) -> str:
    lines = [f"- **{finding['kind']}** {code(finding['address'])}: {plain(finding['what'])}"]
    if finding["before"] or finding["after"]:
        lines.append(f"  - {code(finding['before'] or 'nothing')} → {code(finding['after'] or 'nothing')}")
    if finding["allowed"]:
        lines.append(f"  - until {finding['allowed']['until']}: {plain(finding['allowed']['reason'])}")
    else:
        lines.append(f"  - {plain(finding['remedy'])}")
    return "\n".join(lines) + "\n"


def _how_to_allow(blocking: Sequence[Document]) -> str:
    if not blocking:
        return ""
    first = blocking[0]
    return (
        "\nTo allow one, say so in the environment's file, in the same pull request:\n\n"
        "```yaml\nplan:\n  allowed:\n"
        f"    - address: {_as_yaml(first['address'])}\n      action: {first['kind']}\n"
        "      reason: why this is meant, for whoever reviews it\n      until: the last day, such as 2026-12-31\n```\n"
    )


def _as_yaml(address: str) -> str:
    """The address as YAML reads it back: a key of `for_each` may look like a comment or a mapping."""
    return address if ": " not in address and " #" not in address else "'" + address.replace("'", "''") + "'"


def _entries(allowed: Document) -> Iterator[str]:
    for word, what in (("expired", "is over"), ("unused", "does nothing")):
        for entry in allowed[word]:
            which = f"{entry['action']} of {code(entry['address'])} until {entry['until']}"
            yield f"- the entry of `plan.allowed` for {which} {what}: remove it\n"


def _not_run(review: Document) -> Iterator[str]:
    if review["checkov"] is None:
        yield "- Checkov did not run; `python3 -m toolchain checkov` installs it\n"


def _replacement(replacement: Document) -> str:
    before, after = (code(replacement[when]) if replacement[when] else "" for when in ("before", "after"))
    return _row(code(replacement["address"]), plain(replacement["why"]), before, after)


def _drift(drift: Document) -> str:
    what = "deleted" if drift["is_gone"] else "changed"
    lines = [f"- {code(drift['address'])} was {what}; {plain(drift['outcome'])}"]
    lines += [
        f"  - {plain(difference['path'])}: {code(difference['before'])} → {code(difference['after'])}"
        for difference in drift["differences"]
    ]
    return "\n".join(lines) + "\n"


def _changes(summary: Iterable[Document]) -> Iterator[str]:
    for tier in summary:
        for change in tier["changes"]:
            came_from = f" (was {code(change['previous_address'])})" if change["previous_address"] else ""
            yield f"- {' and '.join(change['actions'])} {code(change['address'])}{came_from}\n"


def _check(check: Document) -> str:
    reason = f": {plain(check['reason'])}" if check["reason"] else ""
    return f"- {check['id']} {plain(check['title'])}, {code(check['address'])}{reason}\n"


def _void(note: Document) -> str:
    return f"- the note for {plain(note['id'])} beside {code(note['address'])} suppresses nothing, or gives no reason\n"


def _counts(counted: Document) -> str:
    return ", ".join(f"{count} {word}" for word, count in counted.items())


def _fitted(section: Section, room: int) -> str:
    """The section with as many of its rows as fit, and a word about those that do not."""
    start, end = _frame(section)
    kept: list[str] = []
    left = room - len(start) - len(end) - len(_missing(section, len(section.rows)))
    for row in section.rows:
        left -= len(row)
        if left < 0:
            break
        kept.append(row)
    missing = len(section.rows) - len(kept)
    text = start + "".join(kept) + (_missing(section, missing) if missing else "") + end
    return text if len(text) <= room else ""


def _frame(section: Section) -> tuple[str, str]:
    if section.is_folded:
        title = f"\n<details><summary>{plain(section.title)} ({len(section.rows)})</summary>\n\n"
        return title + section.head, f"{section.foot}\n</details>\n"
    return f"\n### {plain(section.title)}\n\n{section.head}", section.foot and f"\n{section.foot}"


def _missing(section: Section, count: int) -> str:
    text = f"… and {count} more, in review.json"
    return _row(text) if section.head else f"- {text}\n"


def _row(*cells: str) -> str:
    # A bar would end a cell even inside code.
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"
