"""What a bucket takes, and what S3 says of its objects."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.tierstore.live_aws import retries
from tierstore.errors import AccessDeniedError, InvalidError, TooLargeError
from tierstore.model.buckets import ASSETS, UPLOADS
from tierstore.s3.bucket import LiveBucket, StoredObject, find
from tierstore.s3.effects import S3Request

PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture
def bucket() -> LiveBucket:
    return LiveBucket(declared=UPLOADS, name="b", kms_key_arn="arn:key", retries=retries())


@pytest.fixture
def anything() -> LiveBucket:
    return LiveBucket(declared=ASSETS, name="a", kms_key_arn=None, retries=retries())


def described(**changes: Any) -> dict[str, Any]:
    answer = {
        "ContentLength": 3,
        "ContentType": "text/plain",
        "Metadata": {},
        "ETag": '"e"',
        "LastModified": datetime(2026, 1, 1, tzinfo=UTC),
    }
    return answer | changes


@pytest.mark.parametrize(
    ("answer", "sha256"),
    [
        (described(ChecksumSHA256="whole="), "whole="),
        (described(ChecksumSHA256="parts=-2", Metadata={"sha256": "whole="}), "whole="),
        (described(ChecksumSHA256="parts=-2"), None),
        (described(), None),
    ],
)
def test_the_checksum_of_the_whole_is_s3s_or_the_senders(answer: dict[str, Any], sha256: str | None) -> None:
    assert StoredObject.parse("k", answer).sha256 == sha256


def test_a_call_names_the_bucket_and_nothing_that_was_not_given(bucket: LiveBucket) -> None:
    request = next(bucket.call("HeadObject", Key="k", VersionId=None))

    assert request == S3Request(action="HeadObject", parameters={"Bucket": "b", "Key": "k"})


def test_who_stores_states_the_buckets_key_where_it_has_one(bucket: LiveBucket, anything: LiveBucket) -> None:
    assert bucket.encryption == {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": "arn:key"}
    assert anything.encryption == {}


def test_a_type_or_size_that_the_bucket_does_not_take_is_refused_with_what_it_takes(bucket: LiveBucket) -> None:
    with pytest.raises(InvalidError, match="takes no 'text/html'; it takes image/png, image/jpeg"):
        bucket.require_content_type("text/html")
    with pytest.raises(TooLargeError):
        bucket.require_size(5 * 2**30 + 1)


def test_a_file_that_begins_like_something_else_is_refused(bucket: LiveBucket) -> None:
    bucket.require_content("image/png", PNG)

    with pytest.raises(InvalidError, match="the file is not image/png"):
        bucket.require_content("image/png", b"<html>")


@pytest.mark.parametrize(
    ("beginning", "name", "content_type"),
    [
        (PNG, "picture.txt", "image/png"),
        (b"a,b", "table.csv", "text/csv"),
        (b"a,b", "table", "text/plain"),
        (b"", "empty", "text/plain"),
    ],
)
def test_content_decides_on_the_type_and_the_name_between_several(
    beginning: bytes, name: str, content_type: str, bucket: LiveBucket
) -> None:
    assert bucket.sniff(beginning, name) == content_type


def test_a_bucket_that_takes_anything_goes_by_the_name(anything: LiveBucket) -> None:
    assert anything.sniff(b"body { }", "site.css") == "text/css"
    assert anything.sniff(b"\x7fELF", "program") == "application/octet-stream"
    anything.require_content("text/css", b"\x7fELF")


def told(bucket: LiveBucket, *listed: str) -> tuple[list[str], StoredObject | None]:
    """What is asked where S3 denies a look at the object `k`, and what comes of it."""
    plan = find(bucket, "k")
    asked = [next(plan)]
    asked.append(plan.throw(AccessDeniedError("forbidden")))
    try:
        plan.send({"Contents": [{"Key": key} for key in listed]} if listed else {})
    except StopIteration as finished:
        return [effect.action for effect in asked if isinstance(effect, S3Request)], finished.value
    raise AssertionError("asks for more")


@pytest.mark.parametrize("listed", [(), ("k/other",)])
def test_an_object_that_is_denied_is_missing_where_a_list_does_not_have_it(
    bucket: LiveBucket, listed: tuple[str, ...]
) -> None:
    assert told(bucket, *listed) == (["HeadObject", "ListObjectsV2"], None)


def test_an_object_that_is_there_stays_denied(bucket: LiveBucket) -> None:
    with pytest.raises(AccessDeniedError, match="forbidden"):
        told(bucket, "k")
