"""Mixed operations of an application, a journal of what was asked and acknowledged, and what must be true of it then.

Every writer has keys of its own, so that the journal alone tells what the tiers must hold: the last acknowledged value
or one that was begun after it, sums between those of the acknowledged and of the begun additions, and each change once.
"""

from __future__ import annotations

import base64
import json
import random
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, TypeVar

from tierstore import idempotent
from tierstore.core.operation import Sync
from tierstore.errors import NotFoundError
from tierstore.identifiers import new_ulid
from tierstore.model.contents import Content
from tierstore.model.users import User
from tierstore.realtime.rate_limits import RateLimit
from tierstore.storage import Operations

Result = TypeVar("Result")
_LIMIT: Final = RateLimit(name="drill", permits=1000, seconds=1)
_CONTENT: Final = b"a file that somebody sends"


@dataclass
class Entry:
    """One write: begun, and acknowledged or not."""

    kind: str
    key: str
    value: Any
    is_done: bool = False
    answer: Any = None


@dataclass
class Journal:
    """What was asked of the tiers, in order; in a file too, so that it outlives its process."""

    file: Path | None = None
    entries: list[Entry] = field(default_factory=list)

    def write(self, kind: str, key: str, value: Any, action: Callable[[], Result], answer: Any = None) -> Result:
        """Do it, and note before that it was begun and after that it was acknowledged."""
        number = len(self.entries)
        self.entries.append(Entry(kind, key, value))
        self._append([number, kind, key, value])
        result = action()
        self.entries[number].is_done = True
        self.entries[number].answer = answer(result) if answer else None
        self._append([number, self.entries[number].answer])
        return result

    def _append(self, line: list[Any]) -> None:
        if self.file is not None:
            with self.file.open("a", encoding="utf-8") as file:
                file.write(json.dumps(line) + "\n")

    @classmethod
    def read(cls, file: Path) -> list[Entry]:
        """The entries of a process that may have been killed; a line that it did not finish counts for nothing."""
        entries: dict[int, Entry] = {}
        for line in file.read_text(encoding="utf-8").splitlines(keepends=True) if file.exists() else ():
            if line.endswith("\n"):
                number, *parts = json.loads(line)
                if len(parts) == 1:
                    entries[number].is_done, entries[number].answer = True, parts[0]
                else:
                    entries[number] = Entry(*parts)
        return [entries[number] for number in sorted(entries)]


