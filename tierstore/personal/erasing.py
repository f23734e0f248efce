"""Erasing a user: what may be found by the user's id goes, tier by tier, until nothing is left to be found.

Every step begins with what is there, so an erasure that was killed is finished by the next one.
"""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, TypeAlias, get_args

from tierstore.core.effects import Plan, Sleep
from tierstore.core.retries import RetryPolicy
from tierstore.declaration.entities import Entity
from tierstore.dynamodb import changes
from tierstore.dynamodb.repository import Repository
from tierstore.errors import ContendedError, InvalidError, VersionConflictError
from tierstore.model.contents import Content
from tierstore.model.erasures import Erasure
from tierstore.model.uploads import Upload
from tierstore.personal import finding
from tierstore.personal.finding import MENTIONING, OWNED, Found, Located, parts_of, visit_owned, visit_parts
from tierstore.personal.owned_buckets import OwnedBucket
from tierstore.personal.traces import find_traces, remove_traces
from tierstore.realtime import counts
from tierstore.s3 import prefixes

INDEX_LAG_SECONDS: Final = 1.0
"""After this a global index shows what was written before the erasure began, but for rare cases."""
_ROUNDS: Final = 5
"""Of sweeping and looking again, for what an index shows late."""
_TRIES: Final = 10
"""To delete an item that others change meanwhile; none of them can bring it back once it is gone."""


@dataclass(frozen=True, kw_only=True)
class Remnant:
    """Something of a user that is stored."""

    where: str
    """Entity, bucket or Redis key."""
    count: int


@dataclass(frozen=True, kw_only=True)
class Erased:
    """What an erasure did."""

    removed: Mapping[str, int]
    """How much, by entity, bucket, and `redis`."""
    remains: tuple[Remnant, ...]
    """What is there all the same; nothing, unless somebody keeps on writing past the library."""
    run_again_at: datetime | None
    """Links that were given out may store files of the user until then: an erasure after it is the last one.

    None where there are none any more.
    """

    @property
    def is_finished(self) -> bool:
        """Whether nothing is left, and nothing can come any more."""
        return not self.remains and self.run_again_at is None


Told: TypeAlias = Callable[[Mapping[str, int]], None]
"""Is told how much was removed so far, as in `Erased`."""


