"""A user's data across all tiers: exported, and erased."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tierstore.core.context import Context
from tierstore.core.effects import Plan
from tierstore.core.operation import Group, Mode, Runner, operation
from tierstore.core.retries import RetryPolicy
from tierstore.dynamodb.repository import Repository
from tierstore.personal import erasing, exporting
from tierstore.personal.erasing import Erased, Erasing, Remnant
from tierstore.personal.exporting import Exported, Exporting
from tierstore.personal.owned_buckets import OwnedBucket


class PersonalData(Group[Mode]):
    """What the declaration says is a user's: items, what hangs on them, objects, and traces in Redis.

    For whoever answers users that ask for their data or its end; its requests grow with the data.
    """

    def __init__(
        self, runner: Runner, context: Context, items: Repository, buckets: Sequence[OwnedBucket], redis: RetryPolicy
    ) -> None:
        super().__init__(runner)
        self._environment = context.connection.environment
        self._items = items
        self._buckets = buckets
        self._redis = redis

    @operation
    def export(self, user_id: str, path: Path, *, progress: exporting.Told | None = None) -> Plan[Exported]:
        """Write all that is stored for a user to `path`: a directory that is made, or a file that ends with `.zip`.

        Items become lines of JSON without keys and other internals, one file an entity; objects stay what they are.
        Memory does not grow with the data. An export that was killed leaves `<path>.unfinished`, and the next one
        begins anew. Raises `InvalidError` where the path exists, `OSError` for the disk.
        """
        return Exporting(
            user_id=user_id,
            path=path,
            environment=self._environment,
            items=self._items,
            buckets=self._buckets,
            told=progress or (lambda _: None),
        ).run()

    @operation
    def erase(self, user_id: str, *, progress: erasing.Told | None = None) -> Plan[Erased]:
        """Erase a user from every tier; afterwards `ErasedError` meets whoever stores something new for them.

        Nothing of it can be undone. Call it again after an error, or where it was killed: it goes on with what is
        left. Others' items that only name the user stay, without the name. `progress` is told the sums so far.
        """
        return self._erasing(user_id, progress).run()

    @operation
    def remains(self, user_id: str) -> Plan[tuple[Remnant, ...]]:
        """What is stored for a user, by where it lies: nothing after an erasure."""
        return self._erasing(user_id, None).remains()

    def _erasing(self, user_id: str, progress: erasing.Told | None) -> Erasing:
        return Erasing(
            user_id=user_id,
            items=self._items,
            buckets=self._buckets,
            redis=self._redis,
            told=progress or (lambda _: None),
        )
