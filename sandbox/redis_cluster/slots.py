"""Which slots a shard serves, and which have to move when there are more shards or fewer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import NamedTuple

SLOTS = 16384  # https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/

SlotRange = tuple[int, int]
"""First and last slot, both included."""


class Move(NamedTuple):
    """Slots that go from one shard to another, by the ids of both."""

    source: str
    target: str
    slots: tuple[int, ...]


def spread(shards: int) -> tuple[SlotRange, ...]:
    """Return one range for each of so many shards, as even as can be."""
    return tuple((SLOTS * number // shards, SLOTS * (number + 1) // shards - 1) for number in range(shards))


def moves(owned: Mapping[str, AbstractSet[int]], shards: Sequence[str]) -> Iterator[Move]:
    """Tell the fewest moves after which `shards`, and no others, serve all slots evenly.

    `owned` holds the slots of every shard that there is, those among `shards` that have none yet included.
    """
    # Who has most keeps the odd ones, so that nothing moves for their sake.
    fullest = sorted(shards, key=lambda shard: -len(owned[shard]))
    share, odd = divmod(SLOTS, len(shards))
    shares = {shard: share + (place < odd) for place, shard in enumerate(fullest)}
    # The last slots go, so that what stays is one range where it was one.
    spare = [(shard, slot) for shard in sorted(owned) for slot in sorted(owned[shard])[shares.get(shard, 0) :]]
    for target in sorted(shards):
        missing = max(shares[target] - len(owned[target]), 0)
        taken, spare = spare[:missing], spare[missing:]
        for source in dict.fromkeys(shard for shard, _ in taken):
            yield Move(source, target, tuple(slot for shard, slot in taken if shard == source))


def told(slots: Iterable[SlotRange]) -> str:
    """Return slots as ElastiCache tells them: `0-5460,10923-16383`."""
    return ",".join(f"{first}-{last}" for first, last in slots)
