"""An environment is deployed to AWS, or to a sandbox that really runs."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from environments import InvalidEnvironment, SandboxConnection, SandboxNotRunning, UnusableEnvironment, load_target
from environments.target import SANDBOX_DIRECTORY, sandbox_directory
from tests.environments.conftest import WriteEnvironment

SECRET = "a-secret-that-no-message-shows"
WriteConnection = Callable[..., Path]


@pytest.fixture
def listening_port() -> Iterator[int]:
    """A loopback port that accepts connections."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.fixture
def closed_port() -> Iterator[int]:
    """A loopback port that nobody listens on, and nobody else can take."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


@pytest.fixture
def ended_process() -> int:
    """The id of a process that has ended."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


@pytest.fixture
def write_connection(tmp_path: Path, listening_port: int) -> WriteConnection:
    """Writes what a running sandbox of account 000000000000 writes, with some of it changed; returns its folder."""

    def write(**changes: Any) -> Path:
        connection = {
            "version": 1,
            "pid": os.getpid(),
            "endpoint": f"https://127.0.0.1:{listening_port}",
            "insecure_endpoint": f"http://127.0.0.1:{listening_port}",
            "proxy": f"http://127.0.0.1:{listening_port}",
            "ca_file": "/sandbox/ca.pem",
            "region": "us-east-1",
            "account": "000000000000",
            "access_key_id": "AKIAEXAMPLE",
            "secret_access_key": SECRET,
            "credentials_file": "/sandbox/credentials",
            "redis": {"user_passwords_file": "/sandbox/redis-users.json", "ca_file": "/sandbox/ca.pem"},
        }
        folder = tmp_path / "sandbox"
        folder.mkdir(exist_ok=True)
        (folder / "sandbox.json").write_text(json.dumps(connection | changes))
        return folder

    return write


def test_the_connection_of_a_running_sandbox_is_read(write_connection: WriteConnection, listening_port: int) -> None:
    connection = SandboxConnection.load(write_connection())

    assert connection.endpoint == f"https://127.0.0.1:{listening_port}"
    assert connection.redis.user_passwords_file == Path("/sandbox/redis-users.json")


def test_the_secret_is_not_shown(write_connection: WriteConnection) -> None:
    assert SECRET not in repr(SandboxConnection.load(write_connection()))


def test_what_a_newer_sandbox_adds_is_passed_over(write_connection: WriteConnection) -> None:
    assert SandboxConnection.load(write_connection(more="of it")).version == 1


def test_a_sandbox_that_was_never_started_is_not_running(directory: Path) -> None:
    with pytest.raises(SandboxNotRunning) as refusal:
        SandboxConnection.load(directory)

    assert str(refusal.value) == (
        "the sandbox is not running (environments/sandbox.json: No such file or directory): "
        "start it with `python -m sandbox up`"
    )


def test_a_sandbox_whose_process_has_ended_is_not_running(
    write_connection: WriteConnection, ended_process: int
) -> None:
    with pytest.raises(SandboxNotRunning, match=rf"its process {ended_process} has ended\): start it with"):
        SandboxConnection.load(write_connection(pid=ended_process))


def test_a_sandbox_that_refuses_connections_is_not_running(write_connection: WriteConnection, closed_port: int) -> None:
    endpoint = f"https://127.0.0.1:{closed_port}"

    with pytest.raises(SandboxNotRunning, match=f"nothing accepts connections at {endpoint}"):
        SandboxConnection.load(write_connection(endpoint=endpoint))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"version": 2}, "version"),
        ({"endpoint": "https://sts.amazonaws.com:443"}, "endpoint"),
        ({"redis": {"ca_file": "ca.pem"}}, r"redis\.user_passwords_file"),
    ],
)
def test_what_is_not_understood_is_named_without_the_secret(
    write_connection: WriteConnection, changes: dict[str, Any], field: str
) -> None:
    with pytest.raises(SandboxNotRunning, match=rf"sandbox\.json is not understood: {field}\)") as refusal:
        SandboxConnection.load(write_connection(**changes))

    assert SECRET not in str(refusal.value)


def test_a_half_written_connection_is_not_understood(write_connection: WriteConnection) -> None:
    folder = write_connection()
    file = folder / "sandbox.json"
    file.write_text(file.read_text()[:-20])

    with pytest.raises(SandboxNotRunning, match="is not understood: its JSON") as refusal:
        SandboxConnection.load(folder)

    assert SECRET not in str(refusal.value)


def test_an_environment_on_aws_stays_as_its_file_says(directory: Path, write: WriteEnvironment) -> None:
    write()

    deployment = load_target("dev", directory=directory, variables={})

    assert deployment.sandbox is None
    assert (deployment.environment.target, deployment.environment.account) == ("aws", "111111111111")


@pytest.mark.parametrize(
    ("settings", "variables"),
    [("target: sandbox\n", {}), ("", {"TIERSTORE_TARGET": "sandbox"})],
    ids=["by its file", "by the variable"],
)
def test_an_environment_in_the_sandbox_takes_its_account(
    directory: Path,
    write: WriteEnvironment,
    write_connection: WriteConnection,
    settings: str,
    variables: dict[str, str],
) -> None:
    write(settings)
    variables = variables | {"TIERSTORE_SANDBOX_DIRECTORY": str(write_connection())}

    deployment = load_target("dev", directory=directory, variables=variables)

    assert deployment.sandbox is not None
    assert (deployment.environment.target, deployment.environment.account) == ("sandbox", "000000000000")
    assert deployment.environment.bucket_name("assets") == "tierstore-dev-000000000000-assets"


def test_an_unknown_target_is_refused(directory: Path, write: WriteEnvironment) -> None:
    write()

    with pytest.raises(UnusableEnvironment, match="TIERSTORE_TARGET: given 'aws', allowed sandbox"):
        load_target("dev", directory=directory, variables={"TIERSTORE_TARGET": "aws"})


def test_the_sandbox_does_not_excuse_an_invalid_file(
    directory: Path, write: WriteEnvironment, write_connection: WriteConnection
) -> None:
    write("redis: {shards: 0}\n")
    variables = {"TIERSTORE_TARGET": "sandbox", "TIERSTORE_SANDBOX_DIRECTORY": str(write_connection())}

    with pytest.raises(InvalidEnvironment):
        load_target("dev", directory=directory, variables=variables)


def test_the_sandbox_lives_below_the_build_folder_unless_told() -> None:
    assert sandbox_directory({}) == SANDBOX_DIRECTORY
    assert sandbox_directory({"TIERSTORE_SANDBOX_DIRECTORY": "/elsewhere"}) == Path("/elsewhere")
