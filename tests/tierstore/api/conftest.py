"""One user's uploads in both tiers, with a clock of their own."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests

from environments.target import SandboxConnection
from tests.tierstore.live_aws import retries
from tierstore.api.uploads import Uploads
from tierstore.connection import Connection
from tierstore.core.context import Context
from tierstore.core.effects import Effect
from tierstore.core.operation import Sync
from tierstore.core.runners import SyncRunner
from tierstore.dynamodb.repository import Repository
from tierstore.model.uploads import Upload
from tierstore.s3.bucket import LiveBucket
from tierstore.s3.checksums import sha256_of
from tierstore.s3.effects import Form
from tierstore.s3.presigning import SignedRequest


@dataclass
class Clock:
    """Goes only when it is told to."""

    moment: datetime = field(default_factory=lambda: datetime.now(UTC))

    def now(self) -> datetime:
        return self.moment

    def advance(self, by: timedelta) -> None:
        self.moment += by


@dataclass(frozen=True, kw_only=True)
class World:
    """A user of whom nothing is stored at first, and what others do and see of the user's files."""

    user_id: str
    clock: Clock
    items: Repository
    bucket: LiveBucket
    carry_out: Callable[[Effect[Any]], Any]
    s3: Any
    ca_file: Path

    def put(self, signed: SignedRequest, body: bytes) -> int:
        """Send as a browser would; the status."""
        answer = requests.request(
            signed.method, signed.url, data=body, headers=signed.headers, verify=str(self.ca_file), timeout=300
        )
        return answer.status_code

    def post(self, form: Form, body: bytes) -> int:
        """Post as a browser would; the status."""
        answer = requests.post(form.url, data=form.fields, files={"file": body}, verify=str(self.ca_file), timeout=300)
        return answer.status_code

    def get(self, url: str) -> requests.Response:
        """Follow a link."""
        return requests.get(url, verify=str(self.ca_file), timeout=300)

    def overwrite(self, upload: Upload, content: bytes) -> None:
        """Store an object in an upload's place, as no client of the library would."""
        self.s3.put_object(
            Bucket=self.bucket.name,
            Key=upload.object_key,
            Body=content,
            ContentType=upload.content_type,
            ChecksumSHA256=sha256_of(content),
            **self.bucket.encryption,
        )

    def objects(self) -> dict[str, bytes]:
        """The content of every object, by its key."""
        listed = self.s3.list_objects_v2(Bucket=self.bucket.name, Prefix=f"uploads/{self.user_id}/")
        keys = [entry["Key"] for entry in listed.get("Contents", ())]
        return {key: self.s3.get_object(Bucket=self.bucket.name, Key=key)["Body"].read() for key in keys}

    def parts(self) -> list[str]:
        """The keys of uploads in parts that are under way."""
        listed = self.s3.list_multipart_uploads(Bucket=self.bucket.name, Prefix=f"uploads/{self.user_id}/")
        return [entry["Key"] for entry in listed.get("Uploads", ())]

    def versions(self, upload: Upload) -> int:
        """How often an upload's object was stored."""
        listed = self.s3.list_object_versions(Bucket=self.bucket.name, Prefix=upload.object_key)
        return len(listed["Versions"])


@pytest.fixture
def world(
    connection: Connection,
    carry_out: Callable[[Effect[Any]], Any],
    uploads: LiveBucket,
    s3: Any,
    sandbox: SandboxConnection,
) -> World:
    clock = Clock()
    return World(
        user_id=f"user-{os.urandom(6).hex()}",
        clock=clock,
        items=Repository(Context(connection=connection, now=clock.now), retries()),
        bucket=uploads,
        carry_out=carry_out,
        s3=s3,
        ca_file=sandbox.ca_file,
    )


@pytest.fixture
def group(runner: SyncRunner, world: World) -> Uploads[Sync]:
    return Uploads(runner, world.items, world.bucket)


@pytest.fixture
def text_file(tmp_path: Path) -> Path:
    path = tmp_path / "notes.txt"
    path.write_text("what the user wrote")
    return path
