"""Copies are what the original was, and old versions come back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tierstore.core.effects import Plan
from tierstore.errors import InvalidError, NotFoundError
from tierstore.s3 import copying
from tierstore.s3.bucket import LiveBucket, delete, head, read
from tierstore.s3.checksums import digest
from tierstore.s3.copying import copy
from tierstore.s3.parts import MEBIBYTE, USUAL_PART
from tierstore.s3.progress import Progress
from tierstore.s3.upload import Sending, upload
from tierstore.s3.versions import list_versions, restore

pytestmark = pytest.mark.integration

Run = Callable[[Plan[Any]], Any]


@pytest.fixture
def store(run: Run, assets: LiveBucket, tmp_path: Path) -> Callable[[str, bytes], None]:
    """Stores an object as any sender of the library does."""

    def store(key: str, content: bytes) -> None:
        path = tmp_path / "content"
        path.write_bytes(content)
        file = digest(path)
        run(
            upload(
                Sending(bucket=assets, key=key, file=file, content_type="text/css", progress=Progress(file.size, None))
            )
        )

    return store


@pytest.mark.parametrize("size", [0, 1, USUAL_PART + 1])
def test_a_copy_has_the_bytes_the_type_and_the_checksum(
    size: int, store: Callable[[str, bytes], None], run: Run, assets: LiveBucket, uploads: LiveBucket
) -> None:
    store("original", b"x" * size)
    original = run(head(assets, "original"))

    copied = run(copy(assets, original, uploads, "copy"))

    assert run(read(uploads, "copy")) == b"x" * size
    assert (copied.content_type, copied.sha256) == ("text/css", original.sha256)


def test_a_large_object_is_copied_in_parts(
    store: Callable[[str, bytes], None], run: Run, assets: LiveBucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copying, "LARGEST_COPY", 5 * MEBIBYTE)
    store("large", b"x" * 5 * MEBIBYTE + b"rest")

    copied = run(copy(assets, run(head(assets, "large")), assets, "large-copy"))

    assert run(read(assets, "large-copy")) == b"x" * 5 * MEBIBYTE + b"rest"
    assert copied.content_type == "text/css"
    assert copied.etag.endswith('-2"')


def test_a_copy_of_nothing_is_refused(run: Run, assets: LiveBucket) -> None:
    with pytest.raises(NotFoundError):
        run(head(assets, "never-stored"))


def test_every_version_is_listed_the_latest_first(
    store: Callable[[str, bytes], None], run: Run, assets: LiveBucket
) -> None:
    store("page.css", b"1")
    store("page.css", b"22")
    run(delete(assets, "page.css"))
    store("page.css.map", b"another object")

    versions = run(list_versions(assets, "page.css"))

    assert [version.size for version in versions] == [None, 2, 1]
    assert [version.is_latest for version in versions] == [True, False, False]


def test_an_old_version_becomes_the_latest_again(
    store: Callable[[str, bytes], None], run: Run, assets: LiveBucket
) -> None:
    store("restored.css", b"first")
    store("restored.css", b"second")
    run(delete(assets, "restored.css"))
    first = run(list_versions(assets, "restored.css"))[-1]

    run(restore(assets, "restored.css", first.version_id))

    assert run(read(assets, "restored.css")) == b"first"
    assert len(run(list_versions(assets, "restored.css"))) == 4


def test_a_deletion_is_no_version_to_go_back_to(
    store: Callable[[str, bytes], None], run: Run, assets: LiveBucket
) -> None:
    store("gone.css", b"1")
    run(delete(assets, "gone.css"))
    deletion = run(list_versions(assets, "gone.css"))[0]

    with pytest.raises(InvalidError):
        run(restore(assets, "gone.css", deletion.version_id))
    with pytest.raises(NotFoundError):
        run(restore(assets, "never-stored.css", deletion.version_id))


def test_an_object_that_never_was_has_no_versions(run: Run, assets: LiveBucket) -> None:
    assert run(list_versions(assets, "never-stored.css")) == ()
