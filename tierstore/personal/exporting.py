"""All that is stored for a user as files: JSON lines of items, and the objects as they are."""

from __future__ import annotations

import shutil
import zipfile
from collections import Counter as Tally
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Final, TypeAlias

import msgspec

from tierstore.core.effects import Plan, ask
from tierstore.declaration.entities import Entity
from tierstore.dynamodb.repository import Repository
from tierstore.errors import CorruptError, InvalidError, NotFoundError
from tierstore.personal.erasing import require_user_id
from tierstore.personal.finding import (
    MENTIONING,
    OWNED,
    Found,
    Located,
    Visit,
    of_others,
    parts_of,
    visit_owned,
    visit_parts,
)
from tierstore.personal.owned_buckets import OwnedBucket
from tierstore.s3 import prefixes
from tierstore.s3.bucket import head
from tierstore.s3.download import download, naming
from tierstore.s3.effects import DiskWork
from tierstore.s3.progress import Progress

MANIFEST: Final = "export.json"
_ARCHIVE: Final = ".zip"
_UNFINISHED: Final = ".unfinished"
_PRIVATE: Final = 0o700
_PRIVATE_FILE: Final = 0o600
_INTERNAL: Final = frozenset({"version"})
"""Fields that say nothing about the user."""


@dataclass(frozen=True, kw_only=True)
class Exported:
    """What an export wrote."""

    path: Path
    items: Mapping[str, int]
    """How many, by entity type: the lines of `items/<entity type>.jsonl`."""
    objects: int
    """Files under `objects/`."""
    object_bytes: int


Told: TypeAlias = Callable[[Mapping[str, int]], None]
"""Is told how much was written so far: items by entity type, and `objects`."""


@dataclass(frozen=True, kw_only=True)
class Exporting:
    """One user's export; holds one page of items, and nothing of a file's content."""

    user_id: str
    path: Path
    environment: str
    items: Repository
    buckets: Sequence[OwnedBucket]
    told: Told = lambda _: None
    written: Tally[str] = field(default_factory=Tally)

    def run(self) -> Plan[Exported]:
        """Write it all beside the path, and put it there once it is complete; an error leaves nothing behind."""
        require_user_id(self.user_id)
        with naming(self.path):
            yield from ask(DiskWork(work=self._prepare))
            try:
                return (yield from self._export())
            finally:
                # Done here rather than asked for: a plan that is given up can ask for nothing.
                shutil.rmtree(self._unfinished, ignore_errors=True)

    def _export(self) -> Plan[Exported]:
        for found in OWNED:
            yield from visit_owned(self.items, found, self.user_id, self._writing(found))
        for found in MENTIONING:
            yield from visit_owned(self.items, found, self.user_id, self._write_of_others)
        object_bytes = 0

        def fetch(bucket: OwnedBucket, key: str) -> Plan[None]:
            nonlocal object_bytes
            object_bytes += yield from self._fetch(bucket, key)

        for bucket in self.buckets:
            yield from prefixes.visit_objects(bucket.live, bucket.prefix(self.user_id), partial(fetch, bucket))
        objects = self.written.pop("objects", 0)
        manifest = {
            "environment": self.environment,
            "user_id": self.user_id,
            "exported_at": self.items.now,
            "items": dict(self.written),
            "objects": objects,
            "object_bytes": object_bytes,
        }
        yield from ask(DiskWork(work=partial(self._finish, manifest)))
        return Exported(path=self.path, items=dict(self.written), objects=objects, object_bytes=object_bytes)

    @property
    def _unfinished(self) -> Path:
        return self.path.with_name(self.path.name + _UNFINISHED)

    def _prepare(self) -> None:
        if self.path.exists():
            raise InvalidError(f"{self.path} exists already; name a directory or a .zip file that is to be made")
        if not self.path.parent.is_dir():
            raise InvalidError(f"there is no directory {self.path.parent}; make it first")
        # Of an export that was killed.
        shutil.rmtree(self._unfinished, ignore_errors=True)
        self._unfinished.mkdir(mode=_PRIVATE)
        (self._unfinished / "items").mkdir()
        (self._unfinished / "objects").mkdir()

    def _writing(self, found: Found) -> Visit:
        parts = parts_of(found.entity)

        def write(some: Sequence[Located]) -> Plan[None]:
            yield from self._write(some)
            for whole in some:
                for part in parts:
                    yield from visit_parts(self.items, part, whole.item, self._write)

        return write

    def _write_of_others(self, some: Sequence[Located]) -> Plan[None]:
        theirs = yield from of_others(self.items, some, self.user_id)
        if theirs:
            yield from self._write(theirs)

    def _write(self, some: Sequence[Located]) -> Plan[None]:
        name = some[0].item.declaration.type
        lines = b"".join(json_line(each.item) for each in some)
        yield from ask(DiskWork(work=partial(_append, self._unfinished / "items" / f"{name}.jsonl", lines)))
        self._tell(name, len(some))

    def _fetch(self, bucket: OwnedBucket, key: str) -> Plan[int]:
        root = self._unfinished / "objects" / bucket.name
        path = root / key.removeprefix(bucket.prefix(self.user_id))
        if root not in path.parents or ".." in path.parts:
            raise CorruptError(f"an object of bucket {bucket.name!r} has a key that leads out of the export")
        try:
            stored = yield from head(bucket.live, key)
            yield from ask(DiskWork(work=partial(path.parent.mkdir, parents=True, exist_ok=True)))
            yield from download(bucket.live, stored, path, sha256=stored.sha256, progress=Progress(stored.size, None))
        except NotFoundError:
            # Deleted since it was listed.
            return 0
        self._tell("objects", 1)
        return stored.size

    def _finish(self, manifest: Mapping[str, Any]) -> None:
        unfinished = self._unfinished
        (unfinished / MANIFEST).write_bytes(msgspec.json.format(msgspec.json.encode(manifest), indent=2) + b"\n")
        if self.path.suffix != _ARCHIVE:
            unfinished.rename(self.path)
            return
        archive = unfinished / _ARCHIVE
        archive.touch(mode=_PRIVATE_FILE)
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as writer:
            for file in sorted(unfinished.rglob("*")):
                if file.is_file() and file != archive:
                    writer.write(file, file.relative_to(unfinished))
        archive.rename(self.path)
        shutil.rmtree(unfinished)

    def _tell(self, what: str, some: int) -> None:
        self.written[what] += some
        self.told(dict(self.written))


def json_line(item: Entity) -> bytes:
    """The fields of an item as one line of JSON; bytes in base 64, moments in ISO 8601, exact numbers as text."""
    values = {name: value for name, value in item.__dict__.items() if value is not None and name not in _INTERNAL}
    return msgspec.json.encode(values) + b"\n"


def _append(path: Path, lines: bytes) -> None:
    with path.open("ab") as file:
        file.write(lines)
