"""What a check is given: the environment, the declaration, and what AWS answers."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from functools import cached_property
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

from environments.schema import Environment
from environments.standby import standby
from tierstore.declaration.model import DataModel
from validation.clients import Clients

P = ParamSpec("P")
T = TypeVar("T")


class Context:
    """One environment under validation; every question to AWS is asked once, however many checks need it."""

    def __init__(
        self, environment: Environment, model: DataModel, clients: Clients, *, inside_vpc: bool = False
    ) -> None:
        self.environment = environment
        self.model = model
        self.clients = clients
        self.inside_vpc = inside_vpc
        """Redis must be reachable from here."""
        self._answers: dict[tuple[Any, ...], Future[Any]] = {}
        self._lock = threading.Lock()

    @cached_property
    def disaster_recovery(self) -> Context:
        """Asks the same environment in its disaster-recovery region; raises LookupError where it has none."""
        if self.clients.disaster_recovery is None:
            raise LookupError(f"{self.environment.name} has no disaster-recovery region")
        return Context(self.environment, self.model, self.clients.disaster_recovery)

    @cached_property
    def standby(self) -> Context:
        """Asks what stands by in that region, as an environment of its own; raises LookupError where nothing does."""
        there = standby(self.environment)
        if there is None or self.clients.disaster_recovery is None:
            raise LookupError(f"nothing stands by for {self.environment.name}")
        return Context(there, self.model, self.clients.disaster_recovery)

    def ask(self, question: Callable[Concatenate[Clients, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Answer `question(clients, *args)`, from memory if it was asked before; what it raised is raised again."""
        key = (question, args, tuple(sorted(kwargs.items())))
        with self._lock:
            known = self._answers.get(key)
            answer: Future[Any] = Future() if known is None else known
            self._answers[key] = answer
        if known is None:
            try:
                answer.set_result(question(self.clients, *args, **kwargs))
            except Exception as error:  # noqa: BLE001 - handed to everybody who asks
                answer.set_exception(error)
        return cast("T", answer.result())
