"""An operation is a span, its requests are children of it in whatever thread or task, and errors leave no message."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF
from opentelemetry.trace import SpanKind, StatusCode

from tests.tierstore.dynamodb.conftest import CONNECTION
from tests.tierstore.observability.conftest import Things, Watched
from tierstore import Storage
from tierstore.core.operation import Sync
from tierstore.core.runners import SyncRunner
from tierstore.errors import InvalidError, UnavailableError
from tierstore.observability import tracing as module
from tierstore.observability.tracing import Tracing
from tierstore.observability.watcher import PlanWatcher

Spans = Callable[[], Sequence[ReadableSpan]]


@pytest.fixture
def provider() -> TracerProvider:
    return TracerProvider()


@pytest.fixture
def spans(provider: TracerProvider) -> Spans:
    """The spans that ended, in the order in which they began."""
    exporter = InMemorySpanExporter()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    return lambda: sorted(exporter.get_finished_spans(), key=lambda span: span.start_time or 0)


@pytest.fixture
def tracing(provider: TracerProvider) -> Tracing:
    return Tracing(provider.get_tracer("tierstore"), environment="dev")


def attributes(span: ReadableSpan) -> dict[str, Any]:
    return dict(span.attributes or {})


def is_child(span: ReadableSpan, parent: ReadableSpan) -> bool:
    return (
        span.parent is not None
        and parent.context is not None
        and (span.parent.span_id, span.parent.trace_id) == (parent.context.span_id, parent.context.trace_id)
    )


def test_an_operation_is_a_span_with_its_request_as_a_child(watched: Watched, spans: Spans) -> None:
    watched.call(lambda things: things.get())

    operation, request = spans()
    assert (operation.name, operation.kind) == ("things.get", SpanKind.INTERNAL)
    assert attributes(operation) == {"tierstore.operation": "things.get", "tierstore.environment": "dev"}
    assert (request.name, request.kind) == ("GetItem core", SpanKind.CLIENT)
    assert is_child(request, operation)
    assert operation.end_time is not None
    assert request.end_time is not None
    assert request.end_time <= operation.end_time


def test_a_request_to_dynamodb_has_the_conventions_attributes(watched: Watched, spans: Spans) -> None:
    watched.call(lambda things: things.get())

    assert attributes(spans()[1]) == {
        "db.system.name": "aws.dynamodb",
        "db.operation.name": "GetItem",
        "db.collection.name": "core",
        "aws.dynamodb.table_names": ("core",),
        "rpc.system": "aws-api",
        "rpc.service": "DynamoDB",
        "rpc.method": "GetItem",
        "tierstore.retry": False,
    }


def test_a_request_to_redis_has_the_conventions_attributes(watched: Watched, spans: Spans) -> None:
    watched.tiers.answers = [[b"1", b"2"]]

    watched.call(lambda things: things.many())

    assert attributes(spans()[1]) == {
        "db.system.name": "redis",
        "db.operation.name": "GET",
        "db.operation.batch.size": 2,
        "tierstore.retry": False,
    }


def test_every_retry_is_a_span(watched: Watched, spans: Spans) -> None:
    watched.tiers.answers = [UnavailableError("a secret message")]

    watched.call(lambda things: things.get())

    operation, first, second = spans()
    assert operation.status.status_code is StatusCode.UNSET
    assert (first.status.status_code, attributes(first)["error.type"]) == (StatusCode.ERROR, "unavailable")
    assert attributes(second)["tierstore.retry"] is True
    assert second.status.status_code is StatusCode.UNSET


def test_an_error_is_recorded_by_its_kind_alone(watched: Watched, spans: Spans) -> None:
    watched.tiers.answers = [InvalidError("a secret message")]

    with pytest.raises(InvalidError):
        watched.call(lambda things: things.get())

    operation = spans()[0]
    assert attributes(operation)["error.type"] == "invalid"
    assert operation.status.status_code is StatusCode.ERROR
    assert not any("secret" in span.to_json() for span in spans())


def test_what_else_happens_is_an_event_of_the_operations_span(watched: Watched, spans: Spans) -> None:
    watched.tiers.answers = [UnavailableError("gone")] * 3

    with pytest.raises(UnavailableError):
        watched.call(lambda things: things.get())

    told = [(event.name, dict(event.attributes or {})) for event in spans()[0].events]
    met = {
        "tierstore.tier": "dynamodb",
        "tierstore.dependency": "Redis node 10.0.0.1:6379",
        "tierstore.is_open": True,
    }
    exhausted = {"tierstore.operation": "things.get", "tierstore.tier": "dynamodb", "tierstore.limit": "attempts"}
    assert told == [
        ("tierstore.BreakerMet", met),
        ("tierstore.BreakerMet", met),
        ("tierstore.RetriesExhausted", exhausted),
    ]


@pytest.mark.parametrize("use", [lambda things: things.both(), lambda things: things.shared()])
def test_requests_in_other_threads_and_tasks_are_children_too(
    watched: Watched, spans: Spans, use: Callable[[Any], Any]
) -> None:
    watched.call(use)

    operation, *requests = spans()
    assert requests
    assert all(is_child(request, operation) for request in requests)


def test_a_request_that_another_thread_makes_at_the_same_time_is_a_child_too(tracing: Tracing, spans: Spans) -> None:
    both, threads = threading.Barrier(2, timeout=300), set()

    def carry_out(_: object) -> dict[str, Any]:
        both.wait()
        threads.add(threading.get_ident())
        return {}

    with ThreadPoolExecutor(1) as executor:
        watch = PlanWatcher(observe=None, tracing=tracing).watch
        things: Things[Sync] = Things(SyncRunner(carry_out, lambda: executor, watch=watch))
        things.both()

    operation, *requests = spans()
    assert len(threads) == len(requests) == 2
    assert all(is_child(request, operation) for request in requests)


def test_work_in_the_background_makes_no_spans(watched: Watched, spans: Spans) -> None:
    watched.call(lambda things: things.later())

    assert [span.name for span in spans()] == ["things.later"]
    assert len(watched.tiers.asked) == 1


def test_an_operation_is_a_child_of_the_applications_span(
    watched: Watched, spans: Spans, provider: TracerProvider
) -> None:
    with provider.get_tracer("application").start_as_current_span("handler") as handler:
        watched.call(lambda things: things.get())
        assert trace.get_current_span() is handler

    by_name = {span.name: span for span in spans()}
    assert is_child(by_name["things.get"], by_name["handler"])


@pytest.mark.parametrize("provider", [TracerProvider(sampler=ALWAYS_OFF)])
def test_a_trace_that_is_not_sampled_has_no_spans(watched: Watched, spans: Spans) -> None:
    watched.call(lambda things: things.get())

    assert spans() == []
    assert len(watched.events) == 2


def test_without_a_tracer_provider_there_is_no_tracing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trace, "_TRACER_PROVIDER", None)

    assert module.tracing("dev") is None
    assert Storage(CONNECTION).users.runner.watch is None


def test_a_storage_traces_by_the_applications_provider(
    monkeypatch: pytest.MonkeyPatch, provider: TracerProvider, spans: Spans
) -> None:
    monkeypatch.setattr(trace, "_TRACER_PROVIDER", provider)

    with pytest.raises(InvalidError):
        Storage(CONNECTION).users.create(email="", display_name="Ada")

    (span,) = spans()
    assert span.name == "users.create"
    assert attributes(span)["error.type"] == "invalid"
