"""Checkov's findings, and the notes in the code that say which are meant so."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

import pytest

from validation.errors import CouldNotRun
from validation.plan.checkov import Suppression, read_report, scan, suppressions

REASON = "access logs stay in their region"
LOGS = "aws_s3_bucket.logs"


def answer(*failed: tuple[str, str], passed: int = 3, parsing_errors: int = 0) -> dict[str, Any]:
    """Checkov's JSON with failed checks by id and address."""
    checks = [{"check_id": id_, "check_name": f"Ensure {id_}", "resource": address} for id_, address in failed]
    return {
        "results": {"failed_checks": checks},
        "summary": {"passed": passed, "failed": len(failed), "parsing_errors": parsing_errors},
    }


def note(id_: str = "CKV_AWS_144", address: str = LOGS, reason: str = REASON) -> Suppression:
    return Suppression(id=id_, address=address, reason=reason)


def test_a_failed_check_without_a_note_is_failed() -> None:
    report = read_report(answer(("CKV_AWS_144", LOGS)), [])

    assert [(check.id, check.address) for check in report.failed] == [("CKV_AWS_144", LOGS)]
    assert (report.passed, report.suppressed, report.void) == (3, (), ())


@pytest.mark.parametrize("address", [LOGS, f"{LOGS}[0]"])
def test_a_note_beside_the_resource_suppresses_it_and_gives_the_reason(address: str) -> None:
    report = read_report(answer(("CKV_AWS_144", address)), [note()])

    assert (report.failed, report.void) == ((), ())
    assert [check.reason for check in report.suppressed] == [REASON]


@pytest.mark.parametrize(
    "other",
    [note(id_="CKV_AWS_145"), note(address="aws_s3_bucket.uploads"), note(reason="because"), note(reason=" " * 20)],
)
def test_another_note_or_one_without_a_reason_suppresses_nothing_and_is_told(other: Suppression) -> None:
    report = read_report(answer(("CKV_AWS_144", LOGS)), [other])

    assert len(report.failed) == 1
    assert report.void == (other,)


def test_a_note_for_what_passes_is_told() -> None:
    assert read_report(answer(), [note()]).void == (note(),)


def test_nothing_to_check_is_no_failure() -> None:
    report = read_report({"passed": 0, "failed": 0, "checkov_version": "3.3.30"}, [])

    assert (report.passed, report.failed) == (0, ())


def test_a_plan_that_checkov_can_not_parse_is_no_success() -> None:
    with pytest.raises(ValueError, match="could not parse"):
        read_report(answer(parsing_errors=1), [])


def test_notes_are_read_from_the_synthesized_stack() -> None:
    stack = {
        "resource": {
            "aws_s3_bucket": {
                "logs": {"//": {"checkov": {"CKV_AWS_144": REASON}, "metadata": {"path": "x"}}},
                "uploads": {"bucket": "uploads"},
            }
        }
    }

    assert suppressions(stack) == (note(),)


class TestScan:
    @pytest.fixture
    def executable(self, tmp_path: Path) -> Path:
        """A stand-in for Checkov that answers with a file, and tells its arguments and environment."""
        file = tmp_path / "checkov"
        file.write_text(f'#!/bin/sh\nenv > {tmp_path}/env\necho "$@" > {tmp_path}/arguments\ncat {tmp_path}/answer\n')
        file.chmod(file.stat().st_mode | stat.S_IXUSR)
        return file

    def test_it_runs_offline_without_credentials(
        self, executable: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "hunter2")
        (tmp_path / "answer").write_text(json.dumps(answer(("CKV_AWS_144", LOGS))))

        report = scan(tmp_path / "plan.json", [], executable=executable)

        assert len(report.failed) == 1
        assert "--skip-download" in (tmp_path / "arguments").read_text()
        assert "hunter2" not in (tmp_path / "env").read_text()

    @pytest.mark.parametrize("text", ["", "Traceback", "{}x", '{"results": {}}'])
    def test_what_is_no_answer_is_refused_with_a_way_out(self, executable: Path, tmp_path: Path, text: str) -> None:
        (tmp_path / "answer").write_text(text)

        with pytest.raises(CouldNotRun, match="--no-checkov"):
            scan(tmp_path / "plan.json", [], executable=executable)
