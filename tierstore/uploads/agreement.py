"""Keeps an upload's item and its object in agreement, whatever breaks off between the two.

The item is always there first and goes last, so that no object is without one. While the two may disagree the item is
pending, and pending items are found by an index: whoever finds one takes the step that was not taken.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from enum import Enum, auto
from operator import attrgetter
from typing import Any, Final

from tierstore.core.effects import Plan
from tierstore.dynamodb import changes
from tierstore.dynamodb.repository import Repository
from tierstore.errors import ConflictError, InvalidError, NotFoundError, VersionConflictError
from tierstore.model.uploads import Upload
from tierstore.personal.guarding import not_erased
from tierstore.s3 import bucket as objects
from tierstore.s3.bucket import LiveBucket, StoredObject
from tierstore.s3.multipart import abort

_COMPLETED: Final[dict[str, Any]] = {"status": "complete", "multipart_id": None}
_REMOVING: Final[dict[str, Any]] = {"status": "pending", "removing": True}
_FILE: Final = attrgetter("checksum_sha256", "size_bytes", "content_type")
"""What makes two uploads the same file."""
_ATTEMPTS: Final = 5
"""At a change that others are in the way of; few ever work on one upload."""


class Outcome(Enum):
    """What became of a pending upload."""

    COMPLETED = auto()
    REMOVED = auto()
    WAITING = auto()
    """Its sender may still be at it."""


@dataclass(frozen=True, kw_only=True)
class Agreement:
    """Both tiers of the uploads."""

    items: Repository
    bucket: LiveBucket

    def find(self, user_id: str, upload_id: str, *, consistent: bool) -> Plan[Upload | None]:
        """The upload, or None where there is none or it is being removed."""
        upload = yield from self.items.get(Upload, {"user_id": user_id, "id": upload_id}, consistent=consistent)
        return None if upload is None or upload.removing else upload

    def require(self, user_id: str, upload_id: str, *, consistent: bool) -> Plan[Upload]:
        """The upload; raises `NotFoundError`."""
        upload = yield from self.find(user_id, upload_id, consistent=consistent)
        if upload is None:
            raise NotFoundError(f"user {user_id} has no upload {upload_id}")
        return upload

    def create(self, announced: Upload) -> Plan[Upload]:
        """The upload as announced; raises `ErasedError` for a user whose data was erased."""
        created = changes.create(announced, now=self.items.now)
        yield from self.items.write(created, not_erased(announced.user_id))
        return created.result

    def create_or_resume(self, announced: Upload) -> Plan[Upload]:
        """The upload as announced, or as an earlier attempt to send the same file left it.

        Raises `ConflictError` where its id belongs to another file, or to an upload that was deleted.
        """
        try:
            return (yield from self.create(announced))
        except VersionConflictError:
            found = yield from self.find(announced.user_id, announced.id, consistent=True)
        if found is None:
            raise ConflictError(f"upload {announced.id} was deleted; choose another id")
        if _FILE(found) != _FILE(announced):
            raise ConflictError(f"upload {announced.id} is of another file; choose another id, or delete that upload")
        if found.status == "complete":
            return found
        return (yield from self.change(found, writable_until=announced.writable_until))

    def change(self, upload: Upload, **changes: Any) -> Plan[Upload]:
        """Change an upload also where somebody else changed other fields of it meanwhile.

        Raises `NotFoundError` where it was removed.
        """
        for _ in range(_ATTEMPTS - 1):
            try:
                return (yield from self.items.update(upload, **changes))
            except VersionConflictError:
                upload = yield from self.require(upload.user_id, upload.id, consistent=True)
        return (yield from self.items.update(upload, **changes))

    def complete(self, upload: Upload) -> Plan[Upload]:
        """Mark a pending upload complete once its object is there.

        Raises `NotFoundError` as long as it is not, and `InvalidError` where it is something else than was
        registered: that is removed then.
        """
        stored = yield from objects.find(self.bucket, upload.object_key)
        if stored is None:
            raise NotFoundError("the file of this upload has not arrived; send it, then complete the upload")
        problem = yield from self._disagreement(upload, stored)
        if problem is not None:
            yield from self.delete(upload)
            raise InvalidError(f"the upload was refused and removed: {problem}")
        return (yield from self.mark_complete(upload))

    def mark_complete(self, upload: Upload) -> Plan[Upload]:
        """Mark an upload complete whose object is known to be right; raises `NotFoundError` if it was removed."""
        return self.change(upload, **_COMPLETED)

    def delete(self, upload: Upload) -> Plan[None]:
        """Remove an upload, whatever somebody else does with it meanwhile."""
        try:
            marked = yield from self.change(upload, **_REMOVING)
        except NotFoundError:
            return
        with suppress(VersionConflictError):  # somebody else finishes it
            yield from self._finish_removal(marked)

    def settle(self, listed: Upload) -> Plan[Outcome]:
        """Bring a pending upload, as an index lists it, to its end if that can be told already."""
        upload = yield from self.items.get(Upload, {"user_id": listed.user_id, "id": listed.id}, consistent=True)
        if upload is None:
            return Outcome.REMOVED
        try:
            return (yield from self._settle(upload))
        except VersionConflictError:
            # Somebody else takes the next step.
            return Outcome.WAITING

    def _settle(self, upload: Upload) -> Plan[Outcome]:
        if upload.removing:
            return (yield from self._finish_removal(upload))
        stored = yield from objects.find(self.bucket, upload.object_key)
        if stored is not None and (yield from self._disagreement(upload, stored)) is None:
            yield from self.items.update(upload, **_COMPLETED)
            return Outcome.COMPLETED
        if self._is_writable(upload):
            return Outcome.WAITING
        return (yield from self._remove(upload))

    def _remove(self, upload: Upload) -> Plan[Outcome]:
        marked = yield from self.items.update(upload, **_REMOVING)
        return (yield from self._finish_removal(marked))

    def _finish_removal(self, upload: Upload) -> Plan[Outcome]:
        if upload.multipart_id is not None:
            yield from abort(self.bucket, upload.object_key, upload.multipart_id)
        # Deleting what is not there would leave one more deletion among the versions.
        if (yield from objects.find(self.bucket, upload.object_key)) is not None:
            yield from objects.delete(self.bucket, upload.object_key)
        if self._is_writable(upload):
            # The item stays until then, so that an object that arrives late is still found.
            return Outcome.WAITING
        yield from self.items.delete(upload)
        return Outcome.REMOVED

    def _is_writable(self, upload: Upload) -> bool:
        return upload.writable_until > self.items.now

    def _disagreement(self, upload: Upload, stored: StoredObject) -> Plan[str | None]:
        """What of the object is not as registered; None if everything is."""
        if stored.size != upload.size_bytes:
            return f"it has {stored.size} bytes instead of {upload.size_bytes}"
        if stored.content_type != upload.content_type:
            return f"it is stored as {stored.content_type} instead of {upload.content_type}"
        try:
            self.bucket.require_content(upload.content_type, (yield from objects.read_beginning(self.bucket, stored)))
        except InvalidError as error:
            return str(error)
        if (yield from objects.digest_stored(self.bucket, stored)) != upload.checksum_sha256:
            return "its bytes have another SHA-256"
        return None
