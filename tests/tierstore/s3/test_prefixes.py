"""Everything under a prefix is reached, page by page, and what S3 keeps is told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.tierstore.dynamodb.conftest import CONNECTION
from tests.tierstore.live_aws import retries
from tierstore.core.effects import Effect, Plan
from tierstore.errors import UnavailableError
from tierstore.model.buckets import UPLOADS
from tierstore.s3 import prefixes
from tierstore.s3.bucket import LiveBucket
from tierstore.s3.effects import S3Request

BUCKET = LiveBucket.of(UPLOADS, CONNECTION, retries())
PAGE = 2


@dataclass
class Versions:
    """A bucket that lists two entries at a time."""

    kept: list[tuple[str, str]]
    """Key and version, a deletion where the version begins with a d."""
    unfinished: list[tuple[str, str]] = field(default_factory=list)
    stays: frozenset[str] = frozenset()
    """Versions that S3 does not delete."""
    asked: list[str] = field(default_factory=list)

    def run(self, plan: Plan[Any]) -> Any:
        try:
            effect = next(plan)
            while True:
                effect = plan.send(self._answer(effect))
        except StopIteration as finished:
            return finished.value

    def _answer(self, effect: Effect[Any]) -> Mapping[str, Any]:
        assert isinstance(effect, S3Request)
        self.asked.append(effect.action)
        given = effect.parameters
        match effect.action:
            case "ListObjectVersions":
                after = (given.get("KeyMarker", ""), given.get("VersionIdMarker", ""))
                page, more = self._page(self.kept, after, given["Prefix"])
                entries = [{"Key": key, "VersionId": version} for key, version in page]
                return {
                    "Versions": [entry for entry in entries if entry["VersionId"][0] != "d"],
                    "DeleteMarkers": [entry for entry in entries if entry["VersionId"][0] == "d"],
                    "IsTruncated": more,
                    **({"NextKeyMarker": page[-1][0], "NextVersionIdMarker": page[-1][1]} if more else {}),
                }
            case "ListMultipartUploads":
                after = (given.get("KeyMarker", ""), given.get("UploadIdMarker", ""))
                page, more = self._page(self.unfinished, after, given["Prefix"])
                return {
                    "Uploads": [{"Key": key, "UploadId": upload} for key, upload in page],
                    "IsTruncated": more,
                    **({"NextKeyMarker": page[-1][0], "NextUploadIdMarker": page[-1][1]} if more else {}),
                }
            case "AbortMultipartUpload":
                self.unfinished.remove((given["Key"], given["UploadId"]))
                return {}
            case "DeleteObjects":
                wanted = [(entry["Key"], entry["VersionId"]) for entry in given["Delete"]["Objects"]]
                self.kept = [each for each in self.kept if each not in wanted or each[1] in self.stays]
                return {"Errors": [{"Code": "AccessDenied"} for each in wanted if each[1] in self.stays]}
        raise AssertionError(effect)

    @staticmethod
    def _page(
        entries: list[tuple[str, str]], after: tuple[str, str], prefix: str
    ) -> tuple[list[tuple[str, str]], bool]:
        listed = sorted(entry for entry in entries if entry > after and entry[0].startswith(prefix))
        return listed[:PAGE], len(listed) > PAGE


@pytest.fixture
def versions() -> Versions:
    return Versions(
        kept=[("a/1", "1"), ("a/1", "2"), ("a/1", "d3"), ("a/2", "4"), ("a/3", "5"), ("b/1", "6")],
        unfinished=[("a/1", "x"), ("a/1", "y"), ("a/9", "z"), ("b/1", "w")],
    )


def test_every_version_deletion_and_unfinished_upload_goes_and_nothing_else(versions: Versions) -> None:
    removed: list[int] = []

    versions.run(prefixes.purge(BUCKET, "a/", removed=removed.append))

    assert (versions.kept, versions.unfinished) == ([("b/1", "6")], [("b/1", "w")])
    assert sum(removed) == 5 + 3


def test_uploads_in_parts_end_first_so_that_none_is_put_together_meanwhile(versions: Versions) -> None:
    versions.run(prefixes.purge(BUCKET, "a/", removed=lambda _: None))

    last_abort = max(place for place, action in enumerate(versions.asked) if action == "AbortMultipartUpload")
    assert last_abort < versions.asked.index("ListObjectVersions")


def test_all_of_it_is_counted(versions: Versions) -> None:
    assert versions.run(prefixes.count(BUCKET, "a/")) == 5 + 3
    assert versions.run(prefixes.count(BUCKET, "c/")) == 0


def test_what_s3_does_not_delete_is_an_error_that_says_why(versions: Versions) -> None:
    versions.stays = frozenset({"4"})

    with pytest.raises(UnavailableError, match="S3 did not delete 1 of 2 object versions: AccessDenied"):
        versions.run(prefixes.purge(BUCKET, "a/", removed=lambda _: None))
