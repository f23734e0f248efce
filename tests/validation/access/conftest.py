"""The personas of the deployed `local`, each with its role taken through STS."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any, Final, Protocol

import boto3
import pytest
from botocore.config import Config

from environments import Deployment, arns
from environments.declared import APPLICATIONS, OPERATIONS, OWNERS
from environments.redis_users import redis_users
from tests.support.deployed import Deployed
from tests.support.patience import wait_long_for_redis, wait_long_for_tables
from tests.validation.access.recording import Sent
from tests.validation.access.scenario import live
from tierstore import Storage
from tierstore.connection import Connection
from tierstore.core.context import utc_now
from tierstore.core.effects import Effect, InBackground, Once
from tierstore.core.flights import Flights
from tierstore.core.transports import Transports
from tierstore.dynamodb.repository import Repository
from tierstore.errors import UnavailableError
from tierstore.identifiers import new_ulid
from tierstore.redis.transport import RedisTransport
from validation.clients import Clients

ADMINISTRATOR: Final = "administrator"
"""A profile that may do anything."""
Credentials = Mapping[str, str]
ClientOf = Callable[[str, str], Any]
"""A client of a service, by persona."""


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets every tier take its time: a storage that turns from one to another sends other requests."""
    wait_long_for_tables(monkeypatch)
    wait_long_for_redis(monkeypatch)


@pytest.fixture(scope="session")
def deployment(deployed_local: Deployed) -> Deployment:
    return deployed_local.load()


@pytest.fixture(scope="session")
def user_id() -> str:
    """The user whose id is the owner's in every role that is bound to one."""
    return new_ulid()


@pytest.fixture(scope="session")
def roles(deployment: Deployment, clients: Clients, user_id: str) -> dict[str, Credentials]:
    """Credentials of each persona's role; a role that is lent is taken with those of its lender."""
    environment = deployment.environment
    taken: dict[str, Credentials] = {}
    for persona in sorted((*APPLICATIONS, *OPERATIONS), key=lambda name: name in OWNERS):
        lenders = environment.access.personas[persona].personas if persona in environment.access.personas else ()
        sts = client_with(deployment, "sts", taken[lenders[0]]) if lenders else sts_of(clients)
        tags = [{"Key": OWNERS[persona], "Value": user_id}] if persona in OWNERS else []
        answer = sts.assume_role(RoleArn=arns.role_arn(environment, persona), RoleSessionName="test", Tags=tags)
        taken[persona] = {
            "aws_access_key_id": answer["Credentials"]["AccessKeyId"],
            "aws_secret_access_key": answer["Credentials"]["SecretAccessKey"],
            "aws_session_token": answer["Credentials"]["SessionToken"],
        }
    return taken


def sts_of(clients: Clients) -> Any:
    sandbox = clients.sandbox
    assert sandbox is not None
    where: Any = {"endpoint_url": sandbox.endpoint, "verify": str(sandbox.ca_file)}
    return clients.session.client("sts", **where)


def client_with(deployment: Deployment, service: str, credentials: Credentials) -> Any:
    sandbox = deployment.sandbox
    assert sandbox is not None
    where: Any = {
        "region_name": sandbox.region,
        "endpoint_url": sandbox.endpoint,
        "verify": str(sandbox.ca_file),
        "config": Config(retries={"total_max_attempts": 1}),
        **credentials,
    }
    session: Any = boto3.Session()
    return session.client(service, **where)


@pytest.fixture(scope="session")
def client_of(deployment: Deployment, roles: dict[str, Credentials]) -> Iterator[ClientOf]:
    made: dict[tuple[str, str], Any] = {}

    def client(persona: str, service: str) -> Any:
        if (persona, service) not in made:
            made[persona, service] = client_with(deployment, service, roles[persona])
        return made[persona, service]

    yield client
    for each in made.values():
        each.close()


@pytest.fixture(scope="session")
def connection(deployment: Deployment, clients: Clients) -> Connection:
    """How an application connects, with the credentials still to be named by a profile."""
    sandbox = deployment.sandbox
    assert sandbox is not None
    name = deployment.environment.connection_parameter
    document = clients.ssm.get_parameter(Name=name)["Parameter"]["Value"]
    return replace(
        Connection.parse(document, variables={}),
        endpoint_url=sandbox.endpoint,
        ca_file=sandbox.redis.ca_file,
        redis_passwords_file=sandbox.redis.user_passwords_file,
    )


def acting_as(connection: Connection, profile: str) -> Connection:
    """With a persona's role and its user of Redis, where it has one; the administrator's may do anything there too."""
    known = {user.persona for user in redis_users()}
    persona = "data_protection" if profile == ADMINISTRATOR else profile
    user = user_name_of(connection, persona) if persona in known else "nobody"
    return replace(connection, profile=profile, redis=replace(connection.redis, user=user))


