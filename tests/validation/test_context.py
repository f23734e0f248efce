"""Every question is asked once, whoever asks."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any, cast

import pytest

from environments import Deployment, load
from tierstore.model import DATA_MODEL
from validation.clients import Clients, connect
from validation.context import Context


@pytest.fixture
def context() -> Context:
    return Context(load("local"), DATA_MODEL, cast("Clients", "clients"))


def test_an_answer_is_remembered_by_question_and_arguments(context: Context) -> None:
    asked: list[Any] = []

    def question(clients: Clients, name: str, *, size: int = 0) -> str:
        asked.append((clients, name, size))
        return f"{name} {size}"

    answers = [context.ask(question, "a"), context.ask(question, "a"), context.ask(question, "b", size=1)]

    assert answers == ["a 0", "a 0", "b 1"]
    assert asked == [("clients", "a", 0), ("clients", "b", 1)]


def test_those_who_ask_at_the_same_time_share_one_answer(context: Context) -> None:
    asked: list[str] = []
    answer = threading.Event()

    def question(_clients: Clients, name: str) -> str:
        asked.append(name)
        answer.wait(300)
        return name

    with ThreadPoolExecutor() as pool:
        waiting = [pool.submit(context.ask, question, "a") for _ in range(5)]
        answer.set()

    assert [each.result() for each in waiting] == ["a"] * 5
    assert asked == ["a"]


def test_an_error_is_an_answer_too(context: Context) -> None:
    asked: list[str] = []

    def question(_clients: Clients, name: str) -> str:
        asked.append(name)
        raise RuntimeError("no answer")

    for _ in range(2):
        with pytest.raises(RuntimeError, match="no answer"):
            context.ask(question, "a")
    assert asked == ["a"]


def test_an_environment_without_a_disaster_recovery_region_cannot_be_asked_there() -> None:
    context = Context(load("dev"), DATA_MODEL, connect(Deployment(environment=load("dev"), sandbox=None)))

    with pytest.raises(LookupError, match="dev has no disaster-recovery region"):
        _ = context.disaster_recovery


def test_the_disaster_recovery_region_is_asked_by_its_own_clients() -> None:
    context = Context(load("prod"), DATA_MODEL, connect(Deployment(environment=load("prod"), sandbox=None)))

    assert context.disaster_recovery.ask(lambda clients: clients.kms.meta.region_name) == "us-west-2"
