"""Sessions of signed-in users: read from Redis, kept in a table, so that a lost Redis signs nobody out."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from tierstore.core.context import Context
from tierstore.core.effects import Once, Plan, Sleep, together
from tierstore.core.operation import Group, Mode, Runner, operation
from tierstore.core.pages import Page, paged
from tierstore.dynamodb import changes
from tierstore.dynamodb.changes import Change
from tierstore.dynamodb.ranges import Range
from tierstore.dynamodb.repository import Repository
from tierstore.errors import ConflictError, ErasedError, InvalidError, NotFoundError, StorageError, VersionConflictError
from tierstore.model.key_spaces import USER_SESSIONS
from tierstore.model.sessions import ABSOLUTE_SECONDS, BY_USER, IDLE_SECONDS, Session
from tierstore.personal.guarding import not_erased
from tierstore.redis.effects import RedisRequest
from tierstore.redis.keys import key_in
from tierstore.redis.scripts import Script

PROLONGED_BY: Final = 1.1
"""Of its idle time a session gets a tenth more than it needs, so that only one use in a while has to prolong it."""
TRIES: Final = 5
"""Of a change to a session that others use at the same time."""
INDEX_LAG_SECONDS: Final = 1.0
"""After this a global index shows what was written, but for rare cases (DynamoDB developer guide: «a fraction of a
second, under normal conditions»)."""
_PAGE: Final = 100
_NOTE: Final = Script("""
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', ARGV[1])
redis.call('ZADD', KEYS[1], ARGV[2], ARGV[3])
local last = redis.call('ZREVRANGE', KEYS[1], 0, 0, 'WITHSCORES')
redis.call('EXPIRE', KEYS[1], math.ceil(last[2] - ARGV[1]))
return 1
""")


@dataclass(frozen=True, kw_only=True)
class SignedIn:
    """A session, and the secret that only its client may hold, such as in a cookie; it is stored nowhere."""

    secret: str = field(repr=False)
    session: Session


class Sessions(Group[Mode]):
    """A session ends when nobody uses it for its idle time, when its absolute time is over, or when it is ended.

    Only a hash of its secret is stored.
    """

    def __init__(self, runner: Runner, context: Context, items: Repository) -> None:
        super().__init__(runner)
        self._context = context
        self._items = items

    @operation
    def start(
        self,
        user_id: str,
        *,
        data: Mapping[str, Any] | None = None,
        replacing: str | None = None,
        idle_seconds: int = IDLE_SECONDS,
        absolute_seconds: int = ABSOLUTE_SECONDS,
    ) -> Plan[SignedIn]:
        """Start a session with a new secret; `replacing`, the secret that the client had before, is worth nothing then.

        Raises `InvalidError` for times that are not above 0 or where the idle time is the longer, and `ErasedError` for
        a user whose data was erased.
        """
        if not 0 < idle_seconds <= absolute_seconds:
            raise InvalidError(
                f"a session of {idle_seconds} s idle and {absolute_seconds} s in all; the idle time must be above 0 "
                "and no longer than the whole"
            )
        now = self._context.now()
        secret = self._context.new_secret()
        absolute_expiry = now + timedelta(seconds=absolute_seconds)
        session = Session(
            id=_hash(secret),
            user_id=user_id,
            data=dict(data or {}),
            idle_seconds=idle_seconds,
            absolute_expiry=absolute_expiry,
            expires_at=_expiry(now, idle_seconds, absolute_expiry),
        )
        created = changes.create(session, now=now)
        yield from self._note(session)
        replaced = None if replacing is None else (yield from self._find(replacing))
        ended = () if replaced is None else (changes.delete_copy(replaced),)
        yield from self._write(user_id, created, *ended)
        return SignedIn(secret=secret, session=created.result)

    @operation
    def get(self, secret: str) -> Plan[Session | None]:
        """The session of a secret, or None where there is none any more; using it prolongs it."""
        session = yield from self._items.get(Session, {"id": _hash(secret)})
        if session is None or _prolonged(session, self._context.now()) is None:
            return session
        prolonged: Session | None = yield Once(key=("prolong session", session.id), plan=self._prolong(session))
        return prolonged

    @operation
    def update(self, secret: str, /, **values: Any) -> Plan[Session]:
        """Set entries of what a session holds; the others stay. Raises `NotFoundError` where it has ended."""
        for _ in range(TRIES):
            session = yield from self._find(secret)
            if session is None:
                raise NotFoundError("this session has ended; sign in again")
            try:
                return (yield from self._items.update(session, data={**session.data, **values}))
            except VersionConflictError as error:
                conflict = error
        raise conflict

    @operation
    def rotate(self, secret: str) -> Plan[SignedIn]:
        """Give the session another secret, as after a change of rights; the old one is worth nothing then.

        Raises `NotFoundError` where it has ended.
        """
        new_secret = self._context.new_secret()
        for _ in range(TRIES):
            old = yield from self._find(secret)
            if old is None:
                raise NotFoundError("this session has ended; sign in again")
            now = self._context.now()
            created = changes.create(changes.stamped(old, id=_hash(new_secret)), now=now)
            yield from self._note(created.result)
            try:
                # Only a session that nobody has ended meanwhile goes on under another secret.
                yield from self._write(old.user_id, created, changes.delete(old))
            except VersionConflictError as error:
                conflict = error
            else:
                return SignedIn(secret=new_secret, session=created.result)
        raise conflict

    @operation
    def end(self, secret: str) -> Plan[None]:
        """Sign out; nothing happens where the session has ended already."""
        session = yield from self._find(secret)
        if session is not None:
            yield from self._items.write(changes.delete_copy(session))

    @operation
    def end_all(self, user_id: str, *, but: str | None = None) -> Plan[int]:
        """Sign a user out everywhere, or everywhere `but` where this secret is held; the number of sessions ended."""
        kept = None if but is None else _hash(but)
        ended = 0
        while True:
            live = yield from self._live_sessions(user_id)
            to_end = [session for session in live if session.id != kept]
            if not to_end:
                return ended
            yield from together([self._items.write(changes.delete_copy(session)) for session in to_end])
            ended += len(to_end)

    @paged
    def by_user(self, user_id: str, *, limit: int = 20, cursor: str | None = None) -> Plan[Page[Session]]:
        """A user's sessions, newest first; one that was started a moment ago may be missing."""
        return self._items.page(_of_user(user_id), limit=limit, cursor=cursor)

    def _write(self, user_id: str, *parts: Change[Any]) -> Plan[None]:
        """Let a session begin, unless the user's data was erased: then it leaves no trace."""
        try:
            yield from self._items.write(*parts, not_erased(user_id))
        except ErasedError:
            key = key_in(USER_SESSIONS, user_id=user_id)
            # What could not be removed now goes with its expiry.
            with suppress(StorageError):
                yield RedisRequest(key=key, command=("UNLINK", key))
            raise

    def _find(self, secret: str) -> Plan[Session | None]:
        return self._items.get(Session, {"id": _hash(secret)}, consistent=True)

    def _prolong(self, session: Session) -> Plan[Session | None]:
        """Prolong a session; None where it has ended, which also a process that missed the news finds out here."""
        expires_at = _prolonged(session, self._context.now())
        try:
            return (yield from self._items.update(session, expires_at=expires_at))
        except VersionConflictError as error:
            # Somebody else has prolonged it or changed it, unless it is gone.
            return None if error.found is None else session
        except ConflictError:
            return session
        except StorageError as error:
            if not error.retryable:
                raise
            return session

    def _note(self, session: Session) -> Plan[None]:
        """Note the id of a session that is about to begin, so that signing out everywhere finds it at once."""
        key = key_in(USER_SESSIONS, user_id=session.user_id)
        now, last = self._context.now().timestamp(), session.absolute_expiry.timestamp()
        try:
            yield _NOTE.on([key], now, last, session.id, replicated=True)
        except StorageError:
            # The table's index shows it soon.
            return

    def _live_sessions(self, user_id: str) -> Plan[list[Session]]:
        """Every session of a user, also those that the index does not show yet."""
        key = key_in(USER_SESSIONS, user_id=user_id)
        ids: set[str] = set()
        try:
            noted: list[bytes] = yield RedisRequest(key=key, command=("ZRANGE", key, 0, -1))
            ids.update(each.decode() for each in noted)
        except StorageError:
            yield Sleep(seconds=INDEX_LAG_SECONDS)
        cursor = None
        while True:
            page = yield from self._items.page(_of_user(user_id), limit=_PAGE, cursor=cursor)
            ids.update(session.id for session in page.items)
            cursor = page.cursor
            if cursor is None:
                break
        found = yield from together([self._items.get(Session, {"id": each}, consistent=True) for each in sorted(ids)])
        return [session for session in found if session is not None and session.user_id == user_id]


def _of_user(user_id: str) -> Range:
    return Range(name="sessions.by_user", query=BY_USER, values={"user_id": user_id})


def _hash(secret: str) -> str:
    # Whatever a client sends is looked for, and not found.
    return hashlib.sha256(secret.encode(errors="surrogatepass")).hexdigest()


def _expiry(now: datetime, idle_seconds: int, absolute_expiry: datetime) -> datetime:
    return min(now + timedelta(seconds=idle_seconds * PROLONGED_BY), absolute_expiry)


def _prolonged(session: Session, now: datetime) -> datetime | None:
    """When the session is to expire now that it is used; None where it lasts long enough as it is."""
    needed = min(now + timedelta(seconds=session.idle_seconds), session.absolute_expiry)
    if session.expires_at is not None and session.expires_at >= needed:
        return None
    return _expiry(now, session.idle_seconds, session.absolute_expiry)
