"""However large a file is, it passes through little memory."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from pathlib import Path

import pytest

from environments.target import SandboxConnection
from tests.tierstore.s3 import transfer
from tierstore.connection import Connection
from tierstore.s3.parts import MEBIBYTE

SMALL, LARGE, HUGE = 40 * MEBIBYTE, 140 * MEBIBYTE, 5 * 1024 * MEBIBYTE
ALLOWED = 150 * MEBIBYTE


def memory_of_transfer(size: int, directory: Path, connection: Connection, sandbox: SandboxConnection) -> int:
    path = directory / f"{size}.bin"
    with path.open("wb") as file:
        file.truncate(size)
    done = subprocess.run(
        [sys.executable, transfer.__file__, str(path)],
        input=pickle.dumps(connection),
        env=os.environ | {"AWS_SHARED_CREDENTIALS_FILE": str(sandbox.credentials_file)},
        capture_output=True,
        check=True,
    )
    return int(done.stdout)


@pytest.mark.integration
@pytest.mark.slow
def test_a_file_of_5_gib_would_pass_through_less_than_150_mib(
    tmp_path: Path, connection: Connection, sandbox: SandboxConnection
) -> None:
    small = memory_of_transfer(SMALL, tmp_path, connection, sandbox)
    large = memory_of_transfer(LARGE, tmp_path, connection, sandbox)

    slope = max(0.0, (large - small) / (LARGE - SMALL))
    assert large + slope * (HUGE - LARGE) < ALLOWED
