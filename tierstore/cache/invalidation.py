"""Writes, as the cache sees them: announced, ended, and told later where Redis could not be told."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, Final

from tierstore.cache.local import LocalCopies
from tierstore.cache.scripts import begin_write, end_write, keys_of
from tierstore.core.context import Context
from tierstore.core.effects import InBackground, Plan, Result
from tierstore.errors import StorageError
from tierstore.redis.effects import RedisBatch

MAXIMUM_OWED: Final = 10_000
"""Keys; beyond these a copy that could not be dropped lives on until it expires."""
TELL_AGAIN_SECONDS: Final = 0.5
_UNCHANGED: Final = 0
"""A version that every copy has."""


class Invalidation:
    """Keeps copies from outliving what they are copies of.

    A write is announced before it is made, so that a process that dies between table and cache leaves no stale copy,
    and ended with the new version, below which nothing can be stored any more.
    """

    def __init__(self, context: Context, local: LocalCopies) -> None:
        self.writes = 0
        """Writes of this process so far: what was begun before one must not be shared with whoever comes after it."""
        self._context = context
        self._local = local
        self._owed: dict[str, int] = {}
        """The versions of copies that could not be dropped, since Redis could not be reached."""
        self._next_try = 0.0

    def around(
        self, names: Sequence[str], plan: Plan[Result], versions: Callable[[Result], Sequence[int]]
    ) -> Plan[Result]:
        """Run a plan that writes the items whose copies have these names; `versions` are then theirs, in order."""
        begun = yield from self._begin(names)
        try:
            result = yield from plan
        except StorageError as error:
            # In doubt, the announcement stands until it expires: the write may take effect even now.
            if not error.in_doubt:
                yield from self._end(dict.fromkeys(names, _UNCHANGED), begun)
            else:
                for name in set(names) - begun:
                    self._owe(name, _UNCHANGED)
            raise
        yield from self._end(dict(zip(names, versions(result), strict=True)), begun)
        return result

    @property
    def owed(self) -> Collection[str]:
        """Names of copies in Redis that this process knows to be stale, if Redis still has them."""
        return self._owed.keys()

    def catch_up(self) -> Plan[None]:
        """Tell Redis what it could not be told before; in the background, now and then."""
        if self._owed and self._now() >= self._next_try:
            self._next_try = self._now() + TELL_AGAIN_SECONDS
            yield InBackground(key=("catch up", id(self)), plan=self._end(dict(self._owed), frozenset()))

    def _begin(self, names: Sequence[str]) -> Plan[frozenset[str]]:
        self._forget(names)
        answers: list[Any] = yield RedisBatch(requests=tuple([begin_write(keys_of(name)) for name in names]))
        return frozenset(
            name for name, answer in zip(names, answers, strict=True) if not isinstance(answer, StorageError)
        )

    def _end(self, versions: Mapping[str, int], begun: frozenset[str]) -> Plan[None]:
        self._forget(versions)
        requests = [
            end_write(keys_of(name), version=version, was_begun=name in begun) for name, version in versions.items()
        ]
        answers: list[Any] = yield RedisBatch(requests=tuple(requests))
        for (name, version), answer in zip(versions.items(), answers, strict=True):
            if isinstance(answer, StorageError):
                self._owe(name, version)
            elif self._owed.get(name, version) <= version:
                self._owed.pop(name, None)

    def _owe(self, name: str, version: int) -> None:
        if name in self._owed or len(self._owed) < MAXIMUM_OWED:
            self._owed[name] = max(version, self._owed.get(name, version))

    def _forget(self, names: Iterable[str]) -> None:
        self.writes += 1
        for name in names:
            self._local.drop(name)

    def _now(self) -> float:
        return self._context.now().timestamp()
