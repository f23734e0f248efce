"""Where the copies of one entity lie, for how long, and what is counted about them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Generic, NamedTuple, TypeAlias

from tierstore.cache.claims import Claims
from tierstore.cache.copies import AnyEntity, AnyEntity_co, Copy, CopyCodec
from tierstore.cache.counts import CacheCounts
from tierstore.cache.local import LocalCopies
from tierstore.cache.scripts import Keys, release, store
from tierstore.core.context import Context
from tierstore.declaration.keys import KeyTemplate, KeyValue
from tierstore.declaration.kinds import Anything, Kind, MapOf, Maybe, Record, SequenceOf
from tierstore.declaration.policies import CachePolicy, KeySpace
from tierstore.errors import InvalidError, StorageError
from tierstore.observability.events import CacheOutcome
from tierstore.observability.watch import current_watch
from tierstore.redis.effects import RedisRequest
from tierstore.redis.keys import hash_tag

Key: TypeAlias = Mapping[str, KeyValue]


class Seen(NamedTuple, Generic[AnyEntity_co]):
    """What lay under a copy's key: the bytes, and the copy that they are if they are one."""

    data: bytes | None
    copy: Copy[AnyEntity_co] | None


class Shelf(Generic[AnyEntity]):
    """The copies of one entity: pure but for its counts and for what the process keeps."""

    def __init__(
        self,
        entity: type[AnyEntity],
        policy: CachePolicy,
        *,
        space: KeySpace,
        context: Context,
        local: LocalCopies,
        claims: Claims,
    ) -> None:
        declared = entity.declaration
        self.policy = policy
        self._type = declared.type
        self.counts = CacheCounts()
        self.being_read: set[str] = set()
        """Names of the copies that this process is loading, or waits for."""
        self.context = context
        self.claims = claims
        self._codec = CopyCodec(entity)
        self._prefix = space.prefix
        id_text = ":".join(f"{{{name}}}" for name in declared.key.fields)
        self._key = KeyTemplate(
            space.key.text.replace("{type}", declared.type).replace("{id}", id_text), separator=space.key.separator
        )
        self._only_field = declared.key.fields[0] if len(declared.key.fields) == 1 else None
        self._beginning = f"{space.prefix}{{{self._key.literal_prefix}"
        self._local = local
        self._is_shareable = all(map(_is_immutable, declared.kinds.values()))

    def name(self, key: Key) -> str:
        """The Redis key of a copy; raises `InvalidError` for values that cannot be a key."""
        if self._only_field is not None:
            value = key[self._only_field]
            if isinstance(value, str) and value.isalnum():
                # The usual id, in which nothing needs to be escaped.
                return f"{self._beginning}{value}}}"
        try:
            return self._prefix + hash_tag(self._key.render(key))
        except ValueError as error:
            raise InvalidError(str(error)) from None

    def look(self, data: bytes | None) -> Seen[AnyEntity]:
        """Take bytes for what they are."""
        return Seen(data, self._codec.decode(data))

    def fresh_for(self, copy: Copy[AnyEntity] | None) -> float:
        """Seconds for which the copy is fresh; 0 or less for one that is not, and for none."""
        return 0.0 if copy is None else copy.fresh_until - self._now()

    def is_usable_on_error(self, copy: Copy[AnyEntity] | None) -> bool:
        """Whether an expired copy may be served while the table cannot be read."""
        if copy is None or self.fresh_for(copy) < -self.policy.stale_if_error:
            return False
        expires_at = copy.entity.expires_at if copy.entity is not None else None
        return expires_at is None or expires_at > self.context.now()

    def kept(self, name: str) -> Copy[AnyEntity] | None:
        """The process's own copy, if there is one of late."""
        if self.policy.local_time_to_live == 0:
            return None
        kept: Copy[AnyEntity] | bytes | None = self._local.get(name)
        return self._codec.decode(kept) if isinstance(kept, bytes) else kept

    def all_kept(self, names: Iterable[str]) -> dict[str, AnyEntity | None]:
        """What the process's own copies answer, by name."""
        if self.policy.local_time_to_live == 0:
            return {}
        found = {name: kept.entity for name in names if (kept := self.kept(name)) is not None}
        self.counts.local_hits += len(found)
        self.tell(CacheOutcome.LOCAL_HIT, len(found), found=found.values())
        return found

    def look_at_all(
        self, lying: Mapping[str, bytes | StorageError | None], found: dict[str, AnyEntity | None]
    ) -> dict[str, Seen[AnyEntity]]:
        """Note what fresh copies answer, by name, in `found`; what is unfit is given back, errors are left out."""
        now = self._now()
        decode = self._codec.decode
        unfit: dict[str, Seen[AnyEntity]] = {}
        already = len(found)
        for name, data in lying.items():
            if isinstance(data, StorageError):
                continue
            copy = decode(data)
            if copy is None or copy.fresh_until <= now:
                unfit[name] = Seen(data, copy)
                continue
            found[name] = copy.entity
            if self.policy.local_time_to_live > 0:
                self.keep(name, Seen(data, copy))
        hits = len(found) - already
        self.counts.hits += hits
        self.counts.misses += len(unfit)
        self.tell(CacheOutcome.HIT, hits, found=islice(found.values(), already, None))
        self.tell(CacheOutcome.MISS, len(unfit))
        return unfit

    def tell(self, outcome: CacheOutcome, copies: int = 1, *, found: Iterable[AnyEntity | None] = ()) -> None:
        """Tell whoever watches what became of reads, and what the copies held that answered them."""
        if copies and (watch := current_watch()) is not None:
            negative = sum(entity is None for entity in found)
            watch.read_cache(self._type, outcome, copies=copies, negative=negative)

    def keep(self, name: str, seen: Seen[AnyEntity]) -> None:
        """Keep a fresh copy in the process, if the policy says so."""
        local_seconds = self.policy.local_time_to_live
        if local_seconds > 0 and (seconds := min(local_seconds, self.fresh_for(seen.copy))) > 0:
            # What somebody could change is kept as bytes, so that every reader gets an entity of its own.
            self._local.put(name, seen.copy if self._is_shareable else seen.data, seconds=seconds)

    def copied(self, entity: AnyEntity | None) -> Seen[AnyEntity]:
        """A new copy of what was loaded; its data is None where it is not to be stored."""
        lifetime = self.policy.negative_time_to_live if entity is None else self.policy.time_to_live
        seconds = lifetime * (1 - self.policy.jitter * self.context.random())
        fresh_until = self._now() + seconds
        if entity is not None and entity.expires_at is not None:
            fresh_until = min(fresh_until, entity.expires_at.timestamp())
        data = self._codec.encode(entity, fresh_until=fresh_until) if seconds > 0 else None
        return Seen(data, Copy(entity, fresh_until))

    def put_back(self, keys: Keys, seen: Seen[AnyEntity], *, token: str) -> RedisRequest:
        """Store a new copy under the claim of `token`, or give the claim back."""
        seconds = self.fresh_for(seen.copy) + self.policy.stale_if_error
        if seen.data is None or seen.copy is None or seconds <= 0:
            return release(keys, token=token)
        version = 0 if seen.copy.entity is None else seen.copy.entity.version
        return store(keys, token=token, version=version, seconds=seconds, copy=seen.data)

    def _now(self) -> float:
        return self.context.now().timestamp()


def _is_immutable(kind: Kind) -> bool:
    """Whether nobody can change a value of the kind, so that its holders may share it."""
    match kind:
        case Maybe(kind=inner):
            return _is_immutable(inner)
        case SequenceOf(element=element, type=holder):
            return holder is tuple and _is_immutable(element)
        case Anything() | MapOf() | Record():
            return False
    return True
