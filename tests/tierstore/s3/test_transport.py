"""What botocore does and raises, in the library's words."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from threading import Event

import pytest
from botocore.exceptions import (
    BotoCoreError,
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
    ParamValidationError,
    ReadTimeoutError,
)
from botocore.response import StreamingBody
from botocore.stub import Stubber

from tests.support.full_disk import full_disk
from tierstore.aws import Aws
from tierstore.connection import BucketConnection, Connection, RedisConnection
from tierstore.core.deadlines import deadline
from tierstore.core.effects import Sleep
from tierstore.errors import (
    AccessDeniedError,
    ConflictError,
    CorruptError,
    InvalidError,
    NotFoundError,
    StorageError,
    ThrottledError,
    TimedOutError,
    UnavailableError,
)
from tierstore.s3.effects import DiskWork, FileSlice, S3Request
from tierstore.s3.errors import translate
from tierstore.s3.parts import MEBIBYTE
from tierstore.s3.transport import S3Transport, ThreadedS3Transport

GET = S3Request(action="GetObject", parameters={"Bucket": "b", "Key": "uploads/ada/secret-plan.pdf"})


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Aws:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "id")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    redis = RedisConnection(replication_group_id="r", host="r", port=1, tls=True, user="u", authentication="iam")
    return Aws(
        Connection(
            environment="test",
            region="us-east-1",
            tables={},
            buckets={"assets": BucketConnection(name="b")},
            redis=redis,
            endpoint_url="http://127.0.0.1:9",
        )
    )


@pytest.fixture
def transport(aws: Aws) -> S3Transport:
    return S3Transport(aws)


@pytest.fixture
def s3(transport: S3Transport) -> Iterator[Stubber]:
    """Answers in place of S3."""
    with Stubber(transport._client()) as stubber:
        yield stubber


def body(content: bytes, *, promised: int | None = None) -> StreamingBody:
    return StreamingBody(BytesIO(content), len(content) if promised is None else promised)


@pytest.mark.parametrize(
    ("code", "status", "kind"),
    [
        ("NoSuchKey", 404, NotFoundError),
        ("404", 404, NotFoundError),
        ("NoSuchUpload", 404, NotFoundError),
        ("AccessDenied", 403, AccessDeniedError),
        ("ExpiredToken", 400, AccessDeniedError),
        ("PreconditionFailed", 412, ConflictError),
        ("SlowDown", 503, ThrottledError),
        ("InternalError", 500, UnavailableError),
        ("RequestTimeout", 400, TimedOutError),
        ("BadDigest", 400, CorruptError),
        ("InvalidArgument", 400, InvalidError),
    ],
)
def test_what_s3_answers_is_told_in_the_librarys_words(
    code: str, status: int, kind: type[StorageError], transport: S3Transport, s3: Stubber
) -> None:
    s3.add_client_error(
        "get_object", code, service_message="about uploads/ada/secret-plan.pdf", http_status_code=status
    )

    with pytest.raises(kind) as caught:
        transport.carry_out(GET)

    assert "secret-plan" not in str(caught.value)
    assert code in str(caught.value)


@pytest.mark.parametrize(
    ("raised", "kind"),
    [
        (NoCredentialsError(), AccessDeniedError),
        (ParamValidationError(report="Key"), InvalidError),
        (ConnectTimeoutError(endpoint_url="https://s3"), TimedOutError),
        (EndpointConnectionError(endpoint_url="https://s3"), UnavailableError),
    ],
)
def test_a_call_that_was_not_sent_has_not_taken_effect(raised: BotoCoreError, kind: type[StorageError]) -> None:
    error = translate(raised, action="PutObject", key="k")

    assert type(error) is kind
    assert not error.in_doubt


@pytest.mark.parametrize(
    ("raised", "kind"),
    [
        (ReadTimeoutError(endpoint_url="https://s3"), TimedOutError),
        (ConnectionClosedError(endpoint_url="https://s3"), UnavailableError),
    ],
)
def test_a_call_without_an_answer_may_have_taken_effect(raised: BotoCoreError, kind: type[StorageError]) -> None:
    error = translate(raised, action="PutObject", key="k")

    assert type(error) is kind
    assert error.in_doubt


def test_an_answer_that_breaks_off_may_be_asked_for_again(transport: S3Transport, s3: Stubber, tmp_path: Path) -> None:
    target = tmp_path / "file"
    target.touch()
    s3.add_response("get_object", {"Body": body(b"abc", promised=10)})

    with pytest.raises(UnavailableError) as caught:
        transport.carry_out(
            S3Request(
                action="GetObject",
                parameters=GET.parameters,
                target=FileSlice(path=target, offset=0, length=10),
            )
        )

    assert caught.value.retryable


@pytest.mark.parametrize("content", [b"abc", b"abcde"])
def test_an_answer_of_another_length_is_refused(
    content: bytes, transport: S3Transport, s3: Stubber, tmp_path: Path
) -> None:
    target = tmp_path / "file"
    target.touch()
    s3.add_response("get_object", {"Body": body(content)})

    with pytest.raises(UnavailableError, match="instead of 4"):
        transport.carry_out(
            S3Request(action="GetObject", parameters=GET.parameters, target=FileSlice(path=target, offset=0, length=4))
        )


def test_a_slice_is_written_at_its_place(transport: S3Transport, s3: Stubber, tmp_path: Path) -> None:
    target = tmp_path / "file"
    target.write_bytes(b"..........")
    s3.add_response("get_object", {"Body": body(b"abc")})

    transport.carry_out(
        S3Request(action="GetObject", parameters=GET.parameters, target=FileSlice(path=target, offset=4, length=3))
    )

    assert target.read_bytes() == b"....abc..."


def test_a_slice_for_which_the_disk_has_no_room_raises(transport: S3Transport, s3: Stubber, tmp_path: Path) -> None:
    target = tmp_path / "file"
    target.touch()
    s3.add_response("get_object", {"Body": body(bytes(MEBIBYTE))})

    with full_disk(room=MEBIBYTE // 2), pytest.raises(OSError, match="File too large"):
        transport.carry_out(
            S3Request(
                action="GetObject",
                parameters=GET.parameters,
                target=FileSlice(path=target, offset=0, length=MEBIBYTE),
            )
        )


def test_nothing_is_sent_after_the_deadline(transport: S3Transport) -> None:
    with deadline(0), pytest.raises(TimedOutError, match="was not sent: the deadline has passed"):
        transport.carry_out(GET)


def test_an_effect_of_another_tier_is_refused(transport: S3Transport) -> None:
    with pytest.raises(TypeError, match="no effect of S3"):
        transport.carry_out(Sleep(seconds=0))


def test_in_asyncio_calls_run_side_by_side(aws: Aws) -> None:
    here, there = Event(), Event()

    def meet(mine: Event, other: Event) -> Callable[[], bool]:
        def work() -> bool:
            mine.set()
            return other.wait(timeout=300)

        return work

    async def both() -> list[bool]:
        transport = ThreadedS3Transport(aws)
        met = await asyncio.gather(
            transport.carry_out(DiskWork(work=meet(here, there))), transport.carry_out(DiskWork(work=meet(there, here)))
        )
        await transport.close()
        return list(met)

    assert asyncio.run(both()) == [True, True]


def test_in_asyncio_cancellation_waits_for_the_call_under_way(aws: Aws) -> None:
    begun, may_end, ended = Event(), Event(), Event()

    def work() -> None:
        begun.set()
        may_end.wait(timeout=300)
        ended.set()

    async def cancel() -> None:
        transport = ThreadedS3Transport(aws)
        task = asyncio.create_task(transport.carry_out(DiskWork(work=work)))
        while not begun.is_set():
            await asyncio.sleep(0.001)
        task.cancel()
        asyncio.get_running_loop().call_soon(may_end.set)
        with pytest.raises(asyncio.CancelledError):
            await task
        assert ended.is_set()
        await transport.close()

    asyncio.run(cancel())
