"""Several ordered partitions read as one ordered list, without reading any of them to its end."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from msgspec import Struct

from tierstore.dynamodb.items.answers import ItemsAnswer
from tierstore.dynamodb.items.attribute_values import AttributeValue


class Partition:
    """One partition of a query, and the items that were read ahead of it."""

    def __init__(self, document: Mapping[str, Any], start: Mapping[str, AttributeValue] | None) -> None:
        self._document = document
        self._start = start
        self.ready: list[Struct] = []
        self.is_exhausted = False
        """Whether nothing is left to read; items may still be ready."""

    @property
    def is_empty(self) -> bool:
        """Whether it must be read on before anything can be taken from it."""
        return not self.ready and not self.is_exhausted

    def request(self, limit: int) -> dict[str, Any]:
        """The parameters of the `Query` that reads on, by at most `limit` items."""
        start = {} if self._start is None else {"ExclusiveStartKey": self._start}
        return {**self._document, **start, "Limit": limit}

    def receive(self, answer: ItemsAnswer[Struct]) -> None:
        """Keep what was read."""
        self.ready = answer.Items
        self._start = answer.LastEvaluatedKey
        self.is_exhausted = self._start is None

    def give(self, count: int) -> list[Struct]:
        """Part with the first items."""
        given, self.ready = self.ready[:count], self.ready[count:]
        return given


def take_in_order(partitions: Sequence[Partition], order: Callable[[Struct], str], *, descending: bool) -> list[Struct]:
    """The ready items that nothing unread can precede, in order; they are no longer ready.

    Each partition is in order, so what is unread of it lies behind its last ready item. None is empty.
    """
    if len(partitions) == 1:
        return partitions[0].give(len(partitions[0].ready))
    horizons = [order(partition.ready[-1]) for partition in partitions if not partition.is_exhausted]
    taken: list[Struct] = []
    for partition in partitions:
        if not horizons:
            count = len(partition.ready)
        elif descending:
            count = sum(order(item) >= max(horizons) for item in partition.ready)
        else:
            count = sum(order(item) <= min(horizons) for item in partition.ready)
        taken += partition.give(count)
    taken.sort(key=order, reverse=descending)
    return taken
