"""Static assets: published by the delivery pipeline, read by everybody."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Final

from tierstore.core.effects import Plan, ask
from tierstore.core.operation import Group, Mode, Runner, operation
from tierstore.s3 import bucket as objects
from tierstore.s3 import versions
from tierstore.s3.bucket import LiveBucket, StoredObject
from tierstore.s3.checksums import digest
from tierstore.s3.copying import copy
from tierstore.s3.download import download
from tierstore.s3.effects import DiskWork
from tierstore.s3.presigning import sign_get
from tierstore.s3.progress import Progress, Report
from tierstore.s3.upload import Sending, upload
from tierstore.s3.versions import ObjectVersion

LINK_VALIDITY: Final = timedelta(hours=1)


class Assets(Group[Mode]):
    """Objects by keys of the publisher's choice, such as `css/site.css`; the bucket keeps what they were before."""

    def __init__(self, runner: Runner, bucket: LiveBucket) -> None:
        super().__init__(runner)
        self._bucket = bucket

    @operation
    def read(self, key: str) -> Plan[bytes]:
        """The content of a small asset, verified.

        Raises `NotFoundError`, and `CorruptError` for other bytes than were published.
        """
        return objects.read(self._bucket, key)

    @operation
    def download(self, key: str, path: Path, *, progress: Report | None = None) -> Plan[StoredObject]:
        """Receive an asset of any size as a file, which appears at `path` once it is complete and verified.

        Raises `NotFoundError`, `CorruptError` for other bytes than were published, `OSError` for the disk.
        """
        stored = yield from objects.head(self._bucket, key)
        yield from download(self._bucket, stored, path, sha256=stored.sha256, progress=Progress(stored.size, progress))
        return stored

    @operation
    def link(self, key: str, *, validity: timedelta = LINK_VALIDITY) -> Plan[str]:
        """A URL that reads an asset for whoever holds it; whether there is one shows when it is used.

        Raises `InvalidError` for a validity above 7 days.
        """
        return sign_get(self._bucket, key, file_name=None, validity=validity)

    @operation
    def publish(
        self, key: str, path: Path, *, content_type: str | None = None, progress: Report | None = None
    ) -> Plan[StoredObject]:
        """Store a file of any size as an asset, in place of what it was; the content type is told by the key's suffix.

        Raises `OSError` where the file cannot be read and `CorruptError` where it changes meanwhile; nothing is
        published then.
        """
        file = yield from ask(DiskWork(work=partial(digest, path)))
        stated = self._bucket.sniff(file.beginning, key) if content_type is None else content_type
        self._bucket.require_content(stated, file.beginning)
        sending = Sending(
            bucket=self._bucket,
            key=key,
            file=file,
            content_type=stated,
            progress=Progress(file.size, progress),
        )
        return (yield from upload(sending))

    @operation
    def copy(self, key: str, to: str) -> Plan[StoredObject]:
        """Publish a copy of an asset under another key. Raises `NotFoundError`."""
        stored = yield from objects.head(self._bucket, key)
        return (yield from copy(self._bucket, stored, self._bucket, to))

    @operation
    def delete(self, key: str) -> Plan[None]:
        """Take an asset away; its versions stay. Deleting what is not there is no error."""
        return objects.delete(self._bucket, key)

    @operation
    def versions(self, key: str) -> Plan[tuple[ObjectVersion, ...]]:
        """Everything that an asset was, as far as the bucket keeps it, the latest first."""
        return versions.list_versions(self._bucket, key)

    @operation
    def restore(self, key: str, version_id: str) -> Plan[StoredObject]:
        """Publish an earlier version again, also of an asset that was deleted.

        Raises `NotFoundError` for a version that is not kept, `InvalidError` for one that is a deletion.
        """
        return versions.restore(self._bucket, key, version_id)
