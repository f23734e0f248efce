"""The shards of a Redis Cluster as its nodes describe them, and keys that land on a given one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any, Final

from redis.crc import key_slot

from validation.redis.access import Address

SLOTS: Final = 16_384
"""Hash slots of every Redis Cluster."""


@dataclass(frozen=True, kw_only=True)
class Shard:
    """One primary with its replicas, and the slots they serve."""

    slots: tuple[range, ...]
    primary: Address
    replicas: tuple[Address, ...]

    @property
    def nodes(self) -> tuple[Address, ...]:
        """The primary first."""
        return (self.primary, *self.replicas)

    def serves(self, slot: int) -> bool:
        """Whether `slot` is one of its slots."""
        return any(slot in slots for slots in self.slots)


def shards(cluster_slots: Iterable[Sequence[Any]], asked: Address) -> tuple[Shard, ...]:
    """Group the answer to CLUSTER SLOTS by primary, in the order of their first slots.

    A node that does not know its own name answers an empty one, which means `asked`.
    """
    slots: dict[Address, list[range]] = {}
    replicas: dict[Address, tuple[Address, ...]] = {}
    for first, last, primary, *others in sorted(cluster_slots, key=lambda entry: int(entry[0])):
        owner = _address(primary, asked)
        slots.setdefault(owner, []).append(range(int(first), int(last) + 1))
        replicas[owner] = tuple(_address(other, asked) for other in others)
    return tuple(Shard(slots=tuple(served), primary=owner, replicas=replicas[owner]) for owner, served in slots.items())


def unserved(found: Iterable[Shard]) -> tuple[int, ...]:
    """Slots that no shard serves."""
    served = {slot for shard in found for slots in shard.slots for slot in slots}
    return tuple(slot for slot in range(SLOTS) if slot not in served)


def tag_for(slots: Sequence[range]) -> str:
    """A hash tag whose keys land in `slots`."""
    tags = (f"{number:x}" for number in count())
    return next(tag for tag in tags if any(key_slot(tag.encode()) in served for served in slots))


def parse_slot_ranges(text: str) -> tuple[range, ...]:
    """Read ElastiCache's notation of a node group's slots, such as `0-5460,10923`."""
    ranges = []
    for part in text.split(","):
        first, _, last = part.strip().partition("-")
        ranges.append(range(int(first), int(last or first) + 1))
    return tuple(ranges)


def _address(node: Sequence[Any], asked: Address) -> Address:
    return Address(host=_text(node[0]) or asked.host, port=int(node[1]))


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else value or ""
