"""The report as one HTML page that needs nothing else: no script, no font, no picture."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape
from itertools import groupby
from typing import Final

from validation.framework.result import Status
from validation.report.document import SYMBOLS, Document, value_text

_STYLE: Final = """
:root { color-scheme: light dark; --line: #8884; --passed: #1a7f37; --failed: #c3232b; --skipped: #8a6100; }
@media (prefers-color-scheme: dark) { :root { --passed: #4ac26b; --failed: #ff7b72; --skipped: #d4a72c; } }
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 75rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; margin: 0 0 2rem; }
caption { text-align: left; font-weight: bold; font-size: 1.2rem; padding: .5rem 0; }
th, td { text-align: left; vertical-align: top; padding: .35rem .75rem .35rem 0; border-bottom: 1px solid var(--line); }
tbody th { font-weight: normal; }
code { font-size: .9em; overflow-wrap: anywhere; }
small { opacity: .75; }
.passed { color: var(--passed); } .failed, .error { color: var(--failed); } .skipped { color: var(--skipped); }
.status { white-space: nowrap; font-weight: bold; }
summary { cursor: pointer; }
"""


def render(report: Document | None, drills: Mapping[str, Document]) -> str:
    """A page with the checks of a run and with drills, by file name; raises ValueError where there is neither."""
    subject = report or next(iter(drills.values()), None)
    if subject is None:
        raise ValueError("there is nothing to render: neither a run nor a drill")
    title = f"Validation of {escape(subject['environment'])}"
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<main>\n<h1>{title}</h1>\n"
        f"<p>{escape(subject['target'])} · account {escape(subject['account'])} · {escape(subject['region'])}</p>\n"
        + ("" if report is None else _run_section(report))
        + "".join(_drill_section(drill, file) for file, drill in drills.items())
        + "</main>\n</body>\n</html>\n"
    )


def _run_section(report: Document) -> str:
    counts = " · ".join(
        f'<span class="{status}">{SYMBOLS[Status(status)]} {count} {status}</span>'
        for status, count in report["summary"].items()
    )
    tiers = groupby(report["checks"], key=lambda check: str(check["tier"]))
    return (
        f'<section><h2>Checks</h2>\n<p class="status">{counts}</p>\n'
        f"<p>Started {escape(report['started_at'])}, took {report['seconds']} s.</p>\n"
        + "".join(_tier_table(tier, checks) for tier, checks in tiers)
        + "</section>\n"
    )


def _tier_table(tier: str, checks: Iterable[Document]) -> str:
    rows = "".join(_check_row(check) for check in checks)
    return (
        f"<table>\n<caption>{escape(tier)}</caption>\n"
        f"{_head('Status', 'Check', 'Severity', 'Expected and found')}<tbody>\n{rows}</tbody>\n</table>\n"
    )


def _check_row(check: Document) -> str:
    return (
        f"<tr>{_status_cell(check['status'])}"
        f'<th scope="row">{escape(check["title"])}<br><code>{escape(check["id"])}</code></th>'
        f"<td>{escape(check['severity'])}</td>"
        f"<td><small>{escape(check['explanation'])}</small>"
        + "".join(_result_details(result) for result in check["results"])
        + "</td></tr>\n"
    )


def _result_details(result: Document) -> str:
    status = Status(result["status"])
    comparisons = "".join(_finding_item(finding) for finding in result["findings"])
    return (
        f"<details{'' if status is Status.PASSED else ' open'}>"
        f'<summary><span class="{status}">{SYMBOLS[status]} {status}</span> {escape(result["resource"])}</summary>'
        + (f"<p>{escape(result['reason'])}</p>" if result["reason"] else "")
        + (f"<ul>{comparisons}</ul>" if comparisons else "")
        + "</details>"
    )


def _finding_item(finding: Document) -> str:
    found = f"<code>{escape(value_text(finding['found']))}</code>"
    if finding["passed"]:
        return f"<li>{escape(finding['what'])}: {found}</li>"
    expected = f"<code>{escape(value_text(finding['expected']))}</code>"
    return f'<li class="failed">{escape(finding["what"])}: expected {expected}, found {found}</li>'


def _drill_section(drill: Document, file: str) -> str:
    limits = "".join(
        f"<tr>{_status_cell(verdict['status'])}<th scope='row'>{escape(verdict['what'])}</th>"
        f"<td>{escape(verdict['measured'])}</td><td>{escape(verdict['limit'])}</td></tr>\n"
        for verdict in drill["verdicts"]
    )
    figures = "".join(
        f"<tr><th scope='row'>{escape(figure['what'])}</th><td>{escape(figure['measured'])}</td></tr>\n"
        for figure in drill["figures"]
    )
    timeline = "".join(
        f"<tr><td>{escape(entry['at'])}</td><td>{escape(entry['what'])}</td></tr>\n" for entry in drill["timeline"]
    )
    return (
        f"<section><h2>{escape(drill['title'])}</h2>\n<p>Started {escape(drill['started_at'])}. "
        f"<a href='{escape(file)}'>Figures as JSON</a></p>\n"
        f"<table>\n<caption>Limits</caption>\n{_head('Status', 'What', 'Measured', 'Limit')}"
        f"<tbody>\n{limits}</tbody>\n</table>\n"
        f"<table>\n<caption>Figures</caption>\n{_head('What', 'Measured')}<tbody>\n{figures}</tbody>\n</table>\n"
        f"<table>\n<caption>Timeline</caption>\n{_head('Seconds', 'What happened')}"
        f"<tbody>\n{timeline}</tbody>\n</table></section>\n"
    )


def _status_cell(status: str) -> str:
    return f'<td class="status {status}">{SYMBOLS[Status(status)]} {status}</td>'


def _head(*columns: str) -> str:
    cells = "".join(f'<th scope="col">{escape(column)}</th>' for column in columns)
    return f"<thead><tr>{cells}</tr></thead>\n"
