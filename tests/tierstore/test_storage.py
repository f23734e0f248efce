"""One storage holds every operation, blocking, awaitable or only explained; it costs nothing before it is used."""

from __future__ import annotations

import inspect
import json
import subprocess
import sys
from collections.abc import Iterator

import pytest

import tierstore
from tests.tierstore.aws_json.server import Server, answer, running_server
from tests.tierstore.dynamodb.conftest import CONNECTION
from tests.tierstore.test_connection import DOCUMENT
from tierstore import AsyncStorage, Storage
from tierstore.core.operation import Group, operation
from tierstore.core.pages import paged
from tierstore.dynamodb.effects import DynamoDBRequest
from tierstore.errors import AccessDeniedError, InvalidError, NotFoundError, UnavailableError
from tierstore.model import DATA_MODEL
from tierstore.model.users import User
from tierstore.observability.events import Event, OperationEnded
from tierstore.observability.metrics import ErrorKind


def test_importing_the_library_imports_no_client_of_any_service() -> None:
    script = (
        "import sys, tierstore; from tierstore import Storage, AsyncStorage; import tierstore.api.users; "
        "print([name for name in ('boto3', 'botocore', 'redis', 'urllib3', 'opentelemetry') if name in sys.modules])"
    )

    printed = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout

    assert printed.strip() == "[]"


def test_the_package_names_what_applications_need() -> None:
    assert all(getattr(tierstore, name) is not None for name in tierstore.__all__)
    with pytest.raises(AttributeError, match="module 'tierstore' has no attribute 'Storrage'"):
        _ = tierstore.Storrage
    assert set(tierstore.__all__) <= set(dir(tierstore))


def test_help_tells_what_an_operation_takes_and_returns() -> None:
    storage = Storage(CONNECTION)

    assert str(inspect.signature(storage.sessions.get)) == "(secret: 'str') -> 'Session | None'"
    assert str(inspect.signature(storage.users.by_status)) == (
        "(status: 'UserStatus', *, limit: 'int' = 20, cursor: 'str | None' = None) -> 'Page[User]'"
    )


def test_help_shows_nothing_of_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_PASSWORD", "hushhush")

    shown = subprocess.run(
        [sys.executable, "-c", "import tierstore; help(tierstore)"], capture_output=True, text=True, check=True
    ).stdout

    assert "class Connection" in shown
    assert "hushhush" not in shown


def test_every_declared_pattern_has_one_operation_and_every_operation_is_declared() -> None:
    operations = [
        f"{group}.{name}"
        for group, held in vars(Storage(CONNECTION)).items()
        if isinstance(held, Group)
        for name, part in vars(type(held)).items()
        if isinstance(part, operation | paged)
    ]

    assert sorted(operations) == sorted(pattern.name for pattern in DATA_MODEL.patterns)


def test_every_operation_is_observed_by_the_name_of_its_pattern() -> None:
    names: list[str] = []

    def observe(event: Event) -> None:
        assert isinstance(event, OperationEnded)
        names.append(event.operation)

    storage = Storage(CONNECTION, observe=observe)
    for pattern in DATA_MODEL.patterns:
        group, _, method = pattern.name.partition(".")
        with pytest.raises(TypeError):
            getattr(getattr(storage, group), method)(no_such_argument=1)

    assert names == [pattern.name for pattern in DATA_MODEL.patterns]


def test_a_back_fill_is_observed_too() -> None:
    events: list[Event] = []

    with pytest.raises(InvalidError, match="no migrations"):
        Storage(CONNECTION, observe=events.append).backfill(User)

    (ended,) = events
    assert isinstance(ended, OperationEnded)
    assert (ended.operation, ended.error) == ("backfill", ErrorKind.INVALID)


def test_a_storage_that_nobody_observes_is_not_watched() -> None:
    assert Storage(CONNECTION).users.runner.watch is None
    assert AsyncStorage(CONNECTION).users.runner.watch is None
    assert Storage(CONNECTION, observe=print).explain.users.runner.watch is None


def test_explaining_shows_the_one_request_that_the_declaration_promises() -> None:
    storage = Storage(CONNECTION)

    requests = storage.explain.users.get("ada")

    (request,) = requests
    assert isinstance(request, DynamoDBRequest)
    assert (request.action, request.document) == (
        "GetItem",
        {
            "TableName": "test-core",
            "Key": {"pk": {"S": "USER#ada"}, "sk": {"S": "USER#PROFILE"}},
            "ConsistentRead": False,
        },
    )


def test_explaining_a_sharded_list_shows_a_request_for_every_shard() -> None:
    requests = AsyncStorage(CONNECTION).explain.users.by_status("active", limit=5)

    partitions = [
        request.document["ExpressionAttributeValues"][":0"]["S"]
        for request in requests
        if isinstance(request, DynamoDBRequest)
    ]
    assert partitions == [f"USER_STATUS#active#{shard}" for shard in range(8)]


def test_a_storage_that_did_nothing_has_nothing_to_close() -> None:
    with Storage(CONNECTION) as storage:
        pass

    assert storage._transports.made == ()


@pytest.fixture
def ssm(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    with running_server() as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL", server.url)
        yield server


def test_an_environment_is_found_by_its_parameter(ssm: Server) -> None:
    ssm.behaviours.append(answer({"Parameter": {"Value": json.dumps(DOCUMENT)}}))

    Storage.connect("dev")

    (received,) = ssm.received
    assert (received.headers["x-amz-target"], received.document) == (
        "AmazonSSM.GetParameter",
        {"Name": "/tierstore/dev/connection"},
    )


def test_a_failing_service_is_asked_again(ssm: Server) -> None:
    ssm.behaviours += [
        answer({"__type": "InternalServerError"}, status=500),
        answer({"Parameter": {"Value": json.dumps(DOCUMENT)}}),
    ]

    Storage.connect("dev", prefix="shop")

    assert [received.document["Name"] for received in ssm.received] == ["/shop/dev/connection"] * 2


def test_an_environment_that_is_not_deployed_is_named(ssm: Server) -> None:
    ssm.behaviours.append(answer({"__type": "ParameterNotFound"}, status=400))

    with pytest.raises(NotFoundError, match="environment 'dev' is not deployed in eu-central-1: SSM has no parameter"):
        Storage.connect("dev")


def test_credentials_that_may_not_read_it_are_refused(ssm: Server) -> None:
    ssm.behaviours.append(answer({"__type": "AccessDeniedException", "message": "no"}, status=400))

    with pytest.raises(AccessDeniedError):
        Storage.connect("dev")


def test_without_a_region_the_error_tells_how_to_set_one() -> None:
    with pytest.raises(InvalidError, match="no AWS region is set; give `region`, or set AWS_REGION"):
        Storage.connect("dev")


@pytest.mark.usefixtures("ssm")
def test_a_closed_storage_may_be_used_again() -> None:
    connection = tierstore.Connection.parse(json.dumps(DOCUMENT))
    storage = Storage(connection)
    for _ in range(2):
        assert storage.state.get("app", "setting") is None
        storage.close()


def test_a_service_that_is_away_is_an_error_of_the_library(ssm: Server) -> None:
    ssm.behaviours += [answer({}, status=503)] * 5

    with pytest.raises(UnavailableError):
        Storage.connect("dev")
