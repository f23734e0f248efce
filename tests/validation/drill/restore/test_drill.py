"""The drill against a table and a bucket that are really restored."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.deployed import Deployed
from validation.__main__ import main
from validation.checks.s3_data import PREFIX
from validation.clients import Clients
from validation.context import Context
from validation.drill.restore import items, table
from validation.drill.restore.stage import Settings, Stage, set_stage
from validation.errors import CouldNotRun

pytestmark = pytest.mark.integration
ITEMS = 9


def made_by_drills(context: Context) -> list[str]:
    """What drills have made and not removed: tables, items and versions of objects."""
    client = context.clients.dynamodb
    core = context.environment.physical_name("core")
    tables = [name for name in client.list_tables()["TableNames"] if "-drill-" in name]
    found = client.scan(
        TableName=core,
        FilterExpression="begins_with(pk, :prefix)",
        ExpressionAttributeValues={":prefix": {"S": items.PARTITION}},
    )["Items"]
    listed = context.clients.s3.list_object_versions(
        Bucket=context.environment.bucket_name("uploads"), Prefix=f"{PREFIX}restore/"
    )
    versions = [*listed.get("Versions", []), *listed.get("DeleteMarkers", [])]
    return [*tables, *(str(item) for item in found), *(version["Key"] for version in versions)]


@pytest.fixture(autouse=True)
def pointed_at_local(
    deployed_local: Deployed, monkeypatch: pytest.MonkeyPatch, fresh_context: Callable[[], Context]
) -> Iterator[None]:
    """Commands meet the deployed `local`; whatever a drill makes is gone when it ends."""
    for name, value in deployed_local.variables.items():
        monkeypatch.setenv(name, value)
    yield
    assert made_by_drills(fresh_context()) == []


def drill(directory: Path, *options: str) -> tuple[int, dict[str, Any]]:
    """Run a drill; returns its exit code and what it measured."""
    code = main(["drill", "restore", "local", "--items", str(ITEMS), "--report", str(directory), *options])
    report: dict[str, Any] = json.loads((directory / "drill-restore.json").read_text())
    return code, report


def restoring_otherwise(monkeypatch: pytest.MonkeyPatch, **options: Any) -> None:
    """Let restores ask for something else: options that are None are left out."""
    real = table._restore

    def restore(clients: Clients, stage: Stage, point: Any) -> None:
        class Client:
            def restore_table_to_point_in_time(self, **asked: Any) -> Any:
                changed = {name: value for name, value in (asked | options).items() if value is not None}
                return clients.dynamodb.restore_table_to_point_in_time(**changed)

        class Altered:
            dynamodb = Client()

        real(Altered(), stage, point)  # type: ignore[arg-type] # all of it that is used

    monkeypatch.setattr(table, "_restore", restore)


def test_everything_of_the_restore_point_comes_back(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, report = drill(tmp_path)

    assert code == 0
    assert report["status"] == "passed"
    measured = report["measured"]
    assert measured["items"] == ITEMS
    assert (measured["items_missing"], measured["items_wrong"], measured["items_from_later"]) == (0, 0, 0)
    assert measured["differences"] == []
    assert measured["objects_lost"] == 0
    assert "not proven on the sandbox" in capsys.readouterr().out
    assert (tmp_path / "report.html").exists()


def test_a_restore_to_another_time_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    restoring_otherwise(monkeypatch, RestoreDateTime=None, UseLatestRestorableTime=True)

    code, report = drill(tmp_path)

    assert code == 1
    measured = report["measured"]
    assert (measured["items_missing"], measured["items_wrong"], measured["items_from_later"]) == (3, 3, 3)


def test_a_restored_table_under_another_key_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    restoring_otherwise(monkeypatch, SSESpecificationOverride=None)

    code, report = drill(tmp_path)

    assert code == 1
    assert any(difference.startswith("key: ") for difference in report["measured"]["differences"])


def test_a_restored_table_without_its_indexes_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    restoring_otherwise(monkeypatch, GlobalSecondaryIndexOverride=[])

    code, report = drill(tmp_path)

    assert code == 1
    assert any(difference.startswith("global index names") for difference in report["measured"]["differences"])


def test_an_interrupted_drill_reports_what_it_saw_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(_: items.Items, __: str) -> items.Fate:
        raise KeyboardInterrupt

    monkeypatch.setattr(items.Items, "fate_in", interrupt)

    code, report = drill(tmp_path)

    assert code == 130
    assert report["interrupted"]
    assert report["measured"]["recovery_seconds"] is not None
    assert report["measured"]["items"] is None


def test_a_copy_that_is_protected_from_deletion_is_removed_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fresh_context: Callable[[], Context]
) -> None:
    client = fresh_context().clients.dynamodb
    real = items.Items.fate_in

    def protect(self: items.Items, copy: str) -> items.Fate:
        client.update_table(TableName=copy, DeletionProtectionEnabled=True)
        return real(self, copy)

    monkeypatch.setattr(items.Items, "fate_in", protect)

    assert drill(tmp_path)[0] == 0


def test_a_restore_that_is_refused_is_exit_code_2(capsys: pytest.CaptureFixture[str]) -> None:
    # The sandbox restores by the stream, which this table has none of.
    assert main(["drill", "restore", "local", "--table", "state"]) == 2

    assert "DynamoDB refused the restore of tierstore-local-state" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        (Settings(table="cor"), "--table cor: not declared, allowed core, state"),
        (Settings(bucket="pictures"), "--bucket pictures: not declared, allowed assets, uploads, backups, logs"),
    ],
)
def test_what_is_not_declared_is_not_drilled(
    fresh_context: Callable[[], Context], settings: Settings, problem: str
) -> None:
    with pytest.raises(CouldNotRun, match=problem):
        set_stage(fresh_context(), settings)


def test_production_is_not_written_to_unasked(
    monkeypatch: pytest.MonkeyPatch, fresh_context: Callable[[], Context], capsys: pytest.CaptureFixture[str]
) -> None:
    context = fresh_context()
    context.environment = context.environment.model_copy(update={"production": True})
    monkeypatch.setattr("validation.drill.restore.command.deployed_context", lambda _: context)
    monkeypatch.setattr("sys.stdin.isatty", lambda: False)

    assert main(["drill", "restore", "local"]) == 2

    assert "give --yes to write to tierstore-local-core" in capsys.readouterr().err
