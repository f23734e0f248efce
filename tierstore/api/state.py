"""Application state: named values by namespace, for good or until they expire."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from tierstore.api.declared import declared_list
from tierstore.core.effects import Plan
from tierstore.core.operation import Group, Mode, Runner, operation
from tierstore.core.pages import Page, paged
from tierstore.dynamodb import changes
from tierstore.dynamodb.changes import has_version, is_absent, version_conflict
from tierstore.dynamodb.failures import ConditionFailedError
from tierstore.dynamodb.items.codec import codec_of
from tierstore.dynamodb.repository import Repository
from tierstore.model.state import StateEntry

_BY_PREFIX: Final = declared_list("state.by_prefix")


class State(Group[Mode]):
    """Values of any kind that a table keeps exactly; every read is consistent."""

    def __init__(self, runner: Runner, items: Repository) -> None:
        super().__init__(runner)
        self._items = items

    @operation
    def get(self, namespace: str, name: str) -> Plan[StateEntry | None]:
        """The entry, or None where there is none or it has expired."""
        return self._items.get(StateEntry, {"namespace": namespace, "name": name}, consistent=True)

    @operation
    def put(
        self,
        namespace: str,
        name: str,
        value: Any,
        *,
        expected_version: int | None = None,
        time_to_live: timedelta | None = None,
    ) -> Plan[StateEntry]:
        """Set a value, and return the entry with its new version; it expires only where a time to live is given.

        With `expected_version` the entry must be at that version, 0 for one that must not exist; otherwise
        `VersionConflictError` is raised with both versions. Without it, the last writer wins.
        """
        now = self._items.now
        expires_at = None if time_to_live is None else now + time_to_live
        entry = StateEntry(namespace=namespace, name=name, value=value, expires_at=expires_at)
        if expected_version is None:
            return (yield from self._items.replace(entry))
        codec = codec_of(StateEntry)
        condition = is_absent(codec, now) if expected_version == 0 else has_version(expected_version)
        try:
            return (yield from self._items.replace(entry, condition=condition))
        except ConditionFailedError as failure:
            raise version_conflict(codec, expected=expected_version, stored=failure.item) from None

    @operation
    def delete(self, namespace: str, name: str, *, expected_version: int | None = None) -> Plan[None]:
        """Delete an entry; without `expected_version` also one that is gone already.

        Raises `VersionConflictError` where the entry is not at the expected version.
        """
        entry = StateEntry(namespace=namespace, name=name, value=None, version=expected_version or 0)
        change = changes.delete_copy(entry) if expected_version is None else changes.delete(entry)
        return self._items.write(change)

    @paged
    def by_prefix(
        self, namespace: str, prefix: str = "", *, limit: int = 100, cursor: str | None = None
    ) -> Plan[Page[StateEntry]]:
        """Entries of a namespace whose names begin with the prefix, by name."""
        wanted = _BY_PREFIX(values={"namespace": namespace}, beginning=prefix)
        return self._items.page(wanted, limit=limit, cursor=cursor)
