"""Files come back from S3 as they were sent, and what differs is refused."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.full_disk import full_disk
from tierstore.core.effects import Plan
from tierstore.errors import AccessDeniedError, ConflictError, CorruptError, NotFoundError, TooLargeError
from tierstore.s3.bucket import LiveBucket, delete, digest_stored, find, head, read, read_beginning
from tierstore.s3.checksums import DigestedFile, digest, sha256_of
from tierstore.s3.download import download
from tierstore.s3.parts import MEBIBYTE, USUAL_PART
from tierstore.s3.progress import Progress, Report
from tierstore.s3.upload import Sending, upload

pytestmark = pytest.mark.integration

Run = Callable[[Plan[Any]], Any]


@pytest.fixture
def file(tmp_path: Path) -> Callable[[int], Path]:
    """Makes a file of random bytes."""

    def make(size: int) -> Path:
        path = tmp_path / f"{size}.bin"
        path.write_bytes(os.urandom(size))
        return path

    return make


def sending(bucket: LiveBucket, path: Path, *, key: str | None = None, report: Report | None = None) -> Sending:
    digested = digest(path)
    return Sending(
        bucket=bucket,
        key=key or f"transfers/{path.name}",
        file=digested,
        content_type="application/octet-stream",
        progress=Progress(digested.size, report),
    )


@pytest.mark.parametrize(
    "size",
    [
        0,
        1,
        5 * MEBIBYTE - 1,
        5 * MEBIBYTE,
        5 * MEBIBYTE + 1,
        USUAL_PART,
        USUAL_PART + 1,
        pytest.param(100 * MEBIBYTE, marks=pytest.mark.slow),
    ],
)
def test_a_file_comes_back_as_it_was_sent(
    size: int, file: Callable[[int], Path], run: Run, assets: LiveBucket, tmp_path: Path
) -> None:
    sent = file(size)
    received = tmp_path / "received"
    told: list[tuple[int, int]] = []

    stored = run(upload(sending(assets, sent, report=lambda done, total: told.append((done, total)))))
    run(download(assets, stored, received, sha256=stored.sha256, progress=Progress(size, None)))

    assert stored.size == size
    assert stored.sha256 == digest(sent).sha256
    assert digest(received).sha256 == digest(sent).sha256
    assert told[-1] == (size, size)
    assert told == sorted(told)


def test_what_is_stored_is_encrypted_with_the_buckets_own_key(
    file: Callable[[int], Path], run: Run, assets: LiveBucket, s3: Any
) -> None:
    run(upload(sending(assets, file(USUAL_PART + 1), key="encrypted")))

    described = s3.head_object(Bucket=assets.name, Key="encrypted")
    assert described["ServerSideEncryption"] == "aws:kms"
    assert described["SSEKMSKeyId"] == assets.kms_key_arn


def test_a_bucket_that_asks_for_encryption_refuses_a_sender_who_states_none(
    file: Callable[[int], Path], run: Run, assets: LiveBucket
) -> None:
    careless = LiveBucket(declared=assets.declared, name=assets.name, kms_key_arn=None, retries=assets.retries)

    with pytest.raises(AccessDeniedError, match="<key>"):
        run(upload(sending(careless, file(1), key="users-own-name.txt")))


@pytest.mark.parametrize("size", [1000, USUAL_PART + 1])
def test_a_file_that_changes_while_it_is_sent_is_refused_and_leaves_nothing(
    size: int, file: Callable[[int], Path], run: Run, assets: LiveBucket, s3: Any
) -> None:
    path = file(size)
    digested = sending(assets, path, key="changing")
    path.write_bytes(os.urandom(size))

    with pytest.raises(CorruptError):
        run(upload(digested))

    assert run(find(assets, "changing")) is None
    assert "Uploads" not in s3.list_multipart_uploads(Bucket=assets.name)


def test_a_file_above_the_buckets_limit_is_not_sent(run: Run, uploads: LiveBucket, tmp_path: Path) -> None:
    huge = Sending(
        bucket=uploads,
        key="huge",
        file=DigestedFile(path=tmp_path / "huge", size=5 * 2**30 + 1, sha256="", parts=(), beginning=b""),
        content_type="text/plain",
        progress=Progress(0, None),
    )

    with pytest.raises(TooLargeError, match="more than bucket 'uploads' takes, 5368709120"):
        run(upload(huge))


def test_a_damaged_object_is_not_delivered(
    file: Callable[[int], Path], run: Run, assets: LiveBucket, tmp_path: Path
) -> None:
    stored = run(upload(sending(assets, file(1000), key="damaged")))
    received = tmp_path / "received"
    received.write_text("what was there")

    with pytest.raises(CorruptError, match="the object is damaged"):
        run(download(assets, stored, received, sha256="of something else", progress=Progress(1000, None)))

    assert received.read_text() == "what was there"
    assert not list(tmp_path.glob(".*.part"))


def test_an_object_that_changes_while_it_is_received_is_not_delivered(
    file: Callable[[int], Path], run: Run, assets: LiveBucket, tmp_path: Path
) -> None:
    stored = run(upload(sending(assets, file(1000), key="replaced")))
    run(upload(sending(assets, file(1001), key="replaced")))

    with pytest.raises(ConflictError):
        run(download(assets, stored, tmp_path / "received", sha256=None, progress=Progress(1000, None)))

    assert not list(tmp_path.glob("*received*"))


def test_a_file_for_which_the_disk_has_no_room_is_not_delivered(
    file: Callable[[int], Path],
    run: Run,
    assets: LiveBucket,
    tmp_path: Path,
) -> None:
    stored = run(upload(sending(assets, file(1001), key="larger than the disk")))
    received = tmp_path / "received"
    received.write_text("what was there")

    with full_disk(room=1000), pytest.raises(OSError, match=f"File too large: '{received}'"):
        run(download(assets, stored, received, sha256=None, progress=Progress(1001, None)))

    assert received.read_text() == "what was there"
    assert not list(tmp_path.glob(".*.part"))


def test_small_objects_are_read_into_memory(file: Callable[[int], Path], run: Run, assets: LiveBucket) -> None:
    path = file(1000)
    stored = run(upload(sending(assets, path, key="small")))

    assert run(read(assets, "small")) == path.read_bytes()
    assert run(read_beginning(assets, stored)) == path.read_bytes()[:512]


def test_an_object_without_a_checksum_is_digested_by_reading_it(run: Run, assets: LiveBucket, s3: Any) -> None:
    content = os.urandom(USUAL_PART + 1)
    s3.put_object(Bucket=assets.name, Key="plain", Body=content, **assets.encryption)
    stored = run(head(assets, "plain"))

    assert stored.sha256 is None
    assert run(digest_stored(assets, stored)) == sha256_of(content)


def test_what_is_deleted_is_gone_and_may_be_deleted_again(
    file: Callable[[int], Path], run: Run, assets: LiveBucket
) -> None:
    run(upload(sending(assets, file(1), key="deleted")))

    run(delete(assets, "deleted"))
    run(delete(assets, "deleted"))

    with pytest.raises(NotFoundError):
        run(head(assets, "deleted"))
    with pytest.raises(NotFoundError):
        run(read(assets, "deleted"))
