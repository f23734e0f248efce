"""Every operation of the library, each as its access pattern is meant, with whatever it comes to in between."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tierstore.errors import InvalidError
from tierstore.identifiers import new_ulid
from tierstore.model.contents import Content
from tierstore.model.users import User
from tierstore.realtime.rate_limits import RateLimit

Do = Callable[..., Any]
"""Runs the operation of an access pattern by its name, `<group>.<method>`."""
Store = Callable[[str, bytes, str], None]
"""Stores an object of the uploads as a browser would: key, content, content type."""
Begin = Callable[[str], None]
"""Begins to send an object of the uploads in parts, and never comes to the end."""
Later = Callable[[], AbstractContextManager[None]]
"""Lets time pass until nobody sends files any more."""
Away = Callable[[], AbstractContextManager[None]]
"""Lets Redis be out of reach."""

_TEXT = b"a file that somebody sends\n"
_IN_PARTS = b"x" * (9 * 2**20)
"""More than one part."""


class Crash(Exception):  # noqa: N818 - an event, no error
    """Stands for the crash of whoever sends a file."""


def live(do: Do, *, user_id: str, folder: Path, store: Store, begin: Begin, later: Later, away: Away) -> None:
    """Run every operation; the uploads are those of the user."""
    _users(do)
    _contents(do)
    _uploads(do, user_id, folder, store, later)
    _assets(do, folder)
    _state(do)
    _sessions(do)
    _real_time(do, away)
    _personal_data(do, folder, store, begin)


def _users(do: Do) -> None:
    name = new_ulid().lower()
    user = do("users.create", email=f"{name}@example.org", display_name="Ada")
    do("users.get", user.id)
    do("users.by_email", f"{name}@example.org")
    user = do("users.change_email", do("users.update", user, status="suspended"), f"{name}@example.com")
    do("users.set_preferences", user.id, locale="de")
    do("users.by_status", "suspended", limit=5)
    do("users.overview", user.id)
    do("users.delete", user)


def _contents(do: Do) -> None:
    author, tag, now = new_ulid(), new_ulid(), datetime.now(UTC)
    content = do("contents.create", author_id=author, title="one", body="b", category=tag, tags=[tag])
    do("contents.get", content.id)
    published = do("contents.publish", content)
    edited = do("contents.edit", published, editor_id=author, title="two", tags=[tag + "2"])
    do("contents.by_author", author)
    do("contents.by_author_and_status", author, "published")
    do("contents.by_category", tag, since=now - timedelta(hours=1))
    do("contents.by_tag", tag)
    do("contents.revisions", content.id)
    do("contents.revision", content.id, 1)
    do("contents.revisions_by_time", content.id)
    withdrawn = do("contents.withdraw", edited)
    do("counters.add", content.id, "views", 3)
    do("counters.read", content.id, "views")
    do("counters.flush")
    do("contents.delete", do("contents.publish", withdrawn))


def _uploads(do: Do, user_id: str, folder: Path, store: Store, later: Later) -> None:
    small, large = folder / "small.txt", folder / "large.txt"
    small.write_bytes(_TEXT)
    large.write_bytes(_IN_PARTS)
    sent, resumed, given_up = new_ulid(), new_ulid(), new_ulid()
    do("uploads.send", small, user_id=user_id, upload_id=sent)
    for upload_id in (resumed, given_up):
        with suppress(Crash):
            do("uploads.send", large, user_id=user_id, upload_id=upload_id, progress=interrupt)
    do("uploads.send", large, user_id=user_id, upload_id=resumed)
    do("uploads.delete", user_id=user_id, upload_id=given_up)
    do("uploads.get", user_id=user_id, upload_id=sent)
    do("uploads.by_user", user_id=user_id)
    do("uploads.download", folder / "received.txt", user_id=user_id, upload_id=sent)
    do("uploads.link", user_id=user_id, upload_id=sent)
    for content in (_TEXT, b"something else"):
        registered = register(do, user_id)
        store(registered.object_key, content, registered.content_type)
        with suppress(InvalidError):
            do("uploads.complete", user_id=user_id, upload_id=registered.id)
    arrived = register(do, user_id)
    store(arrived.object_key, _TEXT, arrived.content_type)
    do("uploads.pending")
    do("uploads.reconcile", older_than=timedelta(0))
    with later():
        do("uploads.delete", user_id=user_id, upload_id=sent)


def register(do: Do, user_id: str) -> Any:
    digest = base64.b64encode(hashlib.sha256(_TEXT).digest()).decode()
    registration = do(
        "uploads.register",
        user_id=user_id,
        file_name="a.txt",
        content_type="text/plain",
        size_bytes=len(_TEXT),
        checksum_sha256=digest,
    )
    return registration.upload


def interrupt(_sent: int, _total: int) -> None:
    raise Crash


def _assets(do: Do, folder: Path) -> None:
    key, large = f"{new_ulid()}.txt", f"{new_ulid()}.bin"
    do("assets.publish", key, folder / "small.txt")
    do("assets.publish", large, folder / "large.txt")
    with suppress(Crash):
        do("assets.publish", large, folder / "large.txt", progress=interrupt)
    do("assets.read", key)
    do("assets.download", key, folder / "asset.txt")
    do("assets.link", key)
    do("assets.copy", key, f"copy-{key}")
    first = do("assets.versions", key)[-1]
    do("assets.delete", key)
    do("assets.restore", key, first.version_id)


def _state(do: Do) -> None:
    name = new_ulid()
    do("state.put", name, "key", 1)
    do("state.get", name, "key")
    do("state.by_prefix", name)
    do("state.delete", name, "key")
    lease = do("leases.acquire", name, holder="me", duration=timedelta(minutes=1))
    do("leases.get", name)
    do("leases.release", do("leases.renew", lease, duration=timedelta(minutes=1)))
    for ending in ("complete", "abandon"):
        record = do("idempotency.begin", name, ending, payload_hash="h")
        do(f"idempotency.{ending}", record, *(["result"] if ending == "complete" else []))


def _sessions(do: Do) -> None:
    user = new_ulid()
    first = do("sessions.start", user)
    second = do("sessions.start", user, replacing=first.secret)
    do("sessions.get", second.secret)
    do("sessions.update", second.secret, cart=1)
    third = do("sessions.rotate", second.secret)
    do("sessions.by_user", user)
    do("sessions.end", third.secret)
    do("sessions.start", user)
    do("sessions.end_all", user)


def _real_time(do: Do, away: Away) -> None:
    name = new_ulid()
    for entity in (User, Content):
        do("cache.entities", entity, [{"id": name}])
        do("cache.forget", entity, [{"id": name}])
    do("limits.take", RateLimit(name="sign-in", permits=5, seconds=60), name)
    do("leaderboards.put", name, "ada", 1)
    do("leaderboards.add", name, "ada", 1)
    do("leaderboards.rank", name, "ada")
    do("leaderboards.top", name)
    do("leaderboards.remove", name, "ada")
    do("changes.publish", name, "kind")
    do("changes.follow", name)
    with away():
        do("leaderboards.put", name, "bob", 1)
        do("leaderboards.add", name, "bob", 1)
        do("leaderboards.remove", name, "bob")
        do("leaderboards.rank", name, "nobody")
        do("leaderboards.top", name, count=3)
        do("changes.publish", name, "kind")
    do("outbox.deliver")


def _personal_data(do: Do, folder: Path, store: Store, begin: Begin) -> None:
    name = new_ulid().lower()
    user = do("users.create", email=f"{name}@example.org", display_name="Ada").id
    do("users.set_preferences", user)
    do("sessions.start", user)
    content = do("contents.create", author_id=user, title="own", body="b", category=name, tags=[name])
    do("contents.publish", content)
    do("counters.add", content.id, "views", 1)
    do("counters.flush")
    others = do("contents.create", author_id=new_ulid(), title="another's", body="b", category=name)
    do("contents.edit", others, editor_id=user, body="edited")
    store(f"uploads/{user}/1/a.txt", _TEXT, "text/plain")
    begin(f"uploads/{user}/2/a.txt")
    do("personal_data.remains", user)
    do("personal_data.export", user, folder / name)
    do("personal_data.erase", user)
