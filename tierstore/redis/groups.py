"""Several replication groups in place of one: each request goes to the group in which its key space lives."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from tierstore.core.transports import AsyncTransport, Transport
from tierstore.declaration.policies import KeySpace, KeySpaceUse
from tierstore.redis.effects import AnyRedisEffect, RedisBatch, RedisRequest, RedisScan, RedisValues

Group = TypeVar("Group")


@dataclass(frozen=True, kw_only=True)
class Part(Generic[Group]):
    """What one group is asked of an effect."""

    group: Group
    effect: AnyRedisEffect
    places: tuple[int, ...] = ()
    """Of its answers among those of the whole effect; the names that a scan found have none."""


@dataclass(frozen=True, kw_only=True)
class Homes(Generic[Group]):
    """Which group a key lives in."""

    main: Group
    by_space: Mapping[str, Group]
    """Groups of key spaces that do not live in the main one, by the space's name."""

    @classmethod
    def of(cls, main: Group, separate: Mapping[KeySpaceUse, Group], spaces: Iterable[KeySpace]) -> Homes[Group]:
        """The homes of the declared key spaces."""
        return cls(main=main, by_space={space.name: separate[space.use] for space in spaces if space.use in separate})

    @property
    def groups(self) -> tuple[Group, ...]:
        """Each group once, the main one first."""
        return tuple(dict.fromkeys((self.main, *self.by_space.values())))

    def of_key(self, key: str) -> Group:
        """The group that a key lives in; one of no declared space is in the main group."""
        return self.by_space.get(key.partition(":")[0], self.main)

    def parts(self, effect: RedisBatch | RedisValues | RedisScan) -> tuple[Part[Group], ...]:
        """What each group that the effect concerns is asked; a scan, which looks at every key, concerns all."""
        match effect:
            case RedisScan():
                return tuple(Part(group=group, effect=effect) for group in self.groups)
            case RedisValues(keys=keys):
                return tuple(
                    Part(group=group, effect=RedisValues(keys=tuple(keys[place] for place in places)), places=places)
                    for group, places in self._places(keys).items()
                )
            case RedisBatch(requests=requests):
                return tuple(
                    Part(
                        group=group,
                        effect=RedisBatch(requests=tuple(requests[place] for place in places)),
                        places=places,
                    )
                    for group, places in self._places([request.key for request in requests]).items()
                )

    def _places(self, keys: Sequence[str]) -> dict[Group, tuple[int, ...]]:
        found: dict[Group, list[int]] = {}
        for place, key in enumerate(keys):
            found.setdefault(self.of_key(key), []).append(place)
        return {group: tuple(places) for group, places in found.items()}


def joined(parts: Sequence[Part[Any]], answers: Sequence[list[Any]]) -> list[Any]:
    """The answer of the whole effect, from those of its parts."""
    if all(isinstance(part.effect, RedisScan) for part in parts):
        return sorted(name for names in answers for name in names)
    by_place = {
        place: answer
        for part, found in zip(parts, answers, strict=True)
        for place, answer in zip(part.places, found, strict=True)
    }
    return [by_place[place] for place in range(len(by_place))]


class RedisGroups:
    """The transports of several groups as one that blocks."""

    def __init__(self, homes: Homes[Transport]) -> None:
        self._homes = homes

    def carry_out(self, effect: AnyRedisEffect) -> Any:
        """Answer the effect as `RedisTransport` does."""
        if isinstance(effect, RedisRequest):
            return self._homes.of_key(effect.key).carry_out(effect)
        parts = self._homes.parts(effect)
        # One after the other: an effect that concerns several groups is rare.
        return joined(parts, [part.group.carry_out(part.effect) for part in parts])

    def close(self) -> None:
        """Give back the connections to every group."""
        for transport in self._homes.groups:
            transport.close()


class AsyncRedisGroups:
    """The same in asyncio."""

    def __init__(self, homes: Homes[AsyncTransport]) -> None:
        self._homes = homes

    async def carry_out(self, effect: AnyRedisEffect) -> Any:
        """Answer the effect as `AsyncRedisTransport` does."""
        if isinstance(effect, RedisRequest):
            return await self._homes.of_key(effect.key).carry_out(effect)
        parts = self._homes.parts(effect)
        return joined(parts, [await part.group.carry_out(part.effect) for part in parts])

    async def close(self) -> None:
        """Give back the connections of the running event loop to every group."""
        for transport in self._homes.groups:
            await transport.close()
