from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from sandbox import lifecycle, processes
from sandbox.directory import Directory
from sandbox.errors import SandboxError
from sandbox.processes import Process
from tests.sandbox.conftest import PATIENCE, Sandbox
from toolchain import paths

pytestmark = pytest.mark.integration


def up(directory: Directory, *, port: int | None = None) -> Sandbox:
    return Sandbox(directory=directory, connection=lifecycle.up(directory, port=port, progress=print))


def gateway_of(directory: Directory) -> Process:
    process = processes.of_pid_file(directory.gateway_pid)
    assert process is not None
    return process


def processes_in(directory: Directory) -> list[str]:
    """Command lines of all processes that have to do with a sandbox, however they were started."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            folder = str((process / "cwd").readlink())
        except OSError:
            continue
        if int(process.name) != os.getpid() and (str(directory.root) in command or str(directory.root) in folder):
            found.append(command)
    return found


def kill(process: Process) -> None:
    process.signal(signal.SIGKILL)
    assert process.wait(PATIENCE)


def test_up_again_finds_the_running_sandbox(directory: Directory) -> None:
    first = up(directory)

    second = up(directory)

    assert second.connection == first.connection


def test_a_disk_without_room_is_told_before_anything_is_started(
    directory: Directory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=1_000_000))

    with pytest.raises(SandboxError, match="has 1,000,000 bytes free; the sandbox wants 104,857,600"):
        up(directory)

    assert processes_in(directory) == []


def test_down_leaves_no_process_and_keeps_what_was_stored(directory: Directory) -> None:
    up(directory).client("s3").create_bucket(Bucket="kept")

    lifecycle.down(directory, progress=print)

    assert processes_in(directory) == []
    assert not directory.connection.exists()
    assert [bucket["Name"] for bucket in up(directory).client("s3").list_buckets()["Buckets"]] == ["kept"]


def test_a_client_that_keeps_its_connection_does_not_keep_the_gateway(
    directory: Directory, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = up(directory).client("s3")
    client.list_buckets()
    sent: list[signal.Signals] = []
    send = Process.signal

    def record(self: Process, number: signal.Signals) -> None:
        sent.append(number)
        send(self, number)

    monkeypatch.setattr(Process, "signal", record)

    lifecycle.down(directory, progress=print)

    assert signal.SIGTERM in sent
    assert signal.SIGKILL not in sent


def test_a_sandbox_whose_directory_is_deleted_ends_with_all_its_nodes(directory: Directory) -> None:
    running = up(directory)
    running.create_users()
    running.create_group("adopted", NumNodeGroups=1, ReplicasPerNodeGroup=1)
    running.wait_until("adopted", "available")
    kill(gateway_of(directory))
    running = up(directory)
    gateway = gateway_of(directory)
    nodes = [server.process for server in running.data_plane("adopted").servers]

    shutil.rmtree(directory.root.rename(directory.root.with_name("deleted")))

    for process in (gateway, *nodes):
        assert process is not None
        assert process.wait(60)
    assert not directory.root.exists()


def test_reset_of_a_stopped_sandbox_wipes_its_directory(directory: Directory) -> None:
    up(directory)
    lifecycle.down(directory, progress=print)

    lifecycle.reset(directory, progress=print)

    assert not directory.root.exists()


def test_down_where_nothing_runs_does_nothing(directory: Directory) -> None:
    lifecycle.down(directory, progress=print)

    assert not directory.root.exists()


def fill(sandbox: Sandbox) -> None:
    """Let every kind of service have something to keep."""
    sandbox.client("dynamodb").create_table(
        TableName="kept",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )
    sandbox.client("ec2").create_vpc(CidrBlock="10.77.0.0/16")
    sandbox.client("s3").create_bucket(Bucket="kept-bucket")
    sandbox.client("s3").put_object(Bucket="kept-bucket", Key="kept", Body=b"kept")
    sandbox.create_users()
    sandbox.create_group("cache", NumNodeGroups=3)
    sandbox.wait_until("cache", "available")
    sandbox.redis("cache").set("kept", "kept")


def test_a_killed_gateway_loses_nothing_and_its_nodes_are_adopted(directory: Directory) -> None:
    before = up(directory)
    fill(before)
    nodes = [server.process for server in before.data_plane("cache").servers]

    kill(gateway_of(directory))
    after = up(directory)

    assert after.client("dynamodb").list_tables()["TableNames"] == ["kept"]
    assert "10.77.0.0/16" in [one["CidrBlock"] for one in after.client("ec2").describe_vpcs()["Vpcs"]]
    assert after.client("s3").get_object(Bucket="kept-bucket", Key="kept")["Body"].read() == b"kept"
    assert after.redis("cache").get("kept") == b"kept"
    assert [server.process for server in after.data_plane("cache").servers] == nodes
    assert after.connection.endpoint == before.connection.endpoint

    kill(gateway_of(directory))
    for server in after.data_plane("cache").servers:
        process = server.process
        assert process is not None
        kill(process)
    rebooted = up(directory)

    assert rebooted.redis("cache").get("kept") == b"kept"
    assert {node["CurrentRole"] for node in rebooted.group("cache")["NodeGroups"][0]["NodeGroupMembers"]} == {
        "primary",
        "replica",
    }

    kill(gateway_of(directory))
    lifecycle.down(directory, progress=print)

    assert processes_in(directory) == []
    assert up(directory).redis("cache").get("kept") == b"kept"


def test_a_killed_gateway_finishes_what_it_began(directory: Directory) -> None:
    running = up(directory)
    running.create_users()
    running.create_group("cache", NumNodeGroups=3)
    kill(gateway_of(directory))

    running = up(directory)
    group = running.wait_until("cache", "available")

    assert len(group["NodeGroups"]) == 3
    assert running.redis("cache").set("key", "value")

    running.client("elasticache").test_failover(ReplicationGroupId="cache", NodeGroupId="0001")
    kill(gateway_of(directory))
    running = up(directory)

    assert running.group("cache")["Status"] == "available"
    assert running.data_plane("cache").is_healthy()

    running.client("elasticache").delete_replication_group(ReplicationGroupId="cache")
    kill(gateway_of(directory))
    running = up(directory)
    running.wait_until_gone("cache")

    assert [command for command in processes_in(directory) if "redis" in command] == []


def test_a_gateway_that_hangs_is_replaced(directory: Directory, monkeypatch: pytest.MonkeyPatch) -> None:
    up(directory)
    hanging = gateway_of(directory)
    hanging.signal(signal.SIGSTOP)
    monkeypatch.setattr(lifecycle, "_HEALTH_SECONDS", 0.5)

    up(directory)

    assert not hanging.is_running()
    assert gateway_of(directory) != hanging


def test_a_recycled_pid_is_not_taken_for_the_gateway(directory: Directory) -> None:
    bystander = subprocess.Popen(["sleep", "infinity"])
    try:
        stat = Path(f"/proc/{bystander.pid}/stat").read_text().split()
        stat[21] = str(int(stat[21]) - 1)
        directory.root.mkdir()
        directory.gateway_pid.write_text(" ".join(stat))

        up(directory)
        lifecycle.down(directory, progress=print)

        assert bystander.poll() is None
    finally:
        bystander.kill()
        bystander.wait()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("stage", ["emulator", "Redis"])
def test_an_interrupted_up_leaves_nothing_behind(directory: Directory, number: signal.Signals, stage: str) -> None:
    if stage == "Redis":
        running = up(directory)
        running.create_users()
        running.create_group("cache", NumNodeGroups=1)
        running.wait_until("cache", "available")
        kill(gateway_of(directory))
    command = [sys.executable, "-m", "sandbox", "--directory", str(directory.root), "up"]
    with subprocess.Popen(
        command, cwd=paths.ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as starting:
        assert starting.stdout is not None
        while stage not in starting.stdout.readline():
            assert starting.poll() is None
        starting.send_signal(number)
        _, complaint = starting.communicate()

    assert starting.returncode == 130
    assert complaint == "interrupted; what this command started is stopped\n"
    assert processes_in(directory) == []
    assert not directory.connection.exists()


def test_up_goes_on_where_a_killed_up_stopped(directory: Directory) -> None:
    command = [sys.executable, "-m", "sandbox", "--directory", str(directory.root), "up"]
    with subprocess.Popen(command, cwd=paths.ROOT, stdout=subprocess.PIPE, text=True) as starting:
        assert starting.stdout is not None
        starting.stdout.readline()
        starting.kill()

    up(directory)

    # A gateway that was begun before ends when it finds another one.
    give_up = time.monotonic() + PATIENCE
    while len(gateways := [command for command in processes_in(directory) if "sandbox.gateway" in command]) > 1:
        assert time.monotonic() < give_up, gateways
        time.sleep(0.1)
    assert len(gateways) == 1


def test_a_port_in_use_is_named_and_nothing_is_left_running(directory: Directory) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(SandboxError, match=f"Port {port} of 127.0.0.1 is in use"):
            up(directory, port=port)

    assert processes_in(directory) == []


def test_a_port_asked_for_is_taken_also_by_a_running_sandbox(directory: Directory) -> None:
    up(directory)
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]

    moved = up(directory, port=port)

    assert moved.connection.port == port


def test_reset_forgets_all_and_keeps_the_endpoint(directory: Directory) -> None:
    before = up(directory)
    before.client("s3").create_bucket(Bucket="forgotten")

    lifecycle.reset(directory, progress=print)
    after = up(directory)

    assert after.client("s3").list_buckets()["Buckets"] == []
    assert after.connection.endpoint == before.connection.endpoint


def test_secrets_are_readable_by_the_owner_only(directory: Directory) -> None:
    running = up(directory)
    running.create_users()

    secret = json.loads(directory.connection.read_text())["secret_access_key"]
    holders = [file for file in directory.root.rglob("*") if file.is_file() and secret.encode() in file.read_bytes()]

    assert directory.root.stat().st_mode & 0o777 == 0o700
    assert directory.connection in holders
    assert {file.stat().st_mode & 0o777 for file in [directory.connection, directory.redis_users]} == {0o600}
    assert directory.gateway_log not in holders
