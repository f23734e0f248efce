"""Assets are published, read, copied, and brought back."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Any

import pytest
import requests

from environments.target import SandboxConnection
from tierstore.api.assets import Assets
from tierstore.aws import Aws
from tierstore.core.operation import Async, Explained, Sync
from tierstore.core.runners import AsyncRunner, ExplainRunner, SyncRunner
from tierstore.errors import CorruptError, NotFoundError
from tierstore.s3.bucket import LiveBucket
from tierstore.s3.effects import S3Request
from tierstore.s3.parts import USUAL_PART
from tierstore.s3.transport import ThreadedS3Transport

pytestmark = pytest.mark.integration


@pytest.fixture
def group(runner: SyncRunner, assets: LiveBucket) -> Assets[Sync]:
    return Assets(runner, assets)


@pytest.fixture
def page(tmp_path: Path) -> Path:
    path = tmp_path / "page.html"
    path.write_text("<h1>first</h1>")
    return path


def test_what_is_published_is_read(group: Assets[Sync], page: Path) -> None:
    stored = group.publish("pages/read.html", page)

    assert group.read("pages/read.html") == page.read_bytes()
    assert stored.content_type == "text/html"


def test_a_key_that_tells_nothing_is_published_as_plain_bytes(group: Assets[Sync], page: Path) -> None:
    assert group.publish("pages/no-suffix", page).content_type == "application/octet-stream"
    assert group.publish("pages/no-suffix", page, content_type="text/css").content_type == "text/css"


def test_a_large_asset_is_received_as_a_file_with_its_progress(group: Assets[Sync], tmp_path: Path) -> None:
    large, received = tmp_path / "large.bin", tmp_path / "received.bin"
    large.write_bytes(os.urandom(2 * USUAL_PART + 1))
    told: list[int] = []

    group.publish("large.bin", large, progress=lambda done, _: told.append(done))
    group.download("large.bin", received, progress=lambda done, _: told.append(done))

    assert received.read_bytes() == large.read_bytes()
    assert told.count(2 * USUAL_PART + 1) == 2


def test_an_asset_that_another_tool_damaged_is_not_delivered(
    group: Assets[Sync], page: Path, tmp_path: Path, assets: LiveBucket, s3: Any
) -> None:
    group.publish("damaged.html", page)
    s3.put_object(
        Bucket=assets.name,
        Key="damaged.html",
        Body=b"damaged",
        Metadata={"sha256": group.publish("whole.html", page).sha256},
        **assets.encryption,
    )

    with pytest.raises(CorruptError):
        group.read("damaged.html")
    with pytest.raises(CorruptError):
        group.download("damaged.html", tmp_path / "received.html")


def test_a_link_reads_an_asset(group: Assets[Sync], page: Path, sandbox: SandboxConnection) -> None:
    group.publish("linked.html", page)

    answer = requests.get(group.link("linked.html"), verify=str(sandbox.ca_file), timeout=300)

    assert answer.content == page.read_bytes()


def test_what_is_deleted_is_gone_and_can_be_brought_back(group: Assets[Sync], page: Path) -> None:
    group.publish("gone.html", page)
    group.delete("gone.html")
    with pytest.raises(NotFoundError):
        group.read("gone.html")

    deletion, published = group.versions("gone.html")
    group.restore("gone.html", published.version_id)

    assert deletion.size is None
    assert group.read("gone.html") == page.read_bytes()


def test_a_copy_is_an_asset_of_its_own(group: Assets[Sync], page: Path) -> None:
    group.publish("original.html", page)

    group.copy("original.html", "copy.html")
    group.delete("original.html")

    assert group.read("copy.html") == page.read_bytes()


def test_in_asyncio_it_is_the_same(aws: Aws, assets: LiveBucket, page: Path, tmp_path: Path) -> None:
    async def publish_and_read() -> bytes:
        transport = ThreadedS3Transport(aws)
        group: Assets[Async] = Assets(AsyncRunner(transport.carry_out), assets)
        try:
            await group.publish("async.html", page)
            await group.download("async.html", tmp_path / "received.html")
            return await group.read("async.html")
        finally:
            await transport.close()

    assert asyncio.run(publish_and_read()) == page.read_bytes() == (tmp_path / "received.html").read_bytes()


def test_explained_it_sends_nothing(assets: LiveBucket) -> None:
    group: Assets[Explained] = Assets(ExplainRunner(), assets)

    assert group.read("page.html") == (
        S3Request(
            action="GetObject", parameters={"Bucket": assets.name, "Key": "page.html", "ChecksumMode": "ENABLED"}
        ),
    )
