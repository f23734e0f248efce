"""Lines are what CloudWatch takes, hold every value once, and are written beside the operations, never within."""

from __future__ import annotations

import io
import json
import os
import sys
import threading
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tierstore.observability.emf_schema import MAXIMUM_BYTES, SCHEMA
from tests.tierstore.observability.events import EVENTS, OPERATION, added, failed, request
from tierstore.observability import emf, metrics
from tierstore.observability.emf import EmfMetrics, lines
from tierstore.observability.events import Event
from tierstore.observability.metrics import METRICS, ErrorKind, Metric, Tier
from tierstore.observability.totals import Series, Values

VALID = jsonschema.Draft202012Validator(SCHEMA)
MOMENT = 1_795_000_000_000
BY_NAME = {metric.name: metric for metric in METRICS}


def documents(series: Series, values: Values) -> list[dict[str, Any]]:
    return [json.loads(line) for line in lines("dev", series, values, milliseconds=MOMENT)]


@pytest.fixture
def written() -> list[str]:
    return []


@pytest.fixture
def metrics_of_dev(written: list[str]) -> Iterator[EmfMetrics]:
    with EmfMetrics("dev", write=written.append, seconds=3600) as given_to_storage:
        yield given_to_storage


@given(st.lists(EVENTS, max_size=20))
def test_every_line_is_in_the_format_that_cloudwatch_specifies(events: list[Event]) -> None:
    for series, values in added(*events).items():
        for line in lines("dev", series, values, milliseconds=MOMENT):
            document = json.loads(line)
            VALID.validate(document)
            assert "\n" not in line
            assert len(line.encode()) < MAXIMUM_BYTES
            for directive in document["_aws"]["CloudWatchMetrics"]:
                for dimensions in directive["Dimensions"]:
                    assert all(isinstance(document[dimension], str) for dimension in dimensions)
                for definition in directive["Metrics"]:
                    assert definition["Unit"] == BY_NAME[definition["Name"]].unit
                    assert definition["Name"] in document


def test_the_schema_refuses_what_cloudwatch_would() -> None:
    (document,) = documents(Series(Tier.ALL, "users.get"), {metrics.LATENCY: [1.0]})

    for change in ({"Latency": list(range(101))}, {"Latency": {"Max": 1}}, {"_aws": {"Timestamp": MOMENT}}):
        assert not VALID.is_valid({**document, **change})


def test_a_line_has_its_rollup_by_tier_and_what_is_published_by_operation() -> None:
    ((series, values),) = added(OPERATION, failed(ErrorKind.CONFLICT)).items()

    (document,) = documents(series, values)

    assert (document["Environment"], document["Tier"], document["Operation"]) == ("dev", "all", "users.get")
    by_tier, by_operation = document["_aws"]["CloudWatchMetrics"]
    assert by_tier["Namespace"] == by_operation["Namespace"] == "Tierstore"
    assert by_tier["Dimensions"] == [["Environment", "Tier"]]
    assert by_operation["Dimensions"] == [["Environment", "Tier", "Operation"]]
    assert {each["Name"] for each in by_tier["Metrics"]} == {"Latency", "Calls", "Errors", "Faults", "ConflictErrors"}
    assert {each["Name"] for each in by_operation["Metrics"]} == {"Latency", "Calls", "Errors", "Faults"}
    assert document["Latency"] == [12.5, 500.0]


def test_what_belongs_to_the_process_has_no_operation() -> None:
    (document,) = documents(Series(Tier.REDIS, None), {metrics.BREAKER_OPEN: 1})

    assert "Operation" not in document
    (directive,) = document["_aws"]["CloudWatchMetrics"]
    assert directive["Dimensions"] == [["Environment", "Tier"]]
    assert document["BreakerOpen"] == 1


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=250), st.integers(0, 1000))
def test_values_beyond_a_lines_room_follow_in_others(times: list[float], calls: int) -> None:
    values: dict[Metric, float | list[float]] = {metrics.LATENCY: times, metrics.CALLS: calls}

    rendered = documents(Series(Tier.ALL, "users.get"), values)

    assert [time for document in rendered for time in document["Latency"]] == times
    assert [document["Calls"] for document in rendered if "Calls" in document] == [calls]
    for document in rendered:
        VALID.validate(document)


