"""A setting that is broken on purpose, and what the check behind it must say."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any

from sandbox import administration, lifecycle
from validation.clients import Clients
from validation.context import Context
from validation.framework.result import Json

Breaking = Callable[[Context], AbstractContextManager[Context]]
"""Breaks something, gives the context in which a check meets it, and mends it at the end."""


@dataclass(frozen=True, kw_only=True)
class Break:
    """One broken setting."""

    check: str
    how: Breaking
    what: str
    """How the comparison that must fail is called, or how its name begins."""
    expected: Json | Callable[[Context], Json]
    found: Json
    resource: str | None = None
    """The check's first where None."""

    def __str__(self) -> str:
        return f"{self.check}: {self.what} is {self.found}"


def really(change: Callable[[Context], object], mend: Callable[[Context], object]) -> Breaking:
    """Break the setting itself, in the sandbox, by the same API that people use."""

    @contextmanager
    def breaking(context: Context) -> Iterator[Context]:
        change(context)
        try:
            yield context
        finally:
            mend(context)

    return breaking


class AlteredContext(Context):
    """Goes the way of every context, but the answer to one question is altered before a check sees it."""

    def __init__(self, context: Context, question: Callable[..., Any], alter: Callable[[Any], Any]) -> None:
        super().__init__(context.environment, context.model, context.clients)
        self._question = question
        self._alter = alter

    def ask(self, question: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        answer = super().ask(question, *args, **kwargs)
        return self._alter(answer) if question is self._question else answer


def as_if(question: Callable[..., Any], alter: Callable[[Any], Any]) -> Breaking:
    """Let AWS describe it as broken, where neither the sandbox nor Terraform's state could be broken and mended."""

    @contextmanager
    def breaking(context: Context) -> Iterator[Context]:
        yield AlteredContext(context, question, alter)

    return breaking


def changed(**parts: Any) -> Callable[[Any], Any]:
    """Alter parts of a description."""
    return lambda description: {**description, **parts}


def forbidding(action: str) -> Breaking:
    """Take a permission away from whoever validates."""
    document = f'{{"Statement": [{{"Effect": "Deny", "Action": "{action}", "Resource": "*"}}]}}'

    def forbid(context: Context) -> None:
        client, user = _iam(context.clients)
        client.put_user_policy(UserName=user, PolicyName="broken", PolicyDocument=document)

    def allow(context: Context) -> None:
        client, user = _iam(context.clients)
        client.delete_user_policy(UserName=user, PolicyName="broken")

    return really(forbid, allow)


def with_fault(fault: str, *, seconds: float) -> Breaking:
    """Put a fault into the first Redis shard, which ends by itself."""

    @contextmanager
    def breaking(context: Context) -> Iterator[Context]:
        sandbox = context.clients.sandbox
        assert sandbox is not None
        group = context.environment.replication_group_id
        asked = {"replication_group": group, "shard": "0001", "fault": fault, "seconds": seconds}
        lifecycle.request(sandbox, "POST", administration.FAULTS, asked)
        yield context

    return breaking


def table(context: Context, name: str = "core") -> str:
    return context.environment.physical_name(name)


def bucket(context: Context, name: str = "uploads") -> str:
    return context.environment.bucket_name(name)


def _iam(clients: Clients) -> tuple[Any, str]:
    """IAM's client, and the name of the user that it is."""
    sandbox = clients.sandbox
    assert sandbox is not None
    where: Any = {"endpoint_url": sandbox.endpoint, "verify": str(sandbox.ca_file)}
    caller = clients.session.client("sts", **where).get_caller_identity()
    return clients.session.client("iam", **where), caller["Arn"].rpartition("/")[2]
