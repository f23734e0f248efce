from __future__ import annotations

from pathlib import Path

import pytest

from toolchain import installation, paths
from toolchain.errors import ToolchainError
from toolchain.installation import Step


@pytest.fixture
def calls() -> list[str]:
    """What the steps of a test did, in order."""
    return []


@pytest.fixture
def output(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file that a step makes, in a checkout without stamps."""
    monkeypatch.setattr(paths, "STAMPS", tmp_path / "stamps")
    return tmp_path / "output"


def make_step(output: Path, calls: list[str], *, inputs: tuple[str, ...] = ("1",)) -> Step:
    def make(how: str) -> None:
        calls.append(how)
        output.touch()

    return Step(
        name="thing",
        title="A thing",
        inputs=inputs,
        outputs=(output,),
        install=lambda: make("install"),
        update=lambda: make("update"),
    )


def test_a_step_is_performed_once(output: Path, calls: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    step = make_step(output, calls)
    installation.perform_all([step])
    assert "[1/1] A thing … " in capsys.readouterr().out
    installation.perform_all([step])
    assert calls == ["install"]
    assert capsys.readouterr().out == ""


def test_changed_inputs_update_what_was_complete(output: Path, calls: list[str]) -> None:
    installation.perform_all([make_step(output, calls)])
    installation.perform_all([make_step(output, calls, inputs=("2",))])
    assert calls == ["install", "update"]


def test_inputs_are_told_apart_by_where_they_end(output: Path, calls: list[str]) -> None:
    assert make_step(output, calls, inputs=("ab", "c")).digest != make_step(output, calls, inputs=("a", "bc")).digest


def test_a_lost_output_is_installed_anew(output: Path, calls: list[str]) -> None:
    installation.perform_all([make_step(output, calls)])
    output.unlink()
    installation.perform_all([make_step(output, calls)])
    assert calls == ["install", "install"]


@pytest.mark.parametrize("interruption", [KeyboardInterrupt, ToolchainError("no network")])
def test_an_interrupted_update_starts_from_nothing_next_time(
    output: Path, calls: list[str], interruption: BaseException | type[BaseException]
) -> None:
    def fail() -> None:
        raise interruption

    installation.perform_all([make_step(output, calls)])
    changed = make_step(output, calls, inputs=("2",))
    failing = Step(
        name=changed.name,
        title=changed.title,
        inputs=changed.inputs,
        outputs=changed.outputs,
        install=changed.install,
        update=fail,
    )
    with pytest.raises((KeyboardInterrupt, ToolchainError)):
        installation.perform_all([failing])
    assert not failing.is_complete()
    installation.perform_all([changed])
    assert calls == ["install", "install"]


def test_steps_after_a_failing_one_are_not_begun(output: Path, calls: list[str]) -> None:
    def fail() -> None:
        raise ToolchainError("no network")

    failing = Step(name="first", title="First", inputs=(), outputs=(), install=fail)
    with pytest.raises(ToolchainError):
        installation.perform_all([failing, make_step(output, calls)])
    assert calls == []


def test_the_installed_checkout_has_nothing_left_to_do() -> None:
    # These tests run in what was installed; only Terraform's settings depend on variables that are hidden from them.
    steps = [step for step in installation.plan_steps() if step.name != "terraform"]
    assert [step.name for step in steps if not step.is_complete()] == []
