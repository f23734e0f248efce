"""Everything under a prefix of a bucket: every version of every object, deletions, and parts never put together."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from tierstore.core.effects import Plan
from tierstore.errors import UnavailableError
from tierstore.s3.bucket import LiveBucket
from tierstore.s3.multipart import abort


def purge(bucket: LiveBucket, prefix: str, *, removed: Callable[[int], None]) -> Plan[None]:
    """Delete it all for good; `removed` is told how much after each request. Tried again, it goes on.

    Uploads in parts go first, so that none is put together meanwhile. Raises `UnavailableError` where S3 keeps some.
    """

    def delete(versions: list[dict[str, str]]) -> Plan[None]:
        answer = yield from bucket.call("DeleteObjects", Delete={"Objects": versions, "Quiet": True})
        if errors := answer.get("Errors"):
            codes = ", ".join(sorted({str(error.get("Code")) for error in errors}))
            raise UnavailableError(f"S3 did not delete {len(errors)} of {len(versions)} object versions: {codes}")
        removed(len(versions))

    def throw_away(unfinished: list[dict[str, str]]) -> Plan[None]:
        for upload in unfinished:
            yield from abort(bucket, upload["Key"], upload["UploadId"])
        removed(len(unfinished))

    yield from _each_unfinished(bucket, prefix, throw_away)
    yield from _each_version(bucket, prefix, delete)


def count(bucket: LiveBucket, prefix: str) -> Plan[int]:
    """How many versions, deletions and unfinished uploads there are."""
    total = 0

    def add(some: list[dict[str, str]]) -> Plan[None]:
        nonlocal total
        total += len(some)
        yield from ()

    yield from _each_unfinished(bucket, prefix, add)
    yield from _each_version(bucket, prefix, add)
    return total


def visit_objects(bucket: LiveBucket, prefix: str, visit: Callable[[str], Plan[None]]) -> Plan[None]:
    """Visit the key of every object that is there now."""

    def on_page(page: Mapping[str, Any]) -> Plan[None]:
        for entry in page.get("Contents", ()):
            yield from visit(entry["Key"])

    return _pages(bucket, "ListObjectsV2", prefix, {"ContinuationToken": "NextContinuationToken"}, on_page)


_Some: TypeAlias = Callable[[list[dict[str, str]]], Plan[None]]


def _each_version(bucket: LiveBucket, prefix: str, work: _Some) -> Plan[None]:
    def on_page(page: Mapping[str, Any]) -> Plan[None]:
        listed = [*page.get("Versions", ()), *page.get("DeleteMarkers", ())]
        if listed:
            yield from work([{"Key": entry["Key"], "VersionId": entry["VersionId"]} for entry in listed])

    markers = {"KeyMarker": "NextKeyMarker", "VersionIdMarker": "NextVersionIdMarker"}
    return _pages(bucket, "ListObjectVersions", prefix, markers, on_page)


def _each_unfinished(bucket: LiveBucket, prefix: str, work: _Some) -> Plan[None]:
    def on_page(page: Mapping[str, Any]) -> Plan[None]:
        listed = page.get("Uploads", ())
        if listed:
            yield from work([{"Key": entry["Key"], "UploadId": entry["UploadId"]} for entry in listed])

    markers = {"KeyMarker": "NextKeyMarker", "UploadIdMarker": "NextUploadIdMarker"}
    return _pages(bucket, "ListMultipartUploads", prefix, markers, on_page)


def _pages(
    bucket: LiveBucket,
    action: str,
    prefix: str,
    markers: Mapping[str, str],
    work: Callable[[Mapping[str, Any]], Plan[None]],
) -> Plan[None]:
    at: dict[str, Any] = {}
    while True:
        page = yield from bucket.call(action, Prefix=prefix, **at)
        yield from work(page)
        if not page.get("IsTruncated"):
            return
        at = {marker: page.get(following) for marker, following in markers.items()}
