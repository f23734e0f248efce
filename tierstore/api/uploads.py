"""Users' files: registered, sent, completed, read, deleted; item and object never disagree for good."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Final, TypeAlias

from tierstore.core.effects import Plan, ask
from tierstore.core.operation import Group, Mode, Runner, operation
from tierstore.core.pages import Page, paged
from tierstore.dynamodb.expressions import equals
from tierstore.dynamodb.items.attribute_values import truth
from tierstore.dynamodb.ranges import Range
from tierstore.dynamodb.repository import Repository
from tierstore.errors import NotFoundError
from tierstore.identifiers import new_ulid
from tierstore.model.uploads import BY_USER, PENDING, Upload
from tierstore.s3 import bucket as objects
from tierstore.s3.bucket import LiveBucket
from tierstore.s3.checksums import digest
from tierstore.s3.download import download
from tierstore.s3.effects import DiskWork, Form
from tierstore.s3.parallel import in_parallel
from tierstore.s3.presigning import Content, SignedRequest, sign_form, sign_get, sign_put, whole_seconds
from tierstore.s3.progress import Progress, Report
from tierstore.s3.upload import Resumption, Sending, upload
from tierstore.uploads.agreement import Agreement, Outcome
from tierstore.uploads.registering import new_upload

LINK_VALIDITY: Final = timedelta(minutes=15)
LONGEST_REQUEST: Final = timedelta(hours=1)
"""A request that began while its signature was valid has ended by then."""
LONGEST_SENDING: Final = timedelta(days=1)
"""Whoever sends a file itself has ended by then, or crashed."""

_PAGE: Final = 100
"""Pending uploads that are read at once."""


@dataclass(frozen=True, kw_only=True)
class Registration:
    """An upload, and the requests with which whoever has its file can send it: either one, once."""

    upload: Upload
    put: SignedRequest
    form: Form


@dataclass(frozen=True, kw_only=True)
class Reconciliation:
    """What became of the pending uploads that were looked at."""

    completed: int = 0
    removed: int = 0
    waiting: int = 0
    """Whose sender may still be at it."""

    def plus(self, outcomes: Sequence[Outcome]) -> Reconciliation:
        """With further ones."""
        return Reconciliation(
            completed=self.completed + outcomes.count(Outcome.COMPLETED),
            removed=self.removed + outcomes.count(Outcome.REMOVED),
            waiting=self.waiting + outcomes.count(Outcome.WAITING),
        )


Told: TypeAlias = Callable[[Reconciliation], None]


class Uploads(Group[Mode]):
    """Files by user and id. A file is sent by this process (`send`), or by a browser (`register`, then `complete`)."""

    def __init__(self, runner: Runner, items: Repository, bucket: LiveBucket) -> None:
        super().__init__(runner)
        self._items = items
        self._bucket = bucket
        self._agreement = Agreement(items=items, bucket=bucket)

    @operation
    def register(
        self,
        *,
        user_id: str,
        file_name: str,
        content_type: str,
        size_bytes: int,
        checksum_sha256: str,
        validity: timedelta = LINK_VALIDITY,
    ) -> Plan[Registration]:
        """Announce a file that somebody else sends: exactly these bytes, or S3 refuses them. Then call `complete`.

        `checksum_sha256` is in base 64. Raises `InvalidError` for a type that the bucket does not take,
        `TooLargeError` for more than it takes, and `ErasedError` for a user whose data was erased.
        """
        whole_seconds(validity)
        announced = new_upload(
            self._bucket,
            id=new_ulid(),
            user_id=user_id,
            file_name=file_name,
            content_type=content_type,
            size_bytes=size_bytes,
            checksum_sha256=checksum_sha256,
            writable_until=self._items.now + validity + LONGEST_REQUEST,
        )
        created = yield from self._agreement.create(announced)
        content = Content(content_type=content_type, size=size_bytes, sha256=checksum_sha256)
        put = yield from sign_put(self._bucket, created.object_key, content, validity=validity)
        form = yield from sign_form(self._bucket, created.object_key, content, validity=validity)
        return Registration(upload=created, put=put, form=form)

    @operation
    def complete(self, *, user_id: str, upload_id: str) -> Plan[Upload]:
        """Complete an upload once its file has arrived; one that is complete stays so.

        Raises `NotFoundError` while there is no file, and `InvalidError` where the file is not what it was said to
        be, judged by its first bytes: it is removed then.
        """
        found = yield from self._agreement.require(user_id, upload_id, consistent=True)
        if found.status == "complete":
            return found
        return (yield from self._agreement.complete(found))

    @operation
    def send(
        self,
        path: Path,
        *,
        user_id: str,
        upload_id: str,
        file_name: str | None = None,
        content_type: str | None = None,
        progress: Report | None = None,
    ) -> Plan[Upload]:
        """Send a file of any size and complete its upload.

        The caller chooses the id (`tierstore.identifiers.new_ulid()`). After a crash or an error the same call again
        goes on where the last one was, and after success it does nothing. `file_name` is the path's, and the content
        type what the file begins with, unless given. Raises `InvalidError` and `TooLargeError` for what the bucket
        does not take, `ConflictError` where the id belongs to another file, `OSError` where the file cannot be read,
        `CorruptError` where it changes meanwhile.
        """
        file = yield from ask(DiskWork(work=partial(digest, path)))
        name = path.name if file_name is None else file_name
        stated = self._bucket.sniff(file.beginning, name) if content_type is None else content_type
        self._bucket.require_content(stated, file.beginning)
        announced = new_upload(
            self._bucket,
            id=upload_id,
            user_id=user_id,
            file_name=name,
            content_type=stated,
            size_bytes=file.size,
            checksum_sha256=file.sha256,
            writable_until=self._items.now + LONGEST_SENDING,
        )
        current = yield from self._agreement.create_or_resume(announced)
        if current.status == "complete":
            return current

        def record(multipart_id: str) -> Plan[None]:
            nonlocal current
            current = yield from self._agreement.change(current, multipart_id=multipart_id)

        sending = Sending(
            bucket=self._bucket,
            key=current.object_key,
            file=file,
            content_type=current.content_type,
            progress=Progress(file.size, progress),
        )
        yield from upload(sending, Resumption(multipart_id=current.multipart_id, record=record))
        return (yield from self._agreement.mark_complete(current))

    @operation
    def get(self, *, user_id: str, upload_id: str) -> Plan[Upload]:
        """One upload, pending or complete. Raises `NotFoundError`."""
        return self._agreement.require(user_id, upload_id, consistent=False)

    @paged
    def by_user(self, *, user_id: str, limit: int = 20, cursor: str | None = None) -> Plan[Page[Upload]]:
        """A user's uploads, pending ones included, newest first."""
        wanted = Range(
            name="uploads.by_user",
            query=BY_USER,
            values={"user_id": user_id},
            conditions=(equals("removing", truth(False)),),  # noqa: FBT003 - the value itself
        )
        return self._items.page(wanted, limit=limit, cursor=cursor)

    @operation
    def download(self, path: Path, *, user_id: str, upload_id: str, progress: Report | None = None) -> Plan[Upload]:
        """Receive the file of an upload, which appears at `path` once it is complete and verified.

        Raises `NotFoundError`, also while the upload is pending, `CorruptError` for other bytes than were sent,
        `OSError` for the disk.
        """
        found = yield from self._require_complete(user_id, upload_id)
        stored = yield from objects.head(self._bucket, found.object_key)
        yield from download(
            self._bucket, stored, path, sha256=found.checksum_sha256, progress=Progress(stored.size, progress)
        )
        return found

    @operation
    def link(self, *, user_id: str, upload_id: str, validity: timedelta = LINK_VALIDITY) -> Plan[str]:
        """A URL with which a browser saves the file of an upload under the name that the user gave it.

        Raises `NotFoundError`, also while the upload is pending.
        """
        found = yield from self._require_complete(user_id, upload_id)
        return (yield from sign_get(self._bucket, found.object_key, file_name=found.file_name, validity=validity))

    @operation
    def delete(self, *, user_id: str, upload_id: str) -> Plan[None]:
        """Delete an upload and its file; the bucket keeps old versions for as long as it is set to.

        The upload counts as absent at once; its item stays, for `reconcile`, as long as somebody might still send the
        file. Deleting what is not there is no error.
        """
        found = yield from self._agreement.find(user_id, upload_id, consistent=True)
        if found is not None:
            yield from self._agreement.delete(found)

    @paged
    def pending(
        self, *, created_before: datetime | None = None, limit: int = _PAGE, cursor: str | None = None
    ) -> Plan[Page[Upload]]:
        """Uploads of all users that are registered but not complete, or not wholly deleted, oldest first."""
        return self._read_pending(created_before, limit=limit, cursor=cursor)

    @operation
    def reconcile(
        self, *, older_than: timedelta = LONGEST_REQUEST, progress: Told | None = None
    ) -> Plan[Reconciliation]:
        """Bring to its end whatever broke off between item and object; to be run from time to time, by one or many.

        An upload whose file arrived is completed; one without, or with another file than was registered, is removed
        once nobody can send it any more; a deletion is finished. `progress` is told the sums after every 100 uploads.
        """
        done = Reconciliation()
        created_before = self._items.now - older_than
        cursor: str | None = None
        while True:
            page = yield from self._read_pending(created_before, limit=_PAGE, cursor=cursor)
            outcomes: list[Outcome] = []

            def settle(listed: Upload, outcomes: list[Outcome] = outcomes) -> Plan[None]:
                outcomes.append((yield from self._agreement.settle(listed)))

            yield from in_parallel(settle, page.items)
            done = done.plus(outcomes)
            if progress is not None:
                progress(done)
            cursor = page.cursor
            if cursor is None:
                return done

    def _read_pending(self, created_before: datetime | None, *, limit: int, cursor: str | None) -> Plan[Page[Upload]]:
        wanted = Range(name="uploads.pending", query=PENDING, values={"status": "pending"}, until=created_before)
        return self._items.page(wanted, limit=limit, cursor=cursor)

    def _require_complete(self, user_id: str, upload_id: str) -> Plan[Upload]:
        found = yield from self._agreement.require(user_id, upload_id, consistent=False)
        if found.status != "complete":
            raise NotFoundError(f"upload {upload_id} of user {user_id} is not complete; its file has not arrived")
        return found
