"""One report in every form: the same verdicts, nothing left unescaped, nothing needed from elsewhere."""

from __future__ import annotations

import io
import json
import re
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as Xml

import pytest
from rich.console import Console

from tests.support.full_disk import full_disk
from validation.errors import CouldNotRun
from validation.framework.check import Check
from validation.framework.result import Finding, Result, Severity, Status, compare
from validation.report import files, html, junit, terminal
from validation.report.document import Subject, run_document

SUBJECT = Subject(environment="local", target="sandbox", account="000000000000", region="us-east-1")


def a_check(id_: str) -> Check[None]:
    return Check(
        id=id_,
        title=f"Title of {id_} <b>",
        severity=Severity.HIGH,
        explanation="Why it matters.",
        resources=lambda _context: ["one"],
        examine=lambda _context, _resource: [],
    )


def a_result(check: str, status: Status, *findings: Finding, resource: str = "one", reason: str = "") -> Result:
    return Result(check=check, resource=resource, status=status, findings=findings, reason=reason, seconds=0.25)


@pytest.fixture
def report() -> dict[str, Any]:
    """A run with one result of each status."""
    bad = compare("policy", expected={"a": ["<script>"]}, found=None)
    return run_document(
        SUBJECT,
        [a_check("dynamodb.pitr"), a_check("s3.policy"), a_check("redis.tls")],
        [
            a_result("dynamodb.pitr", Status.PASSED, compare("days", expected=35, found=35)),
            a_result("dynamodb.pitr", Status.ERROR, resource="two", reason="RuntimeError: <no> answer"),
            a_result("s3.policy", Status.FAILED, compare("tls", expected=True, found=True), bad),
            a_result("redis.tls", Status.SKIPPED, reason="run it inside"),
        ],
        started_at=datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
        seconds=1.234,
    )


DRILL: dict[str, Any] = {
    "environment": "local",
    "target": "sandbox",
    "account": "000000000000",
    "region": "us-east-1",
    "title": "Failover drill of local, shard 0001, trigger api",
    "started_at": "2026-01-02T03:04:05+00:00",
    "verdicts": [{"what": "longest gap", "measured": "2.5 s", "limit": "10 s", "status": "passed"}],
    "figures": [{"what": "new primary after", "measured": "2.4 s"}],
    "timeline": [{"at": "+2.40", "what": "<node> took over"}],
}


def test_json_counts_results_and_keeps_expected_and_found(report: dict[str, Any]) -> None:
    assert json.loads(json.dumps(report)) == report
    assert report["summary"] == {"passed": 1, "failed": 1, "skipped": 1, "error": 1}
    assert [check["status"] for check in report["checks"]] == ["error", "failed", "skipped"]
    assert report["checks"][1]["results"][0]["findings"][1] == {
        "what": "policy",
        "expected": {"a": ["<script>"]},
        "found": None,
        "passed": False,
    }


def test_a_check_that_examined_nothing_is_left_out() -> None:
    document: Any = run_document(
        SUBJECT,
        [a_check("s3.replication"), a_check("s3.policy")],
        [a_result("s3.policy", Status.PASSED, compare("tls", expected=True, found=True))],
        started_at=datetime(2026, 1, 2, tzinfo=UTC),
        seconds=1,
    )

    assert [check["id"] for check in document["checks"]] == ["s3.policy"]


def test_junit_is_xml_whatever_a_check_was_told() -> None:
    told = a_result("s3.policy", Status.ERROR, reason="\x1b[31mno\x00 answer\x1b[0m \ud800 \N{PARTY POPPER}")
    report = run_document(
        SUBJECT, [a_check("s3.policy")], [told], started_at=datetime(2026, 1, 2, tzinfo=UTC), seconds=1
    )

    (error,) = Xml.fromstring(junit.render(report)).iter("error")

    assert "no\N{REPLACEMENT CHARACTER} answer" in error.attrib["message"]
    assert "\N{PARTY POPPER}" in error.attrib["message"]


def test_junit_has_a_suite_for_each_tier_and_a_case_for_each_result(report: dict[str, Any]) -> None:
    root = Xml.fromstring(junit.render(report))

    counts = {
        suite.get("name"): [suite.get(name) for name in ("tests", "failures", "errors", "skipped")] for suite in root
    }
    assert counts == {"dynamodb": ["2", "0", "1", "0"], "s3": ["1", "1", "0", "0"], "redis": ["1", "0", "0", "1"]}
    failure = root.find("testsuite[@name='s3']/testcase/failure")
    assert failure is not None
    assert failure.text == 'policy: expected {"a": ["<script>"]}, found null'