class Application:
    """One writer: does whatever the dice say."""

    def __init__(self, storage: Operations[Sync], dice: random.Random, journal: Journal) -> None:
        self._storage = storage
        self._dice = dice
        self.journal = journal
        self._name = new_ulid().lower()
        self._users: dict[str, User] = {}
        self._contents: dict[str, Content] = {}
        self._secrets: list[str] = []
        self.seconds: dict[str, list[float]] = defaultdict(list)
        """How long each operation took, by its name."""

        def token_of(token: str, /) -> str:
            return token

        @idempotent(
            storage.idempotency, scope=self._name, token=token_of, payload=token_of, in_progress=timedelta(seconds=30)
        )
        def order(_token: str, /) -> None:
            storage.counters.add(f"{self._name}-orders", "likes")

        self._order = order
        self._steps: tuple[Callable[[], None], ...] = (
            *(self.create_user, self.update_user, self.read_user, self.read_users, self.find_user),
            *(self.write_content, self.read_content, self.list_contents),
            *(self.put_state, self.count, self.count, self.read_counter),
            *(self.sign_in, self.use_session, self.use_session, self.sign_out),
            *(self.take, self.score, self.rank, self.add_points, self.add_points),
            *(self.publish, self.follow, self.register_upload, self.order_twice),
        )

    def step(self) -> None:
        """Do one thing."""
        step = self._dice.choice(self._steps)
        begun = time.perf_counter()
        step()
        self.seconds[step.__name__].append(time.perf_counter() - begun)

    def create_user(self) -> None:
        email = f"{new_ulid()}@example.org".lower()
        create = lambda: self._storage.users.create(email=email, display_name="new")  # noqa: E731
        self._users[email] = self.journal.write("user", email, "new", create)

    def update_user(self) -> None:
        if self._users:
            email, user = self._dice.choice(list(self._users.items()))
            name = new_ulid()
            # Where the write fails, nobody knows the user's version any more.
            del self._users[email]
            update = lambda: self._storage.users.update(user, display_name=name)  # noqa: E731
            self._users[email] = self.journal.write("user", email, name, update)

    def read_user(self) -> None:
        if self._users:
            user = self._dice.choice(list(self._users.values()))
            assert self._storage.users.get(user.id) == user

    def read_users(self) -> None:
        users = self._dice.sample(list(self._users.values()), min(10, len(self._users)))
        assert self._storage.cache.entities(User, [{"id": user.id} for user in users]) == users

    def find_user(self) -> None:
        if self._users:
            email, user = self._dice.choice(list(self._users.items()))
            assert self._storage.users.by_email(email) == user

    def write_content(self) -> None:
        body = new_ulid()
        if self._contents and self._dice.random() < 0.5:
            author, content = self._dice.choice(list(self._contents.items()))
            del self._contents[author]
            action = lambda: self._storage.contents.edit(content, editor_id=author, body=body)  # noqa: E731
        else:
            author = new_ulid()
            action = lambda: self._storage.contents.create(  # noqa: E731
                author_id=author, title="t", body=body, category="drill"
            )
        self._contents[author] = self.journal.write("content", author, body, action)

    def read_content(self) -> None:
        if self._contents:
            content = self._dice.choice(list(self._contents.values()))
            assert self._storage.contents.get(content.id) == content

    def list_contents(self) -> None:
        if self._contents:
            author, content = self._dice.choice(list(self._contents.items()))
            assert self._storage.contents.by_author(author, limit=5).items == (content,)

    def put_state(self) -> None:
        name, value = str(self._dice.randrange(5)), new_ulid()
        self.journal.write(
            "state", f"{self._name}/{name}", value, lambda: self._storage.state.put(self._name, name, value)
        )

    def count(self) -> None:
        content, amount = f"{self._name}-{self._dice.randrange(5)}", self._dice.randrange(1, 10)
        self.journal.write("views", content, amount, lambda: self._storage.counters.add(content, "views", amount))

    def read_counter(self) -> None:
        assert self._storage.counters.read(f"{self._name}-{self._dice.randrange(5)}", "views") >= 0

    def sign_in(self) -> None:
        start = lambda: self._storage.sessions.start(self._name)  # noqa: E731
        signed_in = self.journal.write("session", self._name, None, start, answer=lambda started: started.secret)
        self._secrets.append(signed_in.secret)

    def use_session(self) -> None:
        if self._secrets:
            assert self._storage.sessions.get(self._dice.choice(self._secrets)) is not None

    def sign_out(self) -> None:
        if len(self._secrets) > 3:
            secret = self._secrets.pop()
            self.journal.write("end", secret, None, lambda: self._storage.sessions.end(secret))

    def take(self) -> None:
        assert self._storage.limits.take(_LIMIT, self._name).remaining >= 0

    def score(self) -> None:
        member, score = str(self._dice.randrange(5)), float(len(self.journal.entries))
        put = lambda: self._storage.leaderboards.put(f"{self._name}-put", member, score)  # noqa: E731
        self.journal.write("score", f"{self._name}-put/{member}", score, put)

    def add_points(self) -> None:
        member, points = str(self._dice.randrange(5)), self._dice.randrange(1, 10)
        add = lambda: self._storage.leaderboards.add(f"{self._name}-add", member, points)  # noqa: E731
        self.journal.write("points", f"{self._name}-add/{member}", points, add)

    def rank(self) -> None:
        self._storage.leaderboards.rank(f"{self._name}-put", str(self._dice.randrange(5)))
        self._storage.leaderboards.top(f"{self._name}-put")

    def publish(self) -> None:
        number = len(self.journal.entries)
        self.journal.write("change", self._name, number, lambda: self._storage.changes.publish(self._name, "n", number))

    def follow(self) -> None:
        self._storage.changes.follow(self._name, limit=10)

    def register_upload(self) -> None:
        register = lambda: self._storage.uploads.register(  # noqa: E731
            user_id=self._name,
            file_name="a.txt",
            content_type="text/plain",
            size_bytes=len(_CONTENT),
            checksum_sha256=base64.b64encode(sha256(_CONTENT).digest()).decode(),
        )
        self.journal.write("upload", self._name, None, register, answer=lambda registered: registered.upload.id)

    def order_twice(self) -> None:
        token = new_ulid()

        def deliver_twice() -> None:
            self._order(token)
            self._order(token)

        self.journal.write("likes", f"{self._name}-orders", 1, deliver_twice)


