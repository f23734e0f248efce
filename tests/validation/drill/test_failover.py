"""The drill against a real Redis Cluster whose primary really fails."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from environments import Deployment, load_target
from environments.redis_users import user_name
from tests.support.deployed import Deployed
from tests.validation.breaks.breaking import AlteredContext, changed
from toolchain.paths import ROOT
from validation.__main__ import main
from validation.checks.redis_data import reach
from validation.context import Context
from validation.drill import failover
from validation.drill.failover import KEY_PREFIX, assignments
from validation.drill.stage import Settings, set_stage
from validation.errors import CouldNotRun
from validation.live import redis
from validation.redis.access import redis_access
from validation.redis.probe import topology

# Python's ssl drops a socket unclosed where the peer dies between TCP's and TLS' handshake.
pytestmark = pytest.mark.filterwarnings("ignore:unclosed <ssl.SSLSocket:ResourceWarning")


def test_every_second_writer_waits_and_other_shards_are_written_to_as_well() -> None:
    slots = {f"{number:04}": (range(number * 1000, (number + 1) * 1000),) for number in range(1, 10)}

    made = assignments(Settings(shard="0003", writers=6), slots)

    assert [each.waits for each in made if each.shard == "0003"] == [False, True] * 3
    assert {each.shard: each.waits for each in made if each.shard != "0003"}.keys() == {"0001", "0002", "0004", "0005"}
    assert len({each.key for each in made}) == len(made) == 6 + 4 * 2


def patiently(load_target: Callable[[str], Deployment]) -> Callable[[str], Deployment]:
    """Loads environments that allow a failover any time."""

    def load(name: str) -> Deployment:
        loaded = load_target(name)
        limits = loaded.environment.failover.model_copy(update={"longest_gap_seconds": 300, "recovery_seconds": 600})
        return replace(loaded, environment=loaded.environment.model_copy(update={"failover": limits}))

    return load


@pytest.fixture
def pointed_at_local(deployed_local: Deployed, monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands meet the deployed `local`; a drill warms up for less long, and may take any time."""
    for name, value in deployed_local.variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("validation.preflight.load_target", patiently(load_target))
    monkeypatch.setattr(failover, "WARM_UP_SECONDS", 1.0)
    monkeypatch.setattr(failover, "COOL_DOWN_SECONDS", 0.5)


def keys_left(context: Context) -> list[str]:
    """Keys of drills that are still in Redis, as the operator finds them: the validator may not look for keys."""
    group = context.environment.replication_group_id
    endpoint, operator = reach(context, group).endpoint, user_name(context.environment, "operator")
    access = redis_access(context.clients, endpoint=endpoint, cache=group, user=operator)
    found: list[str] = []
    for shard in topology(access):
        with access.node(shard.primary) as node:
            found.extend(node.scan_iter(match=f"{KEY_PREFIX}*"))
    return found


def drill(directory: Path, *options: str) -> dict[str, Any]:
    """Run a drill that keeps its limits; returns its report."""
    assert main(["drill", "failover", "local", "--report", str(directory), *options]) == 0
    report: dict[str, Any] = json.loads((directory / "drill-failover.json").read_text())
    return report


def assert_survived(report: dict[str, Any]) -> None:
    """It recovered, and lost nothing that WAIT had confirmed."""
    measured = report["measured"]
    assert measured["confirmed_writes"] > 0
    assert measured["confirmed_writes_lost"] == 0
    assert measured["failed_operations"] == 0
    assert measured["recovery_seconds"] is not None
    assert set(measured["longest_gap_seconds"]) == {"0001", "0002", "0003"}


@pytest.mark.integration
@pytest.mark.usefixtures("pointed_at_local")
def test_elasticaches_own_failover_is_survived_and_its_events_are_told_in_order(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], fresh_context: Callable[[], Context]
) -> None:
    report = drill(tmp_path, "--trigger", "api", "--shard", "0002")

    assert_survived(report)
    timeline = [moment["what"] for moment in report["timeline"]]
    told = ["Test Failover API called", "Failover from primary node", "Recovering", "Finished recovery"]
    positions = [next(n for n, what in enumerate(timeline) if event in what) for event in told]
    assert positions == sorted(positions)
    assert (tmp_path / "report.html").exists()
    assert "longest gap of shard 0002" in capsys.readouterr().out
    assert keys_left(fresh_context()) == []


