"""Users: found by id, e-mail address and status; their preferences and recent uploads beside them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

from tierstore.api.declared import declared_list
from tierstore.core.effects import Plan
from tierstore.core.operation import Group, Mode, Runner, operation
from tierstore.core.pages import Page, paged
from tierstore.core.unchanged import UNCHANGED, Unchanged, given
from tierstore.dynamodb import changes
from tierstore.dynamodb.repository import Repository
from tierstore.model.uploads import Upload
from tierstore.model.users import Preferences, User
from tierstore.personal.guarding import not_erased

UserStatus: TypeAlias = Literal["active", "suspended", "closed"]

_BY_STATUS: Final = declared_list("users.by_status")
_OVERVIEW: Final = declared_list("users.overview")


@dataclass(frozen=True, kw_only=True)
class Overview:
    """A user's item collection, as far as a start page shows it."""

    user: User
    preferences: Preferences | None
    """None until they are set for the first time."""
    uploads: tuple[Upload, ...]
    """Newest first."""


class Users(Group[Mode]):
    """People who sign in."""

    def __init__(self, runner: Runner, items: Repository) -> None:
        super().__init__(runner)
        self._items = items

    @operation
    def create(self, *, email: str, display_name: str, status: UserStatus = "active") -> Plan[User]:
        """Create a user. Raises `NotUniqueError` where another has the e-mail address, whatever its case."""
        return self._items.create(User(email=email, display_name=display_name, status=status))

    @operation
    def get(self, id: str, *, consistent: bool = False) -> Plan[User | None]:  # noqa: A002 - the field's name
        """The user with this id, or None. A read that is not consistent may miss the last moments' changes."""
        return self._items.get(User, {"id": id}, consistent=consistent)

    @operation
    def by_email(self, email: str) -> Plan[User | None]:
        """The user with this e-mail address, whatever its case, or None; consistent."""
        return self._items.get_by_unique(User, "email", {"email": email})

    @operation
    def update(
        self,
        user: User,
        *,
        display_name: str | Unchanged = UNCHANGED,
        status: UserStatus | Unchanged = UNCHANGED,
    ) -> Plan[User]:
        """Change a user's profile or status.

        Raises `VersionConflictError` where somebody changed or deleted the user since it was read.
        """
        return self._items.update(user, **given(display_name=display_name, status=status))

    @operation
    def change_email(self, user: User, email: str) -> Plan[User]:
        """Give a user another e-mail address.

        Raises `NotUniqueError` where another user has it, and `VersionConflictError` where somebody changed or
        deleted the user since it was read.
        """
        return self._items.update(user, email=email)

    @operation
    def delete(self, user: User) -> Plan[None]:
        """Delete a user with the preferences, and free the e-mail address; what else the user owns stays.

        Raises `VersionConflictError` where somebody changed or deleted the user since it was read.
        """
        preferences = changes.delete_copy(Preferences(user_id=user.id))
        return self._items.write(changes.delete(user), preferences)

    @paged
    def by_status(self, status: UserStatus, *, limit: int = 20, cursor: str | None = None) -> Plan[Page[User]]:
        """Users with a status, newest first."""
        return self._items.page(_BY_STATUS(values={"status": status}), limit=limit, cursor=cursor)

    @operation
    def overview(self, id: str, *, uploads: int = 10) -> Plan[Overview | None]:  # noqa: A002 - the field's name
        """A user with the preferences and the most recent uploads, at most as many as asked for, in one request."""
        page = yield from self._items.page(_OVERVIEW(values={"id": id}), limit=uploads + 2, cursor=None)
        user = next((item for item in page.items if isinstance(item, User)), None)
        if user is None:
            return None
        return Overview(
            user=user,
            preferences=next((item for item in page.items if isinstance(item, Preferences)), None),
            uploads=tuple(item for item in page.items if isinstance(item, Upload) and not item.removing)[:uploads],
        )

    @operation
    def set_preferences(
        self,
        user_id: str,
        *,
        locale: str = "en",
        time_zone: str = "UTC",
        values: Mapping[str, Any] | None = None,
    ) -> Plan[Preferences]:
        """Set all of a user's preferences; those that are not given have their defaults again.

        Raises `ErasedError` for a user whose data was erased.
        """
        wanted = Preferences(user_id=user_id, locale=locale, time_zone=time_zone, values=dict(values or {}))
        return self._items.replace_together(wanted, not_erased(user_id))