class Page(HTMLParser):
    """Notes which tags a page has, and that they are closed in order."""

    VOID = frozenset({"meta", "br"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def test_html_is_one_well_formed_page_that_fetches_nothing(report: dict[str, Any]) -> None:
    page = Page(html.render(report, {files.FAILOVER: DRILL}))

    assert {tag for tag, _ in page.tags}.isdisjoint({"script", "link", "img", "iframe"})
    assert [attributes for tag, attributes in page.tags if tag == "html"] == [{"lang": "en"}]
    assert all("scope" in attributes for tag, attributes in page.tags if tag == "th")


def test_html_says_what_was_expected_and_found_in_words_not_in_colour_alone(report: dict[str, Any]) -> None:
    text = Page(html.render(report, {files.FAILOVER: DRILL})).text

    assert "✗ failed" in text
    assert 'policy: expected {"a": ["<script>"]}, found null' in text
    assert "run it inside" in text
    assert "<node> took over" in text


def test_html_opens_what_needs_attention_and_folds_what_passed(report: dict[str, Any]) -> None:
    details = [attributes for tag, attributes in Page(html.render(report, {})).tags if tag == "details"]

    assert ["open" in attributes for attributes in details] == [False, True, True, True]


def test_html_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="neither a run nor a drill"):
        html.render(None, {})


def test_the_page_shows_the_run_and_the_drills_whichever_came_last(tmp_path: Path, report: dict[str, Any]) -> None:
    files.write_drill(tmp_path, DRILL, name=files.FAILOVER)
    files.write_drill(tmp_path, DRILL | {"title": "Restore drill of local"}, name=files.RESTORE)
    page = files.write_run(tmp_path, report)

    assert page == tmp_path / "report.html"
    text = Page(page.read_text()).text
    assert "Failover drill" in text
    assert "Restore drill" in text
    assert "Title of s3.policy <b>" in text
    assert sorted(file.name for file in tmp_path.iterdir()) == [
        "drill-failover.json",
        "drill-restore.json",
        "report.html",
        "report.json",
        "report.xml",
    ]


def test_a_report_for_which_the_disk_has_no_room_leaves_the_last_one_as_it_was(
    tmp_path: Path, report: dict[str, Any]
) -> None:
    files.write_run(tmp_path, report)
    before = {file.name: file.read_bytes() for file in tmp_path.iterdir()}

    with full_disk(room=10), pytest.raises(CouldNotRun, match=r"report\.json can't be written: File too large"):
        files.write_run(tmp_path, {**report, "environment": "another"})

    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == before


def test_a_report_whose_directory_cannot_be_made_is_told(tmp_path: Path, report: dict[str, Any]) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(CouldNotRun, match=r"report\.json can't be written: "):
        files.write_run(tmp_path / "file", report)


def shown(report: dict[str, Any], *, terminal_: bool) -> str:
    output = io.StringIO()
    terminal.show(report, Console(file=output, force_terminal=terminal_, width=200, color_system=None))
    return output.getvalue()


def test_plain_lines_where_there_is_no_terminal(report: dict[str, Any]) -> None:
    lines = shown(report, terminal_=False).splitlines()

    assert lines[0].split() == ["error", "dynamodb.pitr", "one"]
    assert lines[1].strip() == "error two: RuntimeError: <no> answer"
    assert lines[2].split(maxsplit=2) == [
        "failed",
        "s3.policy",
        'failed one: policy: expected {"a": ["<script>"]}, found null',
    ]
    assert lines[-1] == "local (sandbox, us-east-1): 1 passed, 1 failed, 1 skipped, 1 error in 1.2 s"


def test_a_table_by_tier_on_a_terminal(report: dict[str, Any]) -> None:
    text = shown(report, terminal_=True)

    assert re.search(r"✗\s+s3\.policy\s+Title of s3\.policy <b>\s+failed one: policy: expected", text)
    assert text.index("dynamodb") < text.index("s3.policy") < text.index("redis.tls")


def test_progress_counts_and_names_failures() -> None:
    output = io.StringIO()
    console = Console(file=output, force_terminal=True, width=120, color_system=None)

    with terminal.progress(console, 2) as advance:
        advance(a_result("s3.policy", Status.FAILED))
        advance(a_result("redis.tls", Status.PASSED))

    assert "1 failed · redis.tls" in output.getvalue()
    assert "2/2" in output.getvalue()
