"""A bucket declares what may be stored in it."""

from __future__ import annotations

from typing import Any

import pytest

from tierstore.declaration.buckets import LARGEST_OBJECT, Bucket
from tierstore.declaration.content_types import PNG
from tierstore.declaration.errors import DeclarationError


@pytest.mark.parametrize(
    ("settings", "complaint"),
    [
        ({"name": "Up Loads"}, "must be lower-case words"),
        ({"maximum_object_bytes": 0}, "maximum_object_bytes is 0, S3 allows 1 to 53687091200000"),
        ({"maximum_object_bytes": LARGEST_OBJECT + 1}, "S3 allows 1 to"),
        ({"content_types": (PNG, PNG)}, "content types must differ, but these occur more than once: image/png"),
    ],
)
def test_a_bucket_that_s3_could_not_be_is_refused(settings: dict[str, Any], complaint: str) -> None:
    with pytest.raises(DeclarationError, match=complaint):
        Bucket(**({"name": "uploads", "description": "d"} | settings))


def test_a_bucket_takes_anything_that_s3_takes_unless_it_is_told_otherwise() -> None:
    bucket = Bucket(name="uploads", description="d")

    assert bucket.content_types == ()
    assert bucket.maximum_object_bytes == LARGEST_OBJECT