def user_name_of(connection: Connection, persona: str) -> str:
    prefix = connection.redis.user.removesuffix("app")
    return connection.redis.user if persona == "application" else prefix + persona.replace("_", "")


@pytest.fixture(scope="session")
def credentials_file(
    deployment: Deployment, roles: dict[str, Credentials], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A profile for each persona, and one for the administrator, who may do anything."""
    sandbox = deployment.sandbox
    assert sandbox is not None
    administrator = {"aws_access_key_id": sandbox.access_key_id, "aws_secret_access_key": sandbox.secret_access_key}
    file = tmp_path_factory.mktemp("credentials") / "credentials"
    file.write_text(
        "\n".join(
            f"[{name}]\n" + "\n".join(f"{key} = {value}" for key, value in credentials.items())
            for name, credentials in {ADMINISTRATOR: administrator, **roles}.items()
        )
    )
    return file


@pytest.fixture
def storage_of(
    connection: Connection, credentials_file: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[str], Storage]]:
    """A storage by profile, each with its own user of Redis."""
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(credentials_file))
    with ExitStack() as made:
        yield cache(lambda profile: made.enter_context(Storage(acting_as(connection, profile))))


@contextmanager
def in_two_days() -> Iterator[None]:
    """Let every storage think that two days have passed."""
    then = utc_now() + timedelta(days=2)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Repository, "now", property(lambda _: then))
        yield


@contextmanager
def without_redis() -> Iterator[None]:
    """Let no storage reach Redis."""

    def refuse(_transport: RedisTransport, _effect: Effect[Any]) -> Any:
        raise UnavailableError("Redis cannot be reached")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(RedisTransport, "carry_out", refuse)
        yield


class Live(Protocol):
    """Runs every operation by the storage that is chosen for its access pattern, telling its name before.

    `end` is called after each, before anything else happens.
    """

    def __call__(
        self,
        storage_for: Callable[[str], Storage],
        begin: Callable[[str], None],
        end: Callable[[], None] = lambda: None,
        /,
    ) -> None: ...


@pytest.fixture(scope="session")
def run(clients: Clients, connection: Connection, user_id: str, tmp_path_factory: pytest.TempPathFactory) -> Live:
    uploads = connection.buckets["uploads"]

    def store(key: str, content: bytes, content_type: str) -> None:
        clients.s3.put_object(
            Bucket=uploads.name,
            Key=key,
            Body=content,
            ContentType=content_type,
            ServerSideEncryption="aws:kms",
            SSEKMSKeyId=str(uploads.kms_key_arn),
        )

    def begin_parts(key: str) -> None:
        clients.s3.create_multipart_upload(
            Bucket=uploads.name, Key=key, ServerSideEncryption="aws:kms", SSEKMSKeyId=str(uploads.kms_key_arn)
        )

    def everything(
        storage_for: Callable[[str], Storage],
        begin: Callable[[str], None],
        end: Callable[[], None] = lambda: None,
        /,
    ) -> None:
        def do(name: str, *given: Any, **named: Any) -> Any:
            begin(name)
            group, _, operation = name.partition(".")
            try:
                return getattr(getattr(storage_for(name), group), operation)(*given, **named)
            finally:
                end()

        folder = tmp_path_factory.mktemp("files")
        live(do, user_id=user_id, folder=folder, store=store, begin=begin_parts, later=in_two_days, away=without_redis)

    return everything


@pytest.fixture(scope="session")
def sent(run: Live, connection: Connection, credentials_file: Path) -> list[Sent]:
    """Every request of every operation, carried out by somebody who may do anything.

    What an operation leaves to the background is its own: the next begins when that has ended.
    """
    recorded: list[Sent] = []
    in_background: list[Future[Any]] = []
    lock = threading.Lock()
    name = ""
    carry_out = Transports.carry_out

    def recording(transports: Transports[Any], effect: Effect[Any]) -> Any:
        with lock:
            recorded.append(Sent(pattern=name, effect=effect))
        return carry_out(transports, effect)

    def begin(pattern: str) -> None:
        nonlocal name
        name = pattern

    def end() -> None:
        wait(in_background)
        in_background.clear()

    with pytest.MonkeyPatch.context() as patch, ThreadPoolExecutor() as threads:

        def begin_in_background(flights: Flights, effect: InBackground) -> None:
            in_background.append(threads.submit(flights.once, Once(key=effect.key, plan=effect.plan)))

        # Made once for the whole run, so before the patience of any single test.
        wait_long_for_tables(patch)
        wait_long_for_redis(patch)
        patch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(credentials_file))
        patch.setattr(Transports, "carry_out", recording)
        patch.setattr(Flights, "begin", begin_in_background)
        with Storage(acting_as(connection, ADMINISTRATOR)) as storage:
            run(lambda _: storage, begin, end)
    return recorded