@pytest.mark.integration
@pytest.mark.usefixtures("pointed_at_local")
@pytest.mark.parametrize("trigger", ["graceful", "kill"])
def test_a_primary_that_hands_over_or_dies_is_survived(trigger: str, tmp_path: Path) -> None:
    assert_survived(drill(tmp_path, "--trigger", trigger))


@pytest.mark.integration
@pytest.mark.usefixtures("pointed_at_local")
def test_only_writes_without_wait_are_lost_when_a_lagging_replica_takes_over(tmp_path: Path) -> None:
    report = drill(tmp_path, "--trigger", "kill-lagging", "--writers", "8", "--rate", "100")

    assert_survived(report)
    assert report["measured"]["unconfirmed_writes_lost"] > 0


@pytest.mark.integration
@pytest.mark.usefixtures("pointed_at_local")
def test_a_broken_limit_is_exit_code_1(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    real = failover.run_drill

    def strict(context: Context, *arguments: Any, **options: Any) -> Any:
        limits = context.environment.failover.model_copy(update={"longest_gap_seconds": 0.001})
        context.environment = context.environment.model_copy(update={"failover": limits})
        return real(context, *arguments, **options)

    monkeypatch.setattr("validation.drill.command.run_drill", strict)

    assert main(["drill", "failover", "local", "--trigger", "graceful"]) == 1
    assert "limit 0.001 s: failed" in capsys.readouterr().out


@pytest.mark.integration
@pytest.mark.usefixtures("pointed_at_local")
def test_refuses_a_shard_that_is_not_there(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["drill", "failover", "local", "--shard", "0007"]) == 2
    assert "--shard 0007: no such shard, allowed 0001, 0002, 0003" in capsys.readouterr().err


@pytest.mark.integration
@pytest.mark.usefixtures("pointed_at_local")
def test_refuses_a_replication_group_that_is_not_there(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["drill", "failover", "local", "--group", "session"]) == 2
    assert "--group session: no such separate replication group, allowed none" in capsys.readouterr().err


@pytest.mark.integration
def test_begins_only_on_a_group_that_is_available(fresh_context: Callable[[], Context]) -> None:
    busy = AlteredContext(fresh_context(), redis.replication_group, changed(Status="snapshotting"))

    with pytest.raises(CouldNotRun, match="tierstore-local is snapshotting, and a drill needs it available"):
        set_stage(busy, Settings())


@pytest.mark.integration
@pytest.mark.parametrize(
    ("terminal", "answer", "message"),
    [
        (False, "", "local is a production environment: give --yes to fail shard 0001 over"),
        (True, "yes", "not confirmed: local was left alone"),
    ],
)
def test_disturbs_production_only_when_it_is_confirmed(
    *,
    terminal: bool,
    answer: str,
    message: str,
    fresh_context: Callable[[], Context],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    context = fresh_context()
    context.environment = context.environment.model_copy(update={"production": True})
    monkeypatch.setattr("validation.drill.command.deployed_context", lambda _name, inside_vpc: context)  # noqa: ARG005 - by its name
    monkeypatch.setattr("sys.stdin", io.StringIO(answer))
    monkeypatch.setattr("sys.stdin.isatty", lambda: terminal)

    assert main(["drill", "failover", "local"]) == 2
    assert message in capsys.readouterr().err


@pytest.mark.integration
def test_an_interrupt_ends_it_with_what_was_measured_and_leaves_no_key(
    deployed_local: Deployed, fresh_context: Callable[[], Context]
) -> None:
    command = [sys.executable, "-u", "-m", "validation", "drill", "failover", "local", "--trigger", "kill"]
    with subprocess.Popen(
        command,
        cwd=ROOT,
        env={**os.environ, **deployed_local.variables},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as running:
        assert running.stdout is not None
        next(line for line in running.stdout if "kill failover of shard" in line)
        running.send_signal(signal.SIGINT)
        output, errors = running.communicate()

    assert running.returncode == 130
    assert "writes confirmed by WAIT" in output
    assert errors.strip() == "interrupted"
    assert keys_left(fresh_context()) == []
