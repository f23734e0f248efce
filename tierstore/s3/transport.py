"""Carries out S3's effects with botocore's client, blocking or in threads."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import copy_context
from typing import Any, Final

from botocore import xform_name
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.response import StreamingBody
from s3transfer.utils import ReadFileChunk

from tierstore.aws import Aws
from tierstore.core.deadlines import remaining
from tierstore.core.effects import Effect
from tierstore.core.processes import PerProcess
from tierstore.errors import TimedOutError, UnavailableError
from tierstore.s3.effects import CONNECTIONS, DiskWork, FileSlice, Form, S3Request, SignedForm, SignedUrl
from tierstore.s3.errors import translate
from tierstore.s3.parts import MEBIBYTE

_CONNECT_SECONDS: Final = 3.1
"""A little above the 3 s after which TCP sends a lost SYN again."""
_READ_SECONDS: Final = 60.0
"""Without a byte from S3; it answers at length only when it puts many parts together, and then sends white space."""


class S3Transport:
    """Blocking calls through one botocore client, which many threads share; holds no file's content in memory."""

    def __init__(self, aws: Aws) -> None:
        self._aws = aws
        self._client: PerProcess[Any] = PerProcess(self._make_client)

    def carry_out(self, effect: Effect[Any], /) -> Any:
        """Answer the effect; raises `StorageError` for what S3 or the way there does, `OSError` for local files."""
        match effect:
            case DiskWork(work=work):
                return work()
            case S3Request():
                with _translated(effect.action, effect.parameters.get("Key")):
                    return self._call(effect)
            case SignedUrl():
                with _translated(effect.action, effect.parameters.get("Key")):
                    return self._client().generate_presigned_url(
                        _method(effect.action), Params=dict(effect.parameters), ExpiresIn=effect.seconds
                    )
            case SignedForm():
                with _translated("PostObject", effect.key):
                    return self._sign_form(effect)
            case _:
                raise TypeError(f"{effect!r} is no effect of S3")

    def close(self) -> None:
        """Close the connections."""
        self._client().close()
        self._client.forget()

    def _make_client(self) -> Any:
        connection = self._aws.connection
        config = Config(
            signature_version="s3v4",
            connect_timeout=_CONNECT_SECONDS,
            read_timeout=_READ_SECONDS,
            max_pool_connections=CONNECTIONS,
            # The plans try again, under the budget and the deadline that all tiers share.
            retries={"mode": "standard", "total_max_attempts": 1},
            # The plans state every checksum, and the signature covers it, so the body needs no second digest.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
            s3={"payload_signing_enabled": False},
        )
        return self._aws.session().create_client(
            "s3",
            endpoint_url=connection.endpoint_url,
            verify=None if connection.ca_file is None else str(connection.ca_file),
            config=config,
        )

    def _call(self, request: S3Request) -> dict[str, Any]:
        parameters = dict(request.parameters)
        with _opened(request.source) as body:
            if body is not None:
                parameters["Body"] = body
            response: dict[str, Any] = getattr(self._client(), _method(request.action))(**parameters)
        received: StreamingBody | None = response.get("Body")
        if received is not None:
            with received:
                if request.target is None:
                    response["Body"] = received.read()
                else:
                    _write(received, request.target)
                    del response["Body"]
        return response

    def _sign_form(self, form: SignedForm) -> Form:
        fields = dict(form.fields)
        signed = self._client().generate_presigned_post(
            form.bucket,
            form.key,
            Fields=fields,
            Conditions=[*({name: value} for name, value in fields.items()), *form.conditions],
            ExpiresIn=form.seconds,
        )
        return Form(url=signed["url"], fields=signed["fields"])


class ThreadedS3Transport:
    """The blocking transport in threads of an event loop.

    botocore only blocks; a call takes milliseconds to minutes, so that handing it to a thread (some 0.05 ms) costs
    nothing, while another HTTP stack would have to sign, retry and stream all over again.
    """

    def __init__(self, aws: Aws) -> None:
        self._blocking = S3Transport(aws)
        self._threads = PerProcess(lambda: ThreadPoolExecutor(CONNECTIONS, thread_name_prefix="tierstore-s3"))

    async def carry_out(self, effect: Effect[Any], /) -> Any:
        """Answer the effect. A thread cannot be interrupted: cancellation takes effect once the call has ended."""
        call: Callable[[], Any] = lambda: self._blocking.carry_out(effect)  # noqa: E731
        future = asyncio.get_running_loop().run_in_executor(self._threads(), copy_context().run, call)
        try:
            return await asyncio.shield(future)
        except asyncio.CancelledError:
            await asyncio.gather(future, return_exceptions=True)
            raise

    async def close(self) -> None:
        """Wait for calls under way, and close the connections."""
        await asyncio.to_thread(self._threads().shutdown)
        self._threads.forget()
        self._blocking.close()


@contextmanager
def _translated(action: str, key: str | None) -> Iterator[None]:
    left = remaining()
    if left is not None and left <= 0:
        raise TimedOutError(f"S3 {action} was not sent: the deadline has passed")
    try:
        yield
    except (BotoCoreError, ClientError) as error:
        raise translate(error, action=action, key=key) from None


def _method(action: str) -> str:
    return str(xform_name(action))


def _opened(source: FileSlice | None) -> AbstractContextManager[Any]:
    if source is None:
        return nullcontext()
    # It can be rewound, which botocore needs to send a body again after a redirect.
    return ReadFileChunk.from_filename(str(source.path), source.offset, source.length)


def _write(received: StreamingBody, target: FileSlice) -> None:
    left = target.length
    # Buffered: a file that is not may take a part of a chunk, when the disk becomes full, and raise nothing.
    with target.path.open("r+b") as file:
        file.seek(target.offset)
        for chunk in received.iter_chunks(MEBIBYTE):
            left -= len(chunk)
            if left < 0:
                break
            file.write(chunk)
    if left != 0:
        raise UnavailableError(f"S3 answered with {target.length - left} bytes instead of {target.length}")
