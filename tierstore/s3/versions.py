"""What an object was before, in a bucket that keeps versions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from tierstore.core.effects import Plan
from tierstore.s3.bucket import LiveBucket, StoredObject, head
from tierstore.s3.copying import copy


@dataclass(frozen=True, kw_only=True)
class ObjectVersion:
    """One state that an object had."""

    version_id: str
    since: datetime
    is_latest: bool
    size: int | None
    """Bytes; None where the object was deleted then."""

    @classmethod
    def parse(cls, listed: Mapping[str, Any]) -> Self:
        """From an entry of `ListObjectVersions`."""
        return cls(
            version_id=listed["VersionId"],
            since=listed["LastModified"],
            is_latest=listed["IsLatest"],
            size=listed.get("Size"),
        )


def list_versions(bucket: LiveBucket, key: str) -> Plan[tuple[ObjectVersion, ...]]:
    """Every version of an object that the bucket still keeps, the latest first; none of one that never was."""
    found: list[ObjectVersion] = []
    marker: dict[str, Any] = {}
    while True:
        page = yield from bucket.call("ListObjectVersions", Prefix=key, **marker)
        listed = [*page.get("Versions", ()), *page.get("DeleteMarkers", ())]
        found += [ObjectVersion.parse(entry) for entry in listed if entry["Key"] == key]
        # Other keys with the same beginning come after the key itself.
        if not page["IsTruncated"] or page["NextKeyMarker"] != key:
            return tuple(sorted(found, key=lambda version: (version.is_latest, version.since), reverse=True))
        marker = {"KeyMarker": key, "VersionIdMarker": page.get("NextVersionIdMarker")}


def restore(bucket: LiveBucket, key: str, version_id: str) -> Plan[StoredObject]:
    """Make an old version the latest again, by a copy: what came after it is kept as well.

    Raises `NotFoundError` for a version that is not kept, `InvalidError` for one that is a deletion.
    """
    old = yield from head(bucket, key, version_id=version_id)
    return (yield from copy(bucket, old, bucket, key, version_id=version_id))
