"""An upload and its object: registered, and whether they agree in the end."""

from __future__ import annotations

from datetime import timedelta

from tests.tierstore.api.conftest import World
from tierstore.api.uploads import LONGEST_SENDING, Uploads
from tierstore.core.operation import Sync
from tierstore.dynamodb.ranges import Range
from tierstore.model.uploads import BY_USER, Upload
from tierstore.s3.checksums import sha256_of

LONG_AFTER = LONGEST_SENDING + timedelta(hours=2)
WRITTEN = b"what the user wrote"


def registered(group: Uploads[Sync], world: World, content: bytes) -> Upload:
    return group.register(
        user_id=world.user_id,
        file_name="notes.txt",
        content_type="text/plain",
        size_bytes=len(content),
        checksum_sha256=sha256_of(content),
    ).upload


def items_of(group: Uploads[Sync], world: World) -> tuple[Upload, ...]:
    """Every item of the user, also those that count as absent."""
    wanted = Range(name="uploads.by_user", query=BY_USER, values={"user_id": world.user_id})
    found: tuple[Upload, ...] = group.runner.run(world.items.page(wanted, limit=1000, cursor=None)).items
    return found


def assert_agreement(group: Uploads[Sync], world: World) -> None:
    items, objects = items_of(group, world), world.objects()
    assert {item.object_key for item in items} == set(objects)
    for item in items:
        assert item.status == "complete"
        assert not item.removing
        assert sha256_of(objects[item.object_key]) == item.checksum_sha256
