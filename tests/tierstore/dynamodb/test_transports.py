"""Every transport does the same with the same server: ours, ours in asyncio, and boto3's."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from contextvars import copy_context
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from sandbox.certificates import CertificateFiles, ensure_authority, issue
from tests.tierstore.aws_json.server import (
    Server,
    answer,
    hang_up,
    reset,
    response,
    running_server,
    say_nothing,
    send,
)
from tests.tierstore.dynamodb.conftest import CONNECTION
from tierstore.aws import Aws
from tierstore.aws_json import asyncio_client, client
from tierstore.core.deadlines import deadline
from tierstore.dynamodb import boto3_transport
from tierstore.dynamodb.boto3_transport import Boto3Transport
from tierstore.dynamodb.effects import DynamoDBRequest, as_document
from tierstore.dynamodb.failures import ConditionFailedError, TransactionCanceledError
from tierstore.dynamodb.transport import AsyncDynamoDBTransport, DynamoDBTransport
from tierstore.errors import (
    AccessDeniedError,
    InvalidError,
    StorageError,
    ThrottledError,
    TimedOutError,
    UnavailableError,
)

ITEM = {"pk": {"S": "é"}, "picture": {"B": "AAECAw=="}, "set": {"BS": ["AA=="]}, "map": {"M": {"B": {"B": "AQ=="}}}}
GET = DynamoDBRequest(action="GetItem", document={"TableName": "t", "Key": {"pk": {"S": "a"}}}, decode=as_document)
PUT = DynamoDBRequest(action="PutItem", document={"TableName": "t", "Item": ITEM}, decode=as_document)

Call = Callable[[DynamoDBRequest[Any]], Any]


@pytest.fixture(autouse=True)
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "token")


@pytest.fixture
def server() -> Iterator[Server]:
    with running_server() as server:
        yield server


@pytest.fixture
def aws(server: Server) -> Aws:
    return Aws(replace(CONNECTION, endpoint_url=server.url))


@pytest.fixture
def short_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (client, asyncio_client, boto3_transport):
        monkeypatch.setattr(module, "READ_SECONDS", 0.3)


@pytest.fixture(params=["ours", "asyncio", "boto3"])
def call(request: pytest.FixtureRequest, aws: Aws) -> Iterator[Call]:
    if request.param == "asyncio":
        transport = AsyncDynamoDBTransport(aws)
        with asyncio.Runner() as runner:
            yield lambda asked: runner.run(_carry_out(transport, asked), context=copy_context())
            runner.run(transport.close())
    else:
        blocking = DynamoDBTransport(aws) if request.param == "ours" else Boto3Transport(aws)
        yield blocking.carry_out
        blocking.close()


async def _carry_out(transport: AsyncDynamoDBTransport, asked: DynamoDBRequest[Any]) -> Any:
    return await transport.carry_out(asked)


def failure(call: Call, asked: DynamoDBRequest[Any] = GET) -> StorageError:
    with pytest.raises(StorageError) as raised:
        call(asked)
    return raised.value


def test_a_request_is_sent_and_its_answer_comes_back(server: Server, call: Call) -> None:
    server.behaviours.append(answer({"Item": ITEM}))

    assert call(GET) == {"Item": ITEM}
    (received,) = server.received
    assert (received.action, received.document) == ("GetItem", GET.document)


def test_what_is_sent_arrives_as_it_was(server: Server, call: Call) -> None:
    call(PUT)

    assert server.received[0].document["Item"] == ITEM


def test_a_request_is_signed_with_the_credentials(server: Server, call: Call) -> None:
    call(GET)

    headers = server.received[0].headers
    assert headers["authorization"].startswith("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/")
    assert "/eu-central-1/dynamodb/aws4_request" in headers["authorization"]
    assert headers["x-amz-security-token"] == "token"


def test_an_answer_in_many_pieces_is_put_together(server: Server, call: Call) -> None:
    items = [{"n": {"N": str(number)}} for number in range(500)]
    server.behaviours.append(send(response(json.dumps({"Items": items}).encode()), in_pieces_of=1000))

    assert call(replace(GET, action="Query", document={"TableName": "t"})) == {"Items": items}


def test_requests_one_after_the_other_share_a_connection(server: Server, call: Call) -> None:
    for _ in range(5):
        call(GET)

    assert {received.connection for received in server.received} == {0}


def test_a_refusal_leaves_the_connection_usable(server: Server, call: Call) -> None:
    server.behaviours.append(answer({"__type": "x#ValidationException", "message": "no"}, status=400))

    assert isinstance(failure(call), InvalidError)
    call(GET)
    assert server.connections == 1


def test_a_connection_that_the_server_closed_in_between_is_not_used_again(server: Server, call: Call) -> None:
    call(GET)
    server.end_connections()

    assert call(GET) == {}
    assert server.connections == 2


def test_a_connection_that_the_server_announces_to_close_is_not_used_again(server: Server, call: Call) -> None:
    server.behaviours.append(answer({}, headers="Connection: close\r\n"))

    call(GET)
    call(GET)

    assert server.connections == 2


def test_a_failed_condition_carries_the_stored_item(server: Server, call: Call) -> None:
    document = {"__type": "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException", "Item": ITEM}
    server.behaviours.append(answer(document, status=400))

    problem = failure(call, PUT)

    assert isinstance(problem, ConditionFailedError)
    assert problem.item == ITEM


def test_a_cancelled_transaction_carries_its_reasons(server: Server, call: Call) -> None:
    reasons = [{"Code": "None"}, {"Code": "ConditionalCheckFailed", "Message": "no", "Item": ITEM}]
    document = {"__type": "x#TransactionCanceledException", "message": "m", "CancellationReasons": reasons}
    server.behaviours.append(answer(document, status=400))

    problem = failure(call)

    assert isinstance(problem, TransactionCanceledError)
    assert [(reason.code, reason.item) for reason in problem.reasons] == [
        ("None", None),
        ("ConditionalCheckFailed", ITEM),
    ]


@pytest.mark.parametrize(
    ("code", "status", "expected", "in_doubt"),
    [
        ("ProvisionedThroughputExceededException", 400, ThrottledError, False),
        ("AccessDeniedException", 400, AccessDeniedError, False),
        ("InternalServerError", 500, UnavailableError, True),
    ],
)
def test_a_refusal_is_the_same_error_through_every_transport(
    server: Server, call: Call, code: str, status: int, expected: type[StorageError], *, in_doubt: bool
) -> None:
    server.behaviours.append(answer({"__type": f"x#{code}", "message": "because"}, status=status))

    problem = failure(call)

    assert (type(problem), problem.in_doubt) == (expected, in_doubt)
    assert "because" in str(problem)


def test_a_gateways_error_page_counts_by_its_status(server: Server, call: Call) -> None:
    server.behaviours.append(send(response(b"<html>Bad Gateway</html>", status=502)))

    problem = failure(call)

    assert (type(problem), problem.in_doubt) == (UnavailableError, True)


@pytest.mark.parametrize(
    "behaviour",
    [
        hang_up(),
        reset(),
        hang_up(after=b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"),
        reset(after=b"HTTP/1.1 200 OK\r\nConte"),
    ],
    ids=["closed", "reset", "closed within the answer", "reset within the answer"],
)
def test_a_connection_that_breaks_leaves_the_request_in_doubt(
    server: Server, call: Call, behaviour: Callable[[socket.socket], None]
) -> None:
    server.behaviours.append(behaviour)

    problem = failure(call)

    assert (type(problem), problem.in_doubt) == (UnavailableError, True)
    assert call(GET) == {}


@pytest.mark.usefixtures("short_patience")
def test_a_server_that_says_nothing_is_given_up_and_the_request_is_in_doubt(server: Server, call: Call) -> None:
    # Over a connection that stands: no time is lost before the request is sent.
    call(GET)
    released = threading.Event()
    server.behaviours.append(say_nothing(released))

    problem = failure(call)

    released.set()
    assert (type(problem), problem.in_doubt) == (TimedOutError, True)


def test_a_server_that_is_not_there_leaves_no_doubt(call: Call, server: Server) -> None:
    call(GET)
    server.end_connections()
    # Nobody listens on a port that is bound and no more, nor can anybody take it.
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        transport = DynamoDBTransport(Aws(replace(CONNECTION, endpoint_url=f"http://127.0.0.1:{port}")))

        problem = failure(transport.carry_out)

    assert (type(problem), problem.in_doubt) == (UnavailableError, False)


def test_after_the_deadline_nothing_is_sent(server: Server, call: Call) -> None:
    with deadline(-1):
        problem = failure(call)

    assert (type(problem), problem.in_doubt) == (TimedOutError, False)
    assert server.received == []


OURS = pytest.mark.parametrize("call", ["ours", "asyncio"], indirect=True)


@OURS
def test_text_that_utf_8_does_not_have_is_refused(server: Server, call: Call) -> None:
    document = {"TableName": "t", "Key": {"pk": {"S": "\ud800"}}}

    assert isinstance(failure(call, replace(GET, document=document)), InvalidError)
    assert server.received == []


@OURS
def test_an_answer_that_is_no_json_is_in_doubt(server: Server, call: Call) -> None:
    server.behaviours.append(send(response(b'{"Item": ')))

    problem = failure(call)

    assert (type(problem), problem.in_doubt) == (UnavailableError, True)


@OURS
def test_an_answer_whose_checksum_differs_is_in_doubt(server: Server, call: Call) -> None:
    server.behaviours.append(send(response(b"{}", checksum=1)))

    problem = failure(call)

    assert (type(problem), problem.in_doubt) == (UnavailableError, True)


@OURS
def test_a_deadline_cuts_an_attempt_short(server: Server, call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    # Until the attempt begins, no time passes.
    monkeypatch.setattr("tierstore.core.deadlines.time", SimpleNamespace(monotonic=lambda: 0.0))
    call(GET)
    released = threading.Event()
    server.behaviours.append(say_nothing(released))

    with deadline(0.2):
        problem = failure(call)

    released.set()
    assert (type(problem), problem.in_doubt) == (TimedOutError, True)


@OURS
def test_a_connection_that_stood_idle_for_long_is_not_used_again(
    server: Server, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    call(GET)
    for module in ("sockets", "asyncio_client"):
        monkeypatch.setattr(f"tierstore.aws_json.{module}.MAXIMUM_IDLE_SECONDS", 0)

    call(GET)

    assert server.connections == 2


@pytest.mark.parametrize("make", [DynamoDBTransport, Boto3Transport])
def test_many_threads_share_a_transport(server: Server, aws: Aws, make: Callable[[Aws], Any]) -> None:
    transport = make(aws)

    with ThreadPoolExecutor(max_workers=20) as executor:
        answers = list(executor.map(lambda _: transport.carry_out(GET), range(200)))

    assert answers == [{}] * 200
    assert server.connections <= 20
    transport.close()


@pytest.mark.parametrize("make", [DynamoDBTransport, Boto3Transport])
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_forked_child_does_not_touch_its_parents_connections(
    server: Server, aws: Aws, make: Callable[[Aws], Any]
) -> None:
    transport = make(aws)
    transport.carry_out(GET)

    child = os.fork()
    if child == 0:
        os._exit(0 if transport.carry_out(GET) == {} else 1)
    _, status = os.waitpid(child, 0)
    transport.carry_out(GET)

    assert os.waitstatus_to_exitcode(status) == 0
    assert [received.connection for received in server.received] == [0, 1, 0]
    transport.close()


def test_more_requests_than_connections_wait_for_each_other(
    server: Server, aws: Aws, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tierstore.aws_json.sockets.MAXIMUM_CONNECTIONS", 3)
    monkeypatch.setattr("tierstore.aws_json.asyncio_client.MAXIMUM_CONNECTIONS", 3)
    blocking, waiting = DynamoDBTransport(aws), AsyncDynamoDBTransport(aws)

    with ThreadPoolExecutor(max_workers=10) as executor:
        list(executor.map(lambda _: blocking.carry_out(GET), range(50)))
    blocking.close()
    assert server.connections <= 3

    async def ask_often() -> None:
        await asyncio.gather(*(waiting.carry_out(GET) for _ in range(50)))
        await waiting.close()

    asyncio.run(ask_often())
    assert server.connections <= 6


def test_a_request_that_gets_no_connection_in_time_was_not_sent(
    server: Server, aws: Aws, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tierstore.aws_json.sockets.MAXIMUM_CONNECTIONS", 1)
    monkeypatch.setattr(client, "READ_SECONDS", 60)
    transport = DynamoDBTransport(aws)
    released = threading.Event()
    server.behaviours.append(say_nothing(released))

    with ThreadPoolExecutor() as executor:
        executor.submit(transport.carry_out, GET)
        while not server.received:
            released.wait(0.01)
        with deadline(0.1):
            problem = failure(transport.carry_out)
        released.set()
        server.end_connections()

    assert (type(problem), problem.in_doubt) == (TimedOutError, False)


def test_a_task_that_is_cancelled_leaves_no_half_read_connection_behind(server: Server, aws: Aws) -> None:
    released = threading.Event()
    server.behaviours += [say_nothing(released), answer({"Item": ITEM})]

    async def cancel_and_ask_again() -> Any:
        transport = AsyncDynamoDBTransport(aws)
        task = asyncio.create_task(transport.carry_out(GET))
        while not server.received:
            await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        released.set()
        found = await transport.carry_out(GET)
        await transport.close()
        return found

    assert asyncio.run(cancel_and_ask_again()) == {"Item": ITEM}
    assert server.connections == 2


def test_one_transport_serves_several_event_loops(aws: Aws) -> None:
    transport = AsyncDynamoDBTransport(aws)

    async def ask() -> Any:
        found = await transport.carry_out(GET)
        await transport.close()
        return found

    assert [asyncio.run(ask()) for _ in range(3)] == [{}] * 3


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> CertificateFiles:
    return ensure_authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def secure_server(authority: CertificateFiles, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Server]:
    files = CertificateFiles(certificate=tmp_path / "server.pem", key=tmp_path / "server.key")
    issue(authority, files, hosts=[request.param])
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(files.certificate, files.key)
    with running_server(tls) as server:
        yield server


def ask_securely(make: Callable[[Aws], Any], server: Server, ca_file: Path | None, *, times: int = 1) -> Any:
    endpoint = f"https://127.0.0.1:{server.port}"
    transport = make(Aws(replace(CONNECTION, endpoint_url=endpoint, ca_file=ca_file)))
    if isinstance(transport, AsyncDynamoDBTransport):
        return asyncio.run(_ask_and_close(transport, times))
    with closing(transport):
        return [transport.carry_out(GET) for _ in range(times)][-1]


async def _ask_and_close(transport: AsyncDynamoDBTransport, times: int) -> Any:
    try:
        return [await transport.carry_out(GET) for _ in range(times)][-1]
    finally:
        await transport.close()


TRANSPORTS = pytest.mark.parametrize("make", [DynamoDBTransport, AsyncDynamoDBTransport, Boto3Transport])


@TRANSPORTS
@pytest.mark.parametrize("secure_server", ["127.0.0.1"], indirect=True)
def test_a_server_with_a_trusted_certificate_is_asked(
    secure_server: Server, authority: CertificateFiles, make: Callable[[Aws], Any]
) -> None:
    assert ask_securely(make, secure_server, authority.certificate) == {}


@TRANSPORTS
@pytest.mark.parametrize("secure_server", ["127.0.0.1"], indirect=True)
def test_requests_share_a_secure_connection(
    secure_server: Server, authority: CertificateFiles, make: Callable[[Aws], Any]
) -> None:
    ask_securely(make, secure_server, authority.certificate, times=5)

    assert (len(secure_server.received), secure_server.connections) == (5, 1)


@TRANSPORTS
@pytest.mark.parametrize("secure_server", ["127.0.0.1"], indirect=True)
def test_a_server_that_nobody_vouches_for_is_sent_nothing(secure_server: Server, make: Callable[[Aws], Any]) -> None:
    with pytest.raises(UnavailableError, match=r"(?i)certificate verify failed|hostname"):
        ask_securely(make, secure_server, None)

    assert secure_server.received == []


@TRANSPORTS
@pytest.mark.parametrize("secure_server", ["127.0.0.2"], indirect=True)
def test_a_server_with_the_certificate_of_another_host_is_sent_nothing(
    secure_server: Server, authority: CertificateFiles, make: Callable[[Aws], Any]
) -> None:
    with pytest.raises(UnavailableError, match=r"(?i)certificate verify failed|hostname"):
        ask_securely(make, secure_server, authority.certificate)

    assert secure_server.received == []