@dataclass(frozen=True, kw_only=True)
class Erasing:
    """One user's erasure."""

    user_id: str
    items: Repository
    buckets: Sequence[OwnedBucket]
    redis: RetryPolicy
    told: Told = lambda _: None
    removed: Tally[str] = field(default_factory=Tally)

    def __post_init__(self) -> None:
        require_user_id(self.user_id)

    def run(self) -> Plan[Erased]:
        """Erase, look for what is left, and erase that."""
        record = yield from self._begin()
        yield Sleep(seconds=INDEX_LAG_SECONDS)
        record = yield from self._note_links(record)
        for _ in range(_ROUNDS):
            yield from self._sweep()
            remains = yield from self.remains()
            if not remains:
                break
            yield Sleep(seconds=INDEX_LAG_SECONDS)
        again = record.writable_until
        if again is not None and again <= self.items.now:
            again = None
        if not remains and again is None and record.status != "erased":
            yield from self._change(record, status="erased")
        return Erased(removed=dict(self.removed), remains=remains, run_again_at=again)

    def remains(self) -> Plan[tuple[Remnant, ...]]:
        """What is stored for the user, by where it lies; copies that are parts of others are not told apart."""
        left: Tally[str] = Tally()
        for found in (*OWNED, *MENTIONING):

            def add(some: Sequence[Located], name: str = found.entity.__name__) -> Plan[None]:
                left[name] += len(some)
                yield from ()

            yield from visit_owned(self.items, found, self.user_id, add)
        for bucket in self.buckets:
            left[bucket.name] += yield from prefixes.count(bucket.live, bucket.prefix(self.user_id))
        for trace in (yield from find_traces(self.user_id, self.redis)):
            left[f"redis {trace.key}"] += 1
        return tuple(Remnant(where=where, count=count) for where, count in left.items() if count)

    def _begin(self) -> Plan[Erasure]:
        """Note that the user is erased: from now on nothing new is stored for them."""
        record = yield from self.items.get(Erasure, {"user_id": self.user_id}, consistent=True)
        if record is not None:
            return record
        try:
            return (yield from self.items.create(Erasure(user_id=self.user_id)))
        except VersionConflictError:
            # Somebody else has begun in the same moment.
            return (yield from self._begin())

    def _note_links(self, record: Erasure) -> Plan[Erasure]:
        """Note, before the uploads go, until when their senders may still store something."""
        latest = record.writable_until

        def look(some: Sequence[Located]) -> Plan[None]:
            nonlocal latest
            latest = max([each.item.writable_until for each in some] + ([latest] if latest is not None else []))
            yield from ()

        for found in OWNED:
            if found.entity is Upload:
                yield from visit_owned(self.items, found, self.user_id, look)
        if latest == record.writable_until:
            return record
        return (yield from self._change(record, writable_until=latest, status="erasing"))

    def _change(self, record: Erasure, **values: Any) -> Plan[Erasure]:
        """Change the record also where somebody else erases the same user."""
        for _ in range(_TRIES):
            try:
                return (yield from self.items.update(record, **values))
            except VersionConflictError:
                record = yield from self._begin()
        raise ContendedError("others erase the same user at the same time; erase again")

    def _sweep(self) -> Plan[None]:
        for found in OWNED:
            yield from visit_owned(self.items, found, self.user_id, self._removal(found))
        for found in MENTIONING:
            yield from visit_owned(self.items, found, self.user_id, self._forgetting(found))
        for bucket in self.buckets:

            def count(some: int, name: str = bucket.name) -> None:
                self._tell(name, some)

            yield from prefixes.purge(bucket.live, bucket.prefix(self.user_id), removed=count)
        traces = yield from find_traces(self.user_id, self.redis)
        yield from remove_traces(traces, self.redis)
        self._tell("redis", len(traces))

    def _removal(self, found: Found) -> finding.Visit:
        """What removes a page of items: at once where nothing hangs on them, else one by one."""
        is_simple = not found.entity.declaration.unique and not parts_of(found.entity)

        def remove(some: Sequence[Located]) -> Plan[None]:
            if is_simple:
                yield from self.items.write_many(delete=[each.item for each in some])
            else:
                for each in some:
                    yield from self._remove_with_parts(each.item)
            self._tell(found.entity.__name__, len(some))

        return remove

    def _remove_with_parts(self, item: Entity) -> Plan[None]:
        """Remove the parts, then the whole if it is still as it was; else it may have got others: begin again."""
        whole: Entity | None = item
        for _ in range(_TRIES):
            if whole is None:
                return
            for part in parts_of(type(whole)):
                yield from visit_parts(self.items, part, whole, self._remove_parts)
            if isinstance(whole, Content):
                yield from self._drop_counts(whole)
            try:
                yield from self.items.write(changes.delete(whole))
            except VersionConflictError:
                (whole,) = yield from self.items.get_many(type(whole), [whole.__dict__], consistent=True)
            else:
                return
        raise ContendedError(f"a {type(item).__name__} changed {_TRIES} times while it was to be erased; erase again")

    def _remove_parts(self, some: Sequence[Located]) -> Plan[None]:
        entity = type(some[0].item)
        yield from self.items.delete_by_keys(entity, [each.key for each in some])
        self._tell(entity.__name__, len(some))

    def _drop_counts(self, content: Content) -> Plan[None]:
        for name in get_args(counts.Name):
            for request in counts.drop(counts.Counter(content.id, name)):
                yield from self.redis.retrying(request)

    def _forgetting(self, found: Found) -> finding.Visit:
        """What takes the user's id out of a page of other people's items."""

        def forget(some: Sequence[Located]) -> Plan[None]:
            for each in some:
                try:
                    yield from self.items.update(each.item, **{found.field: None})
                except VersionConflictError:
                    # It has changed or gone since the index listed it; the next round sees.
                    continue
                self._tell(found.entity.__name__, 1)

        return forget

    def _tell(self, where: str, some: int) -> None:
        if some:
            self.removed[where] += some
            self.told(dict(self.removed))


def require_user_id(user_id: str) -> None:
    """Raise `InvalidError` for what cannot be a user's id."""
    if not user_id or not user_id.strip():
        raise InvalidError("the user id is empty; give the id of the user, as in `User.id`")
