"""Writes reports into a directory; the HTML page always shows the latest run and the latest drills together."""

from __future__ import annotations

import json
from pathlib import Path

from validation.files import write
from validation.report import html, junit
from validation.report.document import Document

RUN = "report.json"
RUN_JUNIT = "report.xml"
PAGE = "report.html"
FAILOVER = "drill-failover.json"
RESTORE = "drill-restore.json"


def write_run(directory: Path, report: Document) -> Path:
    """Write report.json, report.xml and report.html; returns the page. Raises `CouldNotRun`, as for a full disk."""
    write(directory / RUN, _json(report))
    write(directory / RUN_JUNIT, junit.render(report))
    return _write_page(directory)


def write_drill(directory: Path, drill: Document, *, name: str) -> Path:
    """Write a drill's document under its `name` and bring report.html up to date; returns the page.

    Raises `CouldNotRun`, as for a full disk.
    """
    write(directory / name, _json(drill))
    return _write_page(directory)


def _write_page(directory: Path) -> Path:
    page = directory / PAGE
    drills = {name: drill for name in (FAILOVER, RESTORE) if (drill := _read(directory / name))}
    write(page, html.render(_read(directory / RUN), drills))
    return page


def _json(document: Document) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _read(file: Path) -> Document | None:
    return json.loads(file.read_text(encoding="utf-8")) if file.exists() else None
