"""A sender that is killed half way is no loss: the next one sends the rest."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from environments.target import SandboxConnection
from tests.tierstore.api import sender
from tests.tierstore.api.conftest import World
from tierstore.api.uploads import Uploads
from tierstore.connection import Connection
from tierstore.core.effects import Effect
from tierstore.core.operation import Sync
from tierstore.core.runners import SyncRunner
from tierstore.identifiers import new_ulid
from tierstore.s3.checksums import digest
from tierstore.s3.effects import S3Request
from tierstore.s3.parts import MEBIBYTE, USUAL_PART

SIZE = 100 * MEBIBYTE


def killed_half_way(command: list[str], connection: Connection, sandbox: SandboxConnection) -> int:
    """Run a sender until half is done, then send it SIGKILL; the bytes that it told to be done."""
    process = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=os.environ | {"AWS_SHARED_CREDENTIALS_FILE": str(sandbox.credentials_file)},
    )
    assert process.stdin is not None
    assert process.stdout is not None
    with process:
        process.stdin.write(pickle.dumps(connection))
        process.stdin.close()
        told = 0
        while told < SIZE // 2:
            told = int(process.stdout.readline())
        process.kill()
    return told


@pytest.mark.integration
@pytest.mark.slow
def test_an_upload_of_100_mib_killed_half_way_goes_on_where_it_was(
    world: World, connection: Connection, sandbox: SandboxConnection, tmp_path: Path
) -> None:
    sent, received = tmp_path / "sent.pdf", tmp_path / "received.pdf"
    sent.write_bytes(b"%PDF-" + os.urandom(SIZE - 5))
    upload_id = new_ulid()
    done = killed_half_way([sys.executable, sender.__file__, str(sent), world.user_id, upload_id], connection, sandbox)
    requests: list[str] = []

    def carry_out(effect: Effect[Any]) -> Any:
        if isinstance(effect, S3Request):
            requests.append(effect.action)
        return world.carry_out(effect)

    with ThreadPoolExecutor(4) as threads:
        group: Uploads[Sync] = Uploads(SyncRunner(carry_out, lambda: threads), world.items, world.bucket)
        upload = group.send(sent, user_id=world.user_id, upload_id=upload_id)
        group.download(received, user_id=world.user_id, upload_id=upload_id)

    assert upload.status == "complete"
    assert digest(received).sha256 == digest(sent).sha256 == upload.checksum_sha256
    assert requests.count("UploadPart") <= (SIZE - done) // USUAL_PART + 1
    assert world.parts() == []
