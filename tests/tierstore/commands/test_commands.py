"""Commands say what they did, ask before what cannot be undone, and end with the code that scripts go by."""

from __future__ import annotations

import io
import os
import signal
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.tierstore.dynamodb.people import Person
from tierstore.__main__ import main
from tierstore.backfill.backfilling import Backfilled
from tierstore.backfill.progress import Counts
from tierstore.commands import backfill
from tierstore.declaration.document import render_document
from tierstore.errors import NotFoundError
from tierstore.model import DATA_MODEL
from tierstore.personal.erasing import Erased, Remnant
from tierstore.personal.exporting import Exported
from tierstore.storage import Storage


@dataclass
class FakeStorage:
    """Answers what a test says, and notes what it was asked."""

    erased: Erased = field(default_factory=lambda: Erased(removed={"User": 1}, remains=(), run_again_at=None))
    backfilled: Callable[..., Backfilled] = lambda **_: Backfilled(counts=Counts(), is_complete=True)
    asked: list[tuple[Any, ...]] = field(default_factory=list)

    @property
    def personal_data(self) -> FakeStorage:
        return self

    def remains(self, _: str) -> tuple[Remnant, ...]:
        return (Remnant(where="Session", count=2),)

    def erase(self, user_id: str, *, progress: Callable[[dict[str, int]], None]) -> Erased:
        self.asked.append(("erase", user_id))
        progress({"User": 1})
        return self.erased

    def export(self, user_id: str, path: Path, **_: object) -> Exported:
        self.asked.append(("export", user_id, path))
        return Exported(path=path, items={"user": 1}, objects=2, object_bytes=3000)

    def backfill(self, entity: type[Any], **options: Any) -> Backfilled:
        self.asked.append(("backfill", entity, options["dry_run"]))
        return self.backfilled(**options)

    def __enter__(self) -> FakeStorage:
        return self

    def __exit__(self, *_: object) -> None:
        return


@pytest.fixture
def storage(monkeypatch: pytest.MonkeyPatch) -> FakeStorage:
    fake = FakeStorage()
    monkeypatch.setattr(Storage, "connect", lambda *_, **__: fake)
    monkeypatch.setattr(backfill, "_chosen", lambda *_: [Person])
    return fake


def test_without_a_command_the_data_model_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    assert capsys.readouterr().out == render_document(DATA_MODEL)


@pytest.mark.parametrize("command", ["backfill", "export", "erase"])
def test_help_tells_exit_codes(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="0"):
        main([command, "--help"])

    assert "Exit codes: 0" in capsys.readouterr().out


def test_an_environment_that_is_not_there_is_told_in_a_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def connect(*_: object, **__: object) -> None:
        raise NotFoundError("environment 'dev' is not deployed")

    monkeypatch.setattr(Storage, "connect", connect)

    assert main(["erase", "dev", "ada"]) == 2
    assert capsys.readouterr().err == "tierstore: NotFoundError: environment 'dev' is not deployed\n"


def test_an_export_tells_what_it_wrote(storage: FakeStorage, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["export", "dev", "ada", "out.zip"]) == 0

    assert storage.asked == [("export", "ada", Path("out.zip"))]
    assert capsys.readouterr().out == "out.zip: 1 user; 2 objects of 3,000 bytes\n"


def test_an_erasure_shows_what_is_stored_and_can_leave_it_at_that(
    storage: FakeStorage, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["erase", "dev", "ada", "--dry-run"]) == 0

    assert storage.asked == []
    assert "2  Session" in capsys.readouterr().out


class Terminal(io.StringIO):
    """Somebody types at it."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("typed", "code", "asked"), [("ada\n", 0, [("erase", "ada")]), ("Ada\n", 2, [])])
def test_an_erasure_waits_for_the_user_id_to_be_typed_again(
    storage: FakeStorage, monkeypatch: pytest.MonkeyPatch, typed: str, code: int, asked: list[Any]
) -> None:
    monkeypatch.setattr("sys.stdin", Terminal(typed))

    assert main(["erase", "dev", "ada"]) == code
    assert storage.asked == asked


def test_without_anybody_to_ask_nothing_is_erased(
    storage: FakeStorage, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("ada\n"))

    assert main(["erase", "dev", "ada"]) == 2
    assert storage.asked == []
    assert "nobody is there to confirm; give --yes" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("erased", "code", "told"),
    [
        (Erased(removed={"User": 1}, remains=(), run_again_at=None), 0, "erased: 1 User\nnothing is left\n"),
        (
            Erased(removed={}, remains=(Remnant(where="Session", count=1),), run_again_at=None),
            1,
            "erased: nothing\nstill there: 1 Session\n",
        ),
        (
            Erased(removed={}, remains=(), run_again_at=datetime(2026, 11, 23, 4, 5, tzinfo=UTC)),
            1,
            "may store files until 2026-11-23 04:05 UTC; run it again then\n",
        ),
    ],
)
def test_an_erasure_ends_with_whether_anything_is_left(
    storage: FakeStorage, capsys: pytest.CaptureFixture[str], erased: Erased, code: int, told: str
) -> None:
    storage.erased = erased

    assert main(["erase", "dev", "ada", "--yes"]) == code
    assert capsys.readouterr().out.endswith(told)


@pytest.mark.parametrize(("arguments", "is_dry"), [([], True), (["--write"], False)])
def test_a_backfill_only_counts_unless_it_is_told_to_write(
    storage: FakeStorage, capsys: pytest.CaptureFixture[str], arguments: list[str], *, is_dry: bool
) -> None:
    assert main(["backfill", "dev", *arguments]) == 0

    assert storage.asked == [("backfill", Person, is_dry)]
    assert ("nothing was written; give --write" in capsys.readouterr().out) is is_dry


def test_items_that_cannot_be_migrated_are_a_negative_verdict(
    storage: FakeStorage, capsys: pytest.CaptureFixture[str]
) -> None:
    storage.backfilled = lambda **_: Backfilled(counts=Counts(found=3, migrated=2, failed=1), is_complete=True)

    assert main(["backfill", "dev", "--write"]) == 1
    assert capsys.readouterr().out == "person: 3 of an earlier version, 2 written, 1 that cannot be migrated\n"


def test_ctrl_c_lets_a_backfill_end_in_good_order(storage: FakeStorage, capsys: pytest.CaptureFixture[str]) -> None:
    def interrupted(*, stopped: Callable[[], bool], **_: Any) -> Backfilled:
        before = stopped()
        os.kill(os.getpid(), signal.SIGINT)
        assert (before, stopped()) == (False, True)
        return Backfilled(counts=Counts(found=1, migrated=1), is_complete=False)

    storage.backfilled = interrupted

    assert main(["backfill", "dev", "--write"]) == 1
    assert "stopped; the same command again goes on" in capsys.readouterr().err
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


@pytest.mark.parametrize(("types", "code"), [([], 0), (["user"], 2)])
def test_entities_without_migrations_need_no_backfill(
    capsys: pytest.CaptureFixture[str], types: list[str], code: int
) -> None:
    assert main(["backfill", "dev", *types]) == code

    printed = capsys.readouterr()
    assert ("no entity has migrations" in printed.out) is (code == 0)
    assert ("no entity with migrations has the type user; there are none" in printed.err) is (code == 2)
