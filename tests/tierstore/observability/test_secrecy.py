"""Whatever is done and whatever fails, nothing that is told holds a sensitive value, a secret or a cursor."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from tests.tierstore.dynamodb.conftest import World
from tierstore.cache.entity_cache import EntityCache
from tierstore.cache.repository import CachedRepository
from tierstore.core.effects import Effect
from tierstore.core.retries import Backoff, RetryBudget, RetryPolicy
from tierstore.core.runners import SyncRunner
from tierstore.dynamodb.effects import DynamoDBRequest
from tierstore.errors import (
    AccessDeniedError,
    CorruptError,
    InvalidError,
    NotFoundError,
    StorageError,
    ThrottledError,
    TimedOutError,
    UnavailableError,
)
from tierstore.observability.emf import EmfMetrics
from tierstore.observability.events import Event
from tierstore.observability.logs import JsonFormatter, log_event
from tierstore.observability.tracing import Tracing
from tierstore.observability.watcher import PlanWatcher
from tierstore.redis.effects import RedisBatch, RedisRequest, RedisValues, same_answer
from tierstore.s3.effects import Form, S3Request, SignedForm, SignedUrl
from tierstore.storage import Operations

MARK: Final = "hushhush"
"""Is part of every sensitive value that the test gives."""
EMAIL: Final = f"{MARK}@example.org"
SHA256: Final = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="


@dataclass
class Told:
    """Everything that anybody could read."""

    texts: list[str] = field(default_factory=list)
    secrets: set[str] = field(default_factory=lambda: {MARK})
    """What must not be in there."""

    def leaks(self) -> list[str]:
        return [text for text in self.texts if any(secret.lower() in text.lower() for secret in self.secrets)]


@dataclass
class Application:
    """Operations over tables that work, a Redis that is out of reach, and a bucket; faults come as they are given."""

    world: World
    told: Told
    faults: list[StorageError | None] = field(default_factory=list)
    storage: Operations[Any] = field(init=False)

    def carry_out(self, effect: Effect[Any]) -> Any:
        fault = self.faults.pop(0) if self.faults else None
        if fault is not None and isinstance(effect, DynamoDBRequest | S3Request):
            raise fault
        match effect:
            case DynamoDBRequest():
                return self.world.carry_out(effect)
            case RedisBatch() | RedisValues():
                return same_answer(effect, UnavailableError("Redis is out of reach"))
            case RedisRequest():
                raise UnavailableError("Redis is out of reach")
            case SignedUrl():
                return f"https://bucket/{effect.parameters['Key']}?signature={MARK}"
            case SignedForm():
                return Form(url="https://bucket", fields={"signature": MARK})
        raise NotFoundError("S3 HeadObject: there is no such object")

    def note(self, shown: object) -> None:
        """Take that somebody may look at this, or log it."""
        self.told.texts += [str(shown), repr(shown)]

    def do(self, use: Callable[[Application], object]) -> None:
        try:
            self.note(use(self))
        except (StorageError, ValueError) as error:
            self.note(error)
            logging.getLogger("application").exception("failed")


@contextmanager
def observed(world: World) -> Iterator[Application]:
    """An application whose every observer is at work."""
    told = Told()
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    backoff = Backoff(attempts=2, base_seconds=0, cap_seconds=0)
    retries = RetryPolicy(failed=backoff, throttled=backoff, budget=RetryBudget(), random=world.context.random)
    application = Application(world, told)
    with (
        EmfMetrics("test", write=told.texts.append, seconds=3600) as metrics,
        ThreadPoolExecutor(1) as threads,
        recorded(told.texts),
    ):

        def observe(event: Event) -> None:
            told.texts.append(repr(event))
            metrics(event)
            log_event(event)

        watcher = PlanWatcher(observe=observe, tracing=Tracing(provider.get_tracer("t"), environment="test"))
        runner = SyncRunner(application.carry_out, lambda: threads, watch=watcher.watch)
        cache = EntityCache(world.context)
        application.storage = Operations(runner, world.context, CachedRepository(world.context, retries, cache), cache)
        yield application
    told.texts += [span.to_json() for span in exporter.get_finished_spans()]


@contextmanager
def recorded(texts: list[str]) -> Iterator[None]:
    """Every record of the library and the application, formatted as a line and as its members."""

    class Handler(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            texts.extend([JsonFormatter().format(record), repr(vars(record))])

    handler, loggers = Handler(), [logging.getLogger(name) for name in ("tierstore", "application")]
    for logger in loggers:
        logger.addHandler(handler)
        logger.setLevel(logging.DEBUG)
    yield
    for logger in loggers:
        logger.removeHandler(handler)
        logger.setLevel(logging.NOTSET)


def create(app: Application) -> object:
    return app.storage.users.create(email=EMAIL, display_name="Ada")


def create_wrongly(app: Application) -> object:
    return app.storage.users.create(email=MARK.encode(), display_name="Ada")


def change_email(app: Application) -> object:
    other = app.storage.users.create(email=f"2-{EMAIL}", display_name="Grace")
    return app.storage.users.change_email(other, EMAIL)


def find(app: Application) -> object:
    return app.storage.users.by_email(EMAIL)


def many_pages(app: Application) -> object:
    for number in range(2):
        app.storage.users.create(email=f"{number}.{MARK}@example.org", display_name="Ada")
    page = app.storage.users.by_status("active", limit=1)
    if page.cursor:
        app.told.secrets.add(page.cursor)
        app.note(app.storage.users.by_status("active", limit=1, cursor=page.cursor))
        app.do(lambda app: app.storage.users.by_status("closed", limit=1, cursor=page.cursor))
    return page


def sign_in(app: Application) -> object:
    signed_in = app.storage.sessions.start("ada", data={"basket": MARK})
    app.told.secrets |= {signed_in.secret, signed_in.session.id}
    app.note(app.storage.sessions.get(signed_in.secret))
    return signed_in


def sign_in_again(app: Application) -> object:
    return app.storage.sessions.update(MARK, basket=MARK)


def upload(app: Application) -> object:
    registration = app.storage.uploads.register(
        user_id="ada", file_name=f"{MARK}.pdf", content_type="application/pdf", size_bytes=1, checksum_sha256=SHA256
    )
    app.do(lambda app: app.storage.uploads.complete(user_id="ada", upload_id=registration.upload.id))
    return registration


def upload_wrongly(app: Application) -> object:
    return app.storage.uploads.register(
        user_id="ada", file_name=f"{MARK}.exe", content_type="text/nothing", size_bytes=1, checksum_sha256=SHA256
    )


def take_effect_once(app: Application) -> object:
    record = app.storage.idempotency.begin("handler", "request 1", payload_hash="h")
    app.do(lambda app: app.storage.idempotency.begin("handler", "request 1", payload_hash="other"))
    return app.storage.idempotency.complete(record, {"paid by": MARK})


USES: Final = (
    create,
    create_wrongly,
    change_email,
    find,
    many_pages,
    sign_in,
    sign_in_again,
    upload,
    upload_wrongly,
    take_effect_once,
)
FAULTS: Final = (
    ThrottledError("slow down"),
    UnavailableError("gone", in_doubt=True),
    TimedOutError("too slow"),
    AccessDeniedError("no"),
    InvalidError("nonsense"),
    CorruptError("garbage"),
)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    uses=st.lists(st.sampled_from(USES), min_size=1, max_size=4),
    faults=st.lists(st.none() | st.sampled_from(FAULTS), max_size=12),
)
def test_nothing_that_is_told_holds_a_secret(
    world: World, uses: list[Callable[[Application], object]], faults: list[StorageError | None]
) -> None:
    with observed(world) as application:
        application.faults = list(faults)
        for use in uses:
            application.do(use)

    assert len(application.told.texts) > 4 * len(uses)
    assert application.told.leaks() == []


@pytest.mark.parametrize("use", USES)
def test_what_is_done_without_faults_is_told_without_secrets(
    world: World, use: Callable[[Application], object]
) -> None:
    with observed(world) as application:
        application.do(use)
        application.do(use)

    assert application.told.leaks() == []


def test_a_secret_that_was_told_would_be_found(world: World) -> None:
    with observed(world) as application:
        logging.getLogger("application").info("who is it?", extra={"email": EMAIL})

    assert len(application.told.leaks()) == 2
