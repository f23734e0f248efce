"""All tiers at once: tables and buckets of moto, a real Redis, and whoever breaks something off between them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
import pytest

from tests.tierstore.dynamodb.conftest import CONNECTION, World, moto, world
from tests.tierstore.real_redis import RealRedis
from tierstore.api.uploads import Registration
from tierstore.aws import Aws
from tierstore.cache.entity_cache import EntityCache
from tierstore.cache.repository import CachedRepository
from tierstore.core.context import Context
from tierstore.core.effects import Effect
from tierstore.core.operation import Sync
from tierstore.core.retries import Backoff, RetryBudget, RetryPolicy
from tierstore.core.runners import SyncRunner
from tierstore.dynamodb.effects import DynamoDBRequest
from tierstore.model.users import User
from tierstore.realtime.rate_limits import RateLimit
from tierstore.redis.effects import RedisBatch, RedisRequest, RedisScan, RedisValues
from tierstore.redis.transport import RedisTransport
from tierstore.s3.checksums import sha256_of
from tierstore.s3.transport import S3Transport
from tierstore.storage import Operations

__all__ = ["moto", "world"]

ONCE = Backoff(attempts=2, base_seconds=0, cap_seconds=0)
BUCKET = CONNECTION.buckets["uploads"].name


class Killed(BaseException):
    """What nobody catches."""


@dataclass
class Tiers:
    """A storage over all tiers, what is in them, and a step at which its process dies."""

    world: World
    s3: Any
    redis: RealRedis
    transports: Callable[[Effect[Any]], Any]
    storage: Operations[Sync] = field(init=False)
    steps_left: int | None = None
    before: Callable[[Effect[Any]], None] = lambda _: None
    """Called before each request."""

    def __post_init__(self) -> None:
        context = Context(connection=CONNECTION, now=lambda: self.world.moment)
        self._threads = ThreadPoolExecutor(2)
        runner = SyncRunner(self._carry_out, lambda: self._threads)
        retries = RetryPolicy(failed=ONCE, throttled=ONCE, budget=RetryBudget(), random=lambda: 0.5)
        cache = EntityCache(context)
        self.storage = Operations(runner, context, CachedRepository(context, retries, cache), cache)

    def close(self) -> None:
        self._threads.shutdown()

    def dies_after(self, steps: int | None) -> None:
        """Let the process die at a request, or let it live."""
        self.steps_left = steps

    def traces(self, *texts: str) -> list[str]:
        """Whatever in the tables, the bucket and Redis holds one of the texts."""
        items = [str(item) for name in ("test-core", "test-state") for item in self.world.scan(name)]
        listed = self.s3.list_object_versions(Bucket=BUCKET)
        unfinished = self.s3.list_multipart_uploads(Bucket=BUCKET).get("Uploads", [])
        objects = [
            str(entry["Key"]) for entry in [*listed.get("Versions", []), *listed.get("DeleteMarkers", []), *unfinished]
        ]
        keys = [name.decode() for name in self.transports(RedisScan(pattern="*"))]
        return [found for found in [*items, *objects, *keys] if any(text in found for text in texts)]

    def _carry_out(self, effect: Effect[Any]) -> Any:
        if self.steps_left is not None:
            if self.steps_left == 0:
                raise Killed
            self.steps_left -= 1
        self.before(effect)
        return self.transports(effect)


@pytest.fixture
def tiers(world: World, real_redis: RealRedis, monkeypatch: pytest.MonkeyPatch) -> Iterator[Tiers]:
    monkeypatch.setattr("time.sleep", lambda _: None)
    client: Any = boto3.client("s3", region_name="us-east-1")
    client.create_bucket(Bucket=BUCKET)
    client.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    s3, redis = S3Transport(Aws(CONNECTION)), RedisTransport(Aws(real_redis.connection), real_redis.connection.redis)
    s3._client._make = lambda: client

    def carry_out(effect: Effect[Any]) -> Any:
        match effect:
            case DynamoDBRequest():
                return world.carry_out(effect)
            case RedisRequest() | RedisBatch() | RedisValues() | RedisScan():
                return redis.carry_out(effect)
        return s3.carry_out(effect)

    tiers = Tiers(world, client, real_redis, carry_out)
    yield tiers
    tiers.close()
    redis.close()
    for version in _versions(client):
        client.delete_object(Bucket=BUCKET, **version)
    for upload in client.list_multipart_uploads(Bucket=BUCKET).get("Uploads", []):
        client.abort_multipart_upload(Bucket=BUCKET, Key=upload["Key"], UploadId=upload["UploadId"])
    client.delete_bucket(Bucket=BUCKET)


def _versions(client: Any) -> list[dict[str, str]]:
    listed = client.list_object_versions(Bucket=BUCKET)
    entries = [*listed.get("Versions", []), *listed.get("DeleteMarkers", [])]
    return [{"Key": entry["Key"], "VersionId": entry["VersionId"]} for entry in entries]


@dataclass(frozen=True)
class Life:
    """What a user has left behind, beside somebody else."""

    user: User
    other: User
    secret: str
    content_ids: tuple[str, ...]
    others_content_id: str
    file: Path


def register(storage: Operations[Sync], user_id: str, file: Path) -> Registration:
    """Announce a file of a user."""
    return storage.uploads.register(
        user_id=user_id,
        file_name=file.name,
        content_type="text/plain",
        size_bytes=file.stat().st_size,
        checksum_sha256=sha256_of(file.read_bytes()),
    )


@pytest.fixture
def life(tiers: Tiers, tmp_path: Path) -> Life:
    """A user with something in every place where something can be."""
    storage = tiers.storage
    ada = storage.users.create(email="ada@example.org", display_name="Ada")
    bob = storage.users.create(email="bob@example.org", display_name="Bob")
    storage.users.set_preferences(ada.id, locale="de")
    storage.users.get(ada.id)
    signed_in = storage.sessions.start(ada.id, idle_seconds=60, absolute_seconds=60)
    storage.sessions.start(bob.id)
    first = storage.contents.create(author_id=ada.id, title="t", body="b", category="c", tags=["x", "y"])
    first = storage.contents.publish(storage.contents.edit(first, editor_id=bob.id, body="b2"))
    draft = storage.contents.create(author_id=ada.id, title="t", body="b", category="c")
    others = storage.contents.create(author_id=bob.id, title="o", body="b", category="c")
    storage.contents.edit(others, editor_id=ada.id, body="by Ada")
    storage.contents.get(first.id)
    storage.counters.add(first.id, "views", 3)
    storage.counters.flush()
    storage.counters.add(first.id, "likes", 2)
    file = tmp_path / "notes.txt"
    file.write_text("what Ada wrote")
    for _ in range(2):
        # As a browser sends it; moto knows none of the checksums that the library sends along.
        key = register(storage, ada.id, file).upload.object_key
        tiers.s3.put_object(Bucket=BUCKET, Key=key, Body=file.read_bytes())
    tiers.s3.put_object(Bucket=BUCKET, Key=key, Body=b"another version")
    tiers.s3.delete_object(Bucket=BUCKET, Key=key)
    tiers.s3.create_multipart_upload(Bucket=BUCKET, Key=f"uploads/{ada.id}/unfinished/notes.txt")
    tiers.s3.put_object(Bucket=BUCKET, Key=f"uploads/{bob.id}/1/notes.txt", Body=b"Bob's")
    for user in (ada, bob):
        storage.leaderboards.put("game", user.id, 5)
        storage.changes.publish("news", "signed_up", {"users": [user.id]})
        storage.limits.take(RateLimit(name="login", permits=5, seconds=60), user.id)
    storage.changes.publish(ada.id, "greeted", None)
    return Life(ada, bob, signed_in.secret, (first.id, draft.id), others.id, file)
