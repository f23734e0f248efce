"""Spans of OpenTelemetry, where the application has it installed and set up; never a dependency of the library.

Attributes follow OpenTelemetry's semantic conventions for database client spans, and hold no key, value or message.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from opentelemetry import trace
from opentelemetry.trace import ProxyTracerProvider, Span, SpanKind, Status, StatusCode, Tracer
from opentelemetry.util.types import AttributeValue

from tierstore.observability.events import Event, OperationEnded, RequestEnded
from tierstore.observability.metrics import ErrorKind, Tier

_SYSTEMS: Final[Mapping[Tier, Mapping[str, str]]] = {
    Tier.DYNAMODB: {"db.system.name": "aws.dynamodb", "rpc.system": "aws-api", "rpc.service": "DynamoDB"},
    Tier.S3: {"rpc.system": "aws-api", "rpc.service": "S3"},
    Tier.REDIS: {"db.system.name": "redis"},
}
_NANOSECONDS: Final = 1_000_000_000


class Tracing:
    """Makes a span of every operation, and of every request a child of it."""

    def __init__(self, tracer: Tracer, *, environment: str) -> None:
        self._tracer = tracer
        self._environment = environment

    @contextmanager
    def operation(self, name: str) -> Iterator[Span]:
        """The span of an operation, current while it lasts, in its threads and tasks too."""
        attributes = {"tierstore.operation": name, "tierstore.environment": self._environment}
        with self._tracer.start_as_current_span(
            name, attributes=attributes, record_exception=False, set_status_on_exception=False
        ) as span:
            yield span

    def add(self, event: Event) -> None:
        """Add what happened to the current operation's span; work in the background has none, and is not traced."""
        span = trace.get_current_span()
        if not span.is_recording():
            return
        match event:
            case OperationEnded():
                _note(span, event.error)
            case RequestEnded():
                self._add_request(event)
            case _:
                span.add_event(f"tierstore.{type(event).__name__}", _attributes(event))

    def _add_request(self, event: RequestEnded) -> None:
        name = " ".join((event.request, *event.targets[:1]))
        span = self._tracer.start_span(
            name, kind=SpanKind.CLIENT, attributes=_request_attributes(event), start_time=event.began_at
        )
        _note(span, event.error)
        span.end(end_time=event.began_at + round(event.seconds * _NANOSECONDS))


def tracing(environment: str) -> Tracing | None:
    """Spans by the application's tracer provider; None where it has set none, so that nothing is spent on them."""
    if isinstance(trace.get_tracer_provider(), ProxyTracerProvider):
        return None
    return Tracing(trace.get_tracer("tierstore"), environment=environment)


def _request_attributes(event: RequestEnded) -> dict[str, AttributeValue]:
    attributes: dict[str, AttributeValue] = {**_SYSTEMS[event.tier], "tierstore.retry": event.is_retry}
    match event.tier:
        case Tier.S3:
            attributes |= {"rpc.method": event.request, "aws.s3.bucket": event.targets[0]}
        case Tier.DYNAMODB:
            attributes |= {
                "rpc.method": event.request,
                "db.operation.name": event.request,
                "aws.dynamodb.table_names": event.targets,
            }
            if len(event.targets) == 1:
                attributes["db.collection.name"] = event.targets[0]
        case _:
            attributes["db.operation.name"] = event.request
    if event.size > 1:
        attributes["db.operation.batch.size"] = event.size
    return attributes


def _note(span: Span, error: ErrorKind | None) -> None:
    if error is not None and error is not ErrorKind.CANCELLED:
        span.set_attribute("error.type", error)
        span.set_status(Status(StatusCode.ERROR))


def _attributes(event: Any) -> dict[str, AttributeValue]:
    return {f"tierstore.{name}": getattr(event, name) for name in event.__struct_fields__}
