"""The buckets with objects of users, and where in them a user's are."""

from __future__ import annotations

from dataclasses import dataclass

from tierstore.connection import Connection
from tierstore.core.retries import RetryPolicy
from tierstore.declaration.keys import KeyTemplate
from tierstore.declaration.ownership import OwnedBy
from tierstore.model.buckets import BUCKETS
from tierstore.s3.bucket import LiveBucket


@dataclass(frozen=True, kw_only=True)
class OwnedBucket:
    """A bucket whose object keys begin with their owner."""

    live: LiveBucket
    keys: KeyTemplate
    field: str

    @property
    def name(self) -> str:
        """As declared."""
        return self.live.declared.name

    def prefix(self, user_id: str) -> str:
        """How the keys of a user's objects begin."""
        return self.keys.render_prefix({self.field: user_id})


def owned_buckets(connection: Connection, retries: RetryPolicy) -> tuple[OwnedBucket, ...]:
    """Every declared bucket that holds what belongs to users."""
    return tuple(
        OwnedBucket(
            live=LiveBucket.of(bucket, connection, retries), keys=bucket.object_key, field=bucket.ownership.field
        )
        for bucket in BUCKETS
        if isinstance(bucket.ownership, OwnedBy) and bucket.object_key is not None
    )