def differences(storage: Operations[Sync], entries: list[Entry]) -> Iterator[str]:
    """Where the tiers do not hold what the journal says; nothing where nothing was lost or done twice."""
    while storage.outbox.deliver():
        continue
    while storage.counters.flush().counters:
        continue
    by_key: dict[tuple[str, str], list[Entry]] = defaultdict(list)
    for entry in entries:
        by_key[entry.kind, entry.key].append(entry)
    ended = {entry.key: entry.is_done for entry in entries if entry.kind == "end"}
    for (kind, key), writes in by_key.items():
        match kind:
            case "session":
                yield from _sessions(storage, writes, ended)
            case "upload":
                ids = [write.answer for write in writes if write.is_done]
                lost = [each for each in ids if not _has_upload(storage, key, each)]
                yield from (f"upload {each} of {key} is lost" for each in lost)
            case "change":
                yield from _changes(storage, key, writes)
            case "views" | "likes" | "points":
                yield from _sums(kind, key, _sum_of(storage, kind, key), writes)
            case "user" | "content" | "state" | "score":
                yield from _values(kind, key, _value_of(storage, kind, key), writes)


def _values(kind: str, key: str, found: Any, writes: list[Entry]) -> Iterator[str]:
    done = [number for number, write in enumerate(writes) if write.is_done]
    last = done[-1] if done else 0
    allowed = [write.value for write in writes[last:]] + ([] if done else [None])
    if found not in allowed:
        yield f"{kind} {key} is {found!r} instead of {allowed}"


def _sums(kind: str, key: str, found: float, writes: list[Entry]) -> Iterator[str]:
    least = sum(write.value for write in writes if write.is_done)
    most = sum(write.value for write in writes)
    if not least <= found <= most:
        yield f"{kind} of {key} are {found} instead of {least} to {most}"


def _changes(storage: Operations[Sync], topic: str, writes: list[Entry]) -> Iterator[str]:
    found: Counter[int] = Counter()
    page = storage.changes.follow(topic, limit=1000)
    while page.items:
        found.update(change.body for change in page.items)
        page = storage.changes.follow(topic, cursor=page.cursor, limit=1000)
    for write in writes:
        if not write.is_done <= found[write.value] <= 1:
            yield f"change {write.value} of {topic} was published {found[write.value]} times"


def _sessions(storage: Operations[Sync], starts: list[Entry], ended: dict[str, bool]) -> Iterator[str]:
    for start in starts:
        if start.is_done and ended.get(start.answer) is not False:
            is_there = storage.sessions.get(start.answer) is not None
            if is_there is (start.answer in ended):
                yield f"a session of {start.key} is {'there still' if is_there else 'lost'}"


def _has_upload(storage: Operations[Sync], user_id: str, upload_id: str) -> bool:
    with suppress(NotFoundError):
        return storage.uploads.get(user_id=user_id, upload_id=upload_id) is not None
    return False


def _sum_of(storage: Operations[Sync], kind: str, key: str) -> float:
    match kind:
        case "views":
            return storage.counters.read(key, "views")
        case "likes":
            return storage.counters.read(key, "likes")
    board, _, member = key.partition("/")
    standing = storage.leaderboards.rank(board, member)
    return standing.score if standing else 0.0


def _value_of(storage: Operations[Sync], kind: str, key: str) -> Any:
    match kind:
        case "user":
            user = storage.users.by_email(key)
            return user and user.display_name
        case "content":
            contents = storage.contents.by_author(key).items
            return contents[0].body if contents else None
        case "state":
            entry = storage.state.get(*key.split("/"))
            return entry and entry.value
    board, _, member = key.partition("/")
    standing = storage.leaderboards.rank(board, member)
    return standing and standing.score
