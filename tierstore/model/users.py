"""Users, their preferences, and who may be found how."""

from __future__ import annotations

from dataclasses import field
from typing import Annotated, Any, Final, Literal

from tierstore.declaration.entities import SENSITIVE, Entity, Unique
from tierstore.declaration.keys import Shards, key
from tierstore.declaration.ownership import OwnedBy
from tierstore.declaration.patterns import AccessPattern
from tierstore.declaration.policies import CachePolicy
from tierstore.declaration.requests import Get, GetByUnique, Query, create, delete, put, update, write
from tierstore.identifiers import new_ulid
from tierstore.model.erasures import NOT_ERASED
from tierstore.model.tables import CORE
from tierstore.model.uploads import Upload


class User(
    Entity,
    table=CORE,
    type="user",
    key=key("USER#{id}", "USER#PROFILE"),
    indexes={"gsi1": key("USER_STATUS#{status}#{shard}", "{created_at}#{id}", shards=Shards(count=8, by="id"))},
    unique=(Unique(name="email", key=key("EMAIL#{email:casefold}", "GUARD")),),
    cache=CachePolicy(time_to_live=300, negative_time_to_live=30, refresh_ahead=30, stale_if_error=3600),
    ownership=(OwnedBy(field="id"),),
):
    """A person who signs in."""

    id: str = field(default_factory=new_ulid)
    email: Annotated[str, SENSITIVE]
    display_name: str
    status: Literal["active", "suspended", "closed"] = "active"


class Preferences(
    Entity,
    table=CORE,
    type="preferences",
    key=key("USER#{user_id}", "USER#PREFERENCES"),
    ownership=(OwnedBy(field="user_id"),),
):
    """A user's settings, beside the profile in the user's item collection."""

    user_id: str
    locale: str = "en"
    time_zone: str = "UTC"
    values: dict[str, Any] = field(default_factory=dict)


PATTERNS: Final = (
    AccessPattern(
        id="U1",
        name="users.get",
        title="user profile by id",
        requests=(Get(entity=User),),
    ),
    AccessPattern(
        id="U1c",
        name="users.create",
        title="create a user, its e-mail unique",
        requests=(write(create(User)),),
    ),
    AccessPattern(
        id="U1u",
        name="users.update",
        title="change a user's profile or status",
        requests=(write(update(User, "display_name", "status")),),
    ),
    AccessPattern(
        id="U1d",
        name="users.delete",
        title="delete a user with the preferences, and free the e-mail",
        requests=(write(delete(User), delete(Preferences)),),
    ),
    AccessPattern(
        id="U2",
        name="users.by_email",
        title="user by e-mail, case-insensitive, consistent",
        requests=(GetByUnique(entity=User, unique="email"),),
    ),
    AccessPattern(
        id="U3",
        name="users.change_email",
        title="change e-mail atomically, keeping uniqueness",
        requests=(write(update(User, "email")),),
    ),
    AccessPattern(
        id="U4",
        name="users.by_status",
        title="users by status, newest first",
        requests=(Query(entities=(User,), index="gsi1", newest_first=True),),
    ),
    AccessPattern(
        id="U5",
        name="users.overview",
        title="profile with preferences and recent uploads in one query",
        requests=(Query(entities=(User, Preferences, Upload), newest_first=True),),
    ),
    AccessPattern(
        id="U6",
        name="users.set_preferences",
        title="replace a user's preferences",
        requests=(write(put(Preferences), NOT_ERASED), Get(entity=Preferences, consistent=True)),
    ),
)

ENTITIES: Final = (
    User,
    Preferences,
)
