"""What is asked of Terraform, and what its answers mean."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from validation.errors import CouldNotRun
from validation.plan import commands
from validation.plan.terraform import explain_failure, follow, private_folder, read, without_prevent_destroy


def test_the_copy_that_is_planned_prevents_no_destroy() -> None:
    stack: dict[str, Any] = {
        "resource": {
            "aws_s3_bucket": {
                "a": {"bucket": "a", "lifecycle": {"prevent_destroy": True, "ignore_changes": ["tags"]}},
                "b": {"bucket": "b"},
            }
        }
    }

    copy = without_prevent_destroy(stack)

    assert copy["resource"]["aws_s3_bucket"]["a"] == {"bucket": "a", "lifecycle": {"ignore_changes": ["tags"]}}
    assert stack["resource"]["aws_s3_bucket"]["a"]["lifecycle"]["prevent_destroy"] is True


def test_progress_counts_what_terraform_looks_at() -> None:
    said: list[str] = []
    kinds = ["version", "refresh_start", "refresh_complete", "refresh_complete", "planned_change", "diagnostic"]
    lines = [*(json.dumps({"type": kind}) for kind in kinds), "a panic of the provider"]

    events = [event["type"] for event in follow(lines, said.append)]

    assert events == kinds
    assert said[0] == "planning"
    assert said[-1] == "planning: 2 resources looked at, 1 to change"


@pytest.mark.parametrize(
    ("output", "reason"),
    [
        (
            '╷\n│ Error: S3 bucket "x" does not exist.\n│ \n│ More.\n╵\n',
            'S3 bucket "x" does not exist. More; create the bucket of its state with `cdktf deploy bootstrap-prod`',
        ),
        (
            "Error: No valid credential sources found",
            "No valid credential sources found; log in to AWS, for example with AWS_PROFILE",
        ),
        (
            "Error: Provider configuration not present\n\nError: Provider configuration not present",
            (
                "Provider configuration not present; name the region as former_disaster_recovery_region and deploy, "
                "which takes away what lives there; only then leave it out (docs/environments.md, Leave the region)"
            ),
        ),
        ("Error: first\n\nError: second", "first"),
        ("terminated", "terminated"),
        ("", "it said nothing"),
    ],
)
def test_a_failure_is_told_in_one_line_with_a_way_out(output: str, reason: str) -> None:
    assert explain_failure("prod", output) == reason


@pytest.mark.parametrize(
    ("content", "problem"),
    [(None, "No such file"), ("nonsense", "is no JSON"), ("[]", "is no plan"), ("", "is no JSON")],
)
def test_a_file_that_is_no_plan_is_refused(tmp_path: Path, content: str | None, problem: str) -> None:
    file = tmp_path / "plan.json"
    if content is not None:
        file.write_text(content)

    with pytest.raises(CouldNotRun, match=problem):
        read(file)


def test_the_stack_is_read_where_it_lies_beside_the_plan(tmp_path: Path) -> None:
    (tmp_path / "plan.json").write_text("{}")
    assert read(tmp_path / "plan.json").stack == {}

    (tmp_path / "cdk.tf.json").write_text('{"resource": {}}')
    assert read(tmp_path / "plan.json").stack == {"resource": {}}


def interrupted(program: str, directory: Path) -> subprocess.Popen[str]:
    """A program after Ctrl-C came while it ran; it says a line when it is ready."""
    with (
        suppress(KeyboardInterrupt),
        commands.started([sys.executable, "-c", program], directory=directory, environment={}) as process,
    ):
        assert process.stdout is not None
        process.stdout.readline()
        raise KeyboardInterrupt
    return process


def test_what_a_killed_review_left_is_removed_before_and_after(tmp_path: Path) -> None:
    folder = tmp_path / "private"
    folder.mkdir()
    (folder / "plan").write_text("secret")

    with private_folder(folder):
        assert folder.stat().st_mode & 0o777 == 0o700
        assert list(folder.iterdir()) == []

    assert not folder.exists()


class TestCommands:
    def test_output_and_exit_code_come_back(self, tmp_path: Path) -> None:
        program = "import sys; print('out'); print('err', file=sys.stderr); sys.exit(3)"

        finished = commands.run([sys.executable, "-c", program], directory=tmp_path, environment={})

        assert (finished.returncode, finished.stdout, finished.stderr) == (3, "out\n", "err\n")

    def test_an_interrupted_command_is_asked_to_end_and_waited_for(self, tmp_path: Path) -> None:
        program = (
            "import signal, time, pathlib\n"
            "def end(*_):\n    pathlib.Path('ended').touch()\n    raise SystemExit\n"
            "signal.signal(signal.SIGINT, end)\nprint('ready', flush=True)\ntime.sleep(60)\n"
        )

        process = interrupted(program, tmp_path)

        assert process.poll() is not None
        assert (tmp_path / "ended").exists()

    def test_what_does_not_end_is_killed(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(commands, "PATIENCE", 0.1)
        program = (
            "import signal, time; signal.signal(signal.SIGINT, signal.SIG_IGN); print(1, flush=True); time.sleep(60)"
        )

        process = interrupted(program, tmp_path)

        assert process.poll() == -signal.SIGKILL
