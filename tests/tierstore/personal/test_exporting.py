"""An export holds everything of the user and nothing of others, without internals."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tests.support.full_disk import full_disk
from tests.tierstore.personal.conftest import Killed, Life, Tiers
from tierstore.errors import InvalidError


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


def lines(path: Path, entity: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (path / "items" / f"{entity}.jsonl").read_text().splitlines()]


def test_items_become_lines_of_json_without_internals(tiers: Tiers, life: Life, out: Path) -> None:
    exported = tiers.storage.personal_data.export(life.user.id, out)

    (user,) = lines(out, "user")
    assert user.keys() == {"id", "email", "display_name", "status", "created_at", "updated_at"}
    assert user["email"] == "ada@example.org"
    assert len(lines(out, "content")) == exported.items["content"] == 2
    assert sorted(tag["tag"] for tag in lines(out, "tagging")) == ["x", "y"]
    assert sorted((each["content_id"], each["number"]) for each in lines(out, "revision")) == sorted(
        [(life.content_ids[0], 1), (life.content_ids[0], 2), (life.content_ids[1], 1), (life.others_content_id, 2)]
    )
    assert sum(each["value"] for each in lines(out, "content_counter")) == 3
    everything = "".join(path.read_text() for path in out.rglob("*.jsonl"))
    assert '"pk"' not in everything
    assert "schema_version" not in everything
    assert life.secret not in everything


def test_objects_are_as_they_were_sent(tiers: Tiers, life: Life, out: Path) -> None:
    exported = tiers.storage.personal_data.export(life.user.id, out)

    # The second one was deleted.
    (found,) = [path for path in (out / "objects").rglob("*") if path.is_file()]
    assert found.read_bytes() == life.file.read_bytes()
    assert (exported.objects, exported.object_bytes) == (1, life.file.stat().st_size)


def test_the_manifest_tells_what_there_is(tiers: Tiers, life: Life, out: Path) -> None:
    exported = tiers.storage.personal_data.export(life.user.id, out)

    manifest = json.loads((out / "export.json").read_text())
    assert manifest["user_id"] == life.user.id
    assert manifest["items"] == exported.items
    assert manifest["objects"] == 1


def test_an_archive_holds_the_same(tiers: Tiers, life: Life, out: Path, tmp_path: Path) -> None:
    tiers.storage.personal_data.export(life.user.id, out)
    tiers.storage.personal_data.export(life.user.id, tmp_path / "out.zip")

    with zipfile.ZipFile(tmp_path / "out.zip") as archive:
        archived = {name: archive.read(name) for name in archive.namelist() if name != "export.json"}
    assert archived == {
        str(path.relative_to(out)): path.read_bytes()
        for path in out.rglob("*")
        if path.is_file() and path.name != "export.json"
    }
    assert sorted(path.name for path in tmp_path.iterdir()) == ["notes.txt", "out", "out.zip"]


def test_nothing_of_others_is_exported(tiers: Tiers, life: Life, out: Path) -> None:
    tiers.storage.personal_data.export(life.user.id, out)

    assert "bob@example.org" not in "".join(path.read_text() for path in out.rglob("*.jsonl"))


@pytest.mark.parametrize("name", ["out", "out.zip"])
def test_only_its_owner_may_read_it(tiers: Tiers, life: Life, tmp_path: Path, name: str) -> None:
    tiers.storage.personal_data.export(life.user.id, tmp_path / name)

    assert (tmp_path / name).stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("room", [0, 100, 400])
def test_an_export_for_which_the_disk_has_no_room_leaves_nothing(
    tiers: Tiers, life: Life, tmp_path: Path, room: int
) -> None:
    with full_disk(room=room), pytest.raises(OSError, match=f"File too large: '{tmp_path}/out"):
        tiers.storage.personal_data.export(life.user.id, tmp_path / "out.zip")

    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


@pytest.mark.parametrize("steps", [3, 12, 30])
def test_an_export_that_died_is_not_taken_for_one(tiers: Tiers, life: Life, out: Path, steps: int) -> None:
    tiers.dies_after(steps)
    with pytest.raises(Killed):
        tiers.storage.personal_data.export(life.user.id, out)
    tiers.dies_after(None)
    assert not out.exists()

    tiers.storage.personal_data.export(life.user.id, out)

    assert len(lines(out, "user")) == 1


@pytest.mark.usefixtures("life")
@pytest.mark.parametrize(
    ("path", "problem"), [("notes.txt", "notes.txt exists already"), ("no/where", "there is no directory")]
)
def test_a_path_that_cannot_be_made_is_refused(tiers: Tiers, tmp_path: Path, path: str, problem: str) -> None:
    with pytest.raises(InvalidError, match=problem):
        tiers.storage.personal_data.export("ada", tmp_path / path)
