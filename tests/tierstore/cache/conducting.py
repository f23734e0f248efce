"""Plans of the cache driven by hand: every effect is answered from a script."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Generic, TypeVar

from tierstore.cache.copies import CopyCodec
from tierstore.cache.shelf import Key
from tierstore.connection import Connection, RedisConnection
from tierstore.core.context import Context
from tierstore.core.effects import Effect, InBackground, Once, Plan, Sleep, ask
from tierstore.declaration.entities import Entity
from tierstore.declaration.keys import key
from tierstore.declaration.policies import CachePolicy
from tierstore.declaration.tables import Table
from tierstore.errors import UnavailableError

Result = TypeVar("Result")

CONNECTION = Connection(
    environment="test",
    region="us-east-1",
    tables={},
    buckets={},
    redis=RedisConnection(
        replication_group_id="test", host="cache", port=6379, tls=True, user="app", authentication="iam"
    ),
)
REDIS_IS_AWAY = UnavailableError("no Redis")
TABLE = Table(name="core", description="d", time_to_live="ttl")


class Article(
    Entity,
    table=TABLE,
    type="article",
    key=key("ARTICLE#{id}", "ARTICLE"),
    expires=True,
    cache=CachePolicy(time_to_live=100, jitter=0.1, negative_time_to_live=10, refresh_ahead=20, stale_if_error=1000),
):
    """An entity that is cached in Redis alone."""

    id: str
    title: str = ""


class Banner(
    Entity,
    table=TABLE,
    type="banner",
    key=key("BANNER#{id}", "BANNER"),
    cache=CachePolicy(time_to_live=100, local_time_to_live=5),
):
    """An entity that the process keeps, too; nobody can change one."""

    id: str


class Form(
    Entity,
    table=TABLE,
    type="form",
    key=key("FORM#{id}", "FORM"),
    cache=CachePolicy(time_to_live=100, local_time_to_live=5),
):
    """An entity that the process keeps, too, and whose holders could change it."""

    id: str
    fields: dict[str, Any] = field(default_factory=dict)


class Badge(
    Entity,
    table=TABLE,
    type="badge",
    key=key("BADGE#{id}", "BADGE"),
    cache=CachePolicy(time_to_live=100, loads_consistently=True),
):
    """An entity whose copies are made by consistent reads."""

    id: str


@dataclass
class World:
    """A clock that moves when told and dice that always fall on the same side."""

    now: datetime = datetime(2026, 11, 1, tzinfo=UTC)
    dice: float = 0.0
    tokens: int = 0

    def pass_time(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    def context(self) -> Context:
        return Context(connection=CONNECTION, now=lambda: self.now, random=lambda: self.dice, new_token=self._new_token)

    def copy(self, entity: Entity | None, *, fresh_for: float = 50) -> bytes:
        """What Redis holds of an entity, or of there being no article."""
        kind = Article if entity is None else type(entity)
        data = CopyCodec(kind).encode(entity, fresh_until=self.now.timestamp() + fresh_for)
        assert data is not None
        return data

    def _new_token(self) -> str:
        self.tokens += 1
        return f"token {self.tokens}"


@dataclass(frozen=True, kw_only=True)
class TableRead(Effect[Any]):
    """What a loader asks of the table."""

    consistently: bool


@dataclass(frozen=True, kw_only=True)
class TableReadMany(Effect[Any]):
    """What a loader of many asks of the table."""

    ids: tuple[Any, ...]
    consistently: bool


@dataclass(frozen=True, kw_only=True)
class TableWrite(Effect[None]):
    """What a writer asks of the table."""


def load(consistently: bool) -> Plan[Any]:
    return (yield from ask(TableRead(consistently=consistently)))


def load_many(keys: Sequence[Key], consistently: bool) -> Plan[Any]:
    return (yield from ask(TableReadMany(ids=tuple(key["id"] for key in keys), consistently=consistently)))


def write() -> Plan[None]:
    yield TableWrite()


@dataclass
class Performance(Generic[Result]):
    """What a plan asked for, and its result."""

    result: Result
    effects: list[Effect[Any]]
    slept: float
    in_background: list[InBackground]


def conduct(plan: Plan[Result], answers: Iterable[Any]) -> Performance[Result]:
    """Answer each effect with the next answer, an exception by raising it; all answers must be asked for."""
    remaining = list(answers)

    def next_answer(effect: Effect[Any]) -> Any:
        assert remaining, f"nothing left to answer {effect} with"
        return remaining.pop(0)

    performance = conduct_by(plan, next_answer)
    assert not remaining, f"never asked for: {remaining}"
    return performance


def conduct_by(plan: Plan[Result], answer: Callable[[Effect[Any]], Any]) -> Performance[Result]:
    """Answer each effect with what the function makes of it, an exception by raising it."""
    performance: Performance[Any] = Performance(None, [], 0.0, [])
    performance.result = _run(plan, answer, performance)
    return performance


def _run(plan: Plan[Any], answer_to: Callable[[Effect[Any]], Any], performance: Performance[Any]) -> Any:
    try:
        effect = next(plan)
        while True:
            try:
                answer = _answer(effect, answer_to, performance)
            except Exception as error:  # noqa: BLE001 - the plan's to judge
                effect = plan.throw(error)
            else:
                effect = plan.send(answer)
    except StopIteration as finished:
        return finished.value


def _answer(effect: Effect[Any], answer_to: Callable[[Effect[Any]], Any], performance: Performance[Any]) -> Any:
    match effect:
        case Once(plan=plan):
            return _run(plan, answer_to, performance)
        case InBackground():
            performance.in_background.append(effect)
            return None
        case Sleep(seconds=seconds):
            performance.slept += seconds
            return None
    performance.effects.append(effect)
    answer = answer_to(effect)
    if isinstance(answer, Exception):
        raise answer
    return answer
