"""An upload that broke off goes on where it was."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tierstore.core.effects import Effect, Plan
from tierstore.core.runners import SyncRunner
from tierstore.errors import AccessDeniedError, CorruptError, StorageError
from tierstore.s3.bucket import LiveBucket, find, read
from tierstore.s3.checksums import digest
from tierstore.s3.effects import S3Request
from tierstore.s3.parts import USUAL_PART
from tierstore.s3.progress import Progress
from tierstore.s3.transport import S3Transport
from tierstore.s3.upload import Resumption, Sending, upload

pytestmark = pytest.mark.integration

SIZE = 5 * USUAL_PART + 1
Run = Callable[[Plan[Any]], Any]


class Breaking:
    """Carries out effects, and fails from the n-th of an action on; remembers what it let pass."""

    def __init__(self, transport: S3Transport, *, action: str, after: int) -> None:
        self._transport = transport
        self._action = action
        self._left = after
        self.passed: list[str] = []

    def run(self, plan: Plan[Any]) -> Any:
        with ThreadPoolExecutor(1) as threads:
            return SyncRunner(self._carry_out, lambda: threads).run(plan)

    def _carry_out(self, effect: Effect[Any]) -> Any:
        if isinstance(effect, S3Request):
            if effect.action == self._action:
                self._left -= 1
                if self._left < 0:
                    raise AccessDeniedError("the credentials ran out")
            self.passed.append(effect.action)
        return self._transport.carry_out(effect)


class Memory:
    """Keeps the id of an upload in parts as a process would that may crash."""

    def __init__(self) -> None:
        self.multipart_id: str | None = None

    def resumption(self) -> Resumption:
        return Resumption(multipart_id=self.multipart_id, record=self._record)

    def _record(self, multipart_id: str) -> Plan[None]:
        self.multipart_id = multipart_id
        yield from ()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "file.bin"
    path.write_bytes(os.urandom(SIZE))
    return path


def sending(bucket: LiveBucket, path: Path, key: str) -> Sending:
    return Sending(bucket=bucket, key=key, file=digest(path), content_type="text/plain", progress=Progress(SIZE, None))


def test_only_the_parts_that_are_missing_are_sent_again(
    path: Path, transport: S3Transport, assets: LiveBucket, run: Run
) -> None:
    memory = Memory()
    with pytest.raises(AccessDeniedError):
        Breaking(transport, action="UploadPart", after=3).run(
            upload(sending(assets, path, "resumed"), memory.resumption())
        )
    watched = Breaking(transport, action="none", after=0)

    watched.run(upload(sending(assets, path, "resumed"), memory.resumption()))

    assert watched.passed.count("UploadPart") == 3
    assert "CreateMultipartUpload" not in watched.passed
    assert run(read(assets, "resumed")) == path.read_bytes()


def test_another_file_is_no_continuation(path: Path, transport: S3Transport, assets: LiveBucket, run: Run) -> None:
    memory = Memory()
    with pytest.raises(AccessDeniedError):
        Breaking(transport, action="UploadPart", after=3).run(
            upload(sending(assets, path, "edited"), memory.resumption())
        )
    with path.open("r+b") as file:
        file.write(b"edited")

    with pytest.raises(CorruptError, match="S3 has not what was sent"):
        run(upload(sending(assets, path, "edited"), memory.resumption()))

    run(upload(sending(assets, path, "edited"), memory.resumption()))
    assert run(read(assets, "edited")) == path.read_bytes()


@pytest.mark.parametrize("breaks_at", ["CreateMultipartUpload", "ListParts", "CompleteMultipartUpload", "HeadObject"])
def test_wherever_it_breaks_off_a_second_attempt_ends_it(
    breaks_at: str, path: Path, transport: S3Transport, assets: LiveBucket, run: Run
) -> None:
    key = f"broken-at-{breaks_at}"
    memory = Memory()
    with pytest.raises(AccessDeniedError):
        Breaking(transport, action="UploadPart", after=1).run(upload(sending(assets, path, key), memory.resumption()))
    try:
        Breaking(transport, action=breaks_at, after=0).run(upload(sending(assets, path, key), memory.resumption()))
    except StorageError:
        run(upload(sending(assets, path, key), memory.resumption()))

    assert run(read(assets, key)) == path.read_bytes()


def test_an_upload_whose_parts_were_thrown_away_begins_anew(
    path: Path, transport: S3Transport, assets: LiveBucket, run: Run, s3: Any
) -> None:
    memory = Memory()
    with pytest.raises(AccessDeniedError):
        Breaking(transport, action="UploadPart", after=1).run(
            upload(sending(assets, path, "expired"), memory.resumption())
        )
    s3.abort_multipart_upload(Bucket=assets.name, Key="expired", UploadId=memory.multipart_id)

    run(upload(sending(assets, path, "expired"), memory.resumption()))

    assert run(read(assets, "expired")) == path.read_bytes()


def test_without_resumption_a_failed_upload_leaves_nothing(
    path: Path, transport: S3Transport, assets: LiveBucket, run: Run, s3: Any
) -> None:
    with pytest.raises(AccessDeniedError):
        Breaking(transport, action="UploadPart", after=3).run(upload(sending(assets, path, "failed")))

    assert run(find(assets, "failed")) is None
    assert "Uploads" not in s3.list_multipart_uploads(Bucket=assets.name, Prefix="failed")
