"""The report as JUnit XML, which continuous-integration servers display."""

from __future__ import annotations

import re
from itertools import groupby
from typing import Any, Final
from xml.etree import ElementTree as Xml

from validation.framework.result import Status
from validation.report.document import Document, comparison

_FORBIDDEN: Final = re.compile(r"[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What no XML 1.0 may hold, not even escaped, such as the colours in what a command said."""


def render(report: Document) -> str:
    """One test suite per tier, one test case per check and resource."""
    root = Xml.Element("testsuites", name=f"validation of {report['environment']}", time=str(report["seconds"]))
    for tier, checks in groupby(report["checks"], key=lambda check: str(check["tier"])):
        suite = Xml.SubElement(root, "testsuite", name=tier, timestamp=report["started_at"])
        cases = [(check, result) for check in checks for result in check["results"]]
        for check, result in cases:
            _add_case(suite, check, result)
        statuses = [result["status"] for _, result in cases]
        suite.set("tests", str(len(cases)))
        suite.set("failures", str(statuses.count(Status.FAILED)))
        suite.set("errors", str(statuses.count(Status.ERROR)))
        suite.set("skipped", str(statuses.count(Status.SKIPPED)))
    Xml.indent(root)
    return _FORBIDDEN.sub("\N{REPLACEMENT CHARACTER}", Xml.tostring(root, encoding="unicode", xml_declaration=True))


def _add_case(suite: Xml.Element, check: dict[str, Any], result: dict[str, Any]) -> None:
    """A test case without a child element is one that passed."""
    entry = Xml.SubElement(
        suite, "testcase", classname=check["id"], name=result["resource"], time=str(result["seconds"])
    )
    if result["status"] == Status.FAILED:
        failed = [finding for finding in result["findings"] if not finding["passed"]]
        failure = Xml.SubElement(entry, "failure", message=f"{check['title']}: {failed[0]['what']}")
        failure.text = "\n".join(comparison(finding) for finding in failed)
    elif result["status"] == Status.ERROR:
        Xml.SubElement(entry, "error", message=result["reason"])
    elif result["status"] == Status.SKIPPED:
        Xml.SubElement(entry, "skipped", message=result["reason"])