def test_nothing_is_written_while_events_come_in(metrics_of_dev: EmfMetrics, written: list[str]) -> None:
    for _ in range(1000):
        metrics_of_dev(OPERATION)

    assert written == []


def test_a_flush_writes_what_came_since_the_last(metrics_of_dev: EmfMetrics, written: list[str]) -> None:
    metrics_of_dev(OPERATION)
    metrics_of_dev.flush()
    metrics_of_dev(OPERATION)
    metrics_of_dev(OPERATION)
    metrics_of_dev.flush()
    metrics_of_dev.flush()

    assert [json.loads(line)["Calls"] for line in written] == [1, 2]


def test_closing_writes_what_is_left_and_ends_the_thread() -> None:
    written: list[str] = []
    before = threading.enumerate()
    with EmfMetrics("dev", write=written.append, seconds=3600) as of_dev:
        of_dev(OPERATION)

    assert [json.loads(line)["Calls"] for line in written] == [1]
    begun = [thread for thread in threading.enumerate() if thread not in before]
    assert not [thread for thread in begun if thread.name == "tierstore-metrics"]


def test_a_thread_writes_now_and_then() -> None:
    has_written = threading.Event()
    with EmfMetrics("dev", write=lambda _: has_written.set(), seconds=0.01) as of_dev:
        of_dev(OPERATION)

        assert has_written.wait(300)


def test_many_events_are_written_before_their_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(emf, "EVENTS_BETWEEN_LINES", 10)
    has_written = threading.Event()
    with EmfMetrics("dev", write=lambda _: has_written.set(), seconds=3600) as of_dev:
        for _ in range(10):
            of_dev(OPERATION)

        assert has_written.wait(300)


def test_threads_lose_no_event(metrics_of_dev: EmfMetrics, written: list[str]) -> None:
    def observe() -> None:
        for _ in range(500):
            metrics_of_dev(request())

    threads = [threading.Thread(target=observe) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    metrics_of_dev.flush()

    assert sum(json.loads(line).get("Calls", 0) for line in written) == 2000
    assert sum(len(json.loads(line).get("Latency", ())) for line in written) == 2000


def test_a_line_that_cannot_be_written_is_logged_and_nothing_else(caplog: pytest.LogCaptureFixture) -> None:
    def broken(_: str) -> None:
        raise OSError("no space left")

    with EmfMetrics("dev", write=broken, seconds=3600) as of_dev:
        of_dev(OPERATION)

    assert [record.name for record in caplog.records] == ["tierstore.observability.emf"]


def test_lines_go_to_the_standard_output_unless_told_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    output = io.StringIO()
    monkeypatch.setattr(sys, "stdout", output)
    with EmfMetrics("dev") as of_dev:
        of_dev(OPERATION)

    assert output.getvalue().endswith("\n")
    assert json.loads(output.getvalue())["Calls"] == 1


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_forked_child_writes_only_its_own(metrics_of_dev: EmfMetrics, written: list[str]) -> None:
    metrics_of_dev(OPERATION)
    reading, writing = os.pipe()

    child = os.fork()
    if child == 0:
        written.clear()
        metrics_of_dev(failed(ErrorKind.THROTTLED))
        metrics_of_dev.flush()
        os.write(writing, json.dumps(written).encode())
        os._exit(0)
    os.waitpid(child, 0)
    (line,) = json.loads(os.read(reading, 65536))
    metrics_of_dev.flush()

    assert json.loads(line)["Errors"] == 1
    assert [json.loads(line)["Errors"] for line in written] == [0]
