"""Settings of buckets that do not fit together, or that S3 would refuse halfway through a deployment."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from environments.declared import LOG_BUCKET
from environments.problems import FieldPath, Finding
from environments.schema import BucketSettings, Environment, LifecycleRule, ObjectLock
from environments.wording import given, one_of

RULES_FOR_ALL: Final = ("expiration", "incomplete-uploads", "intelligent-tiering", "noncurrent-versions")
"""Names of the lifecycle rules that follow from the other settings of a bucket."""

LONGEST_TAG_KEY: Final = 128
"""Limit of S3 for the tags of an object."""

SHORTEST_STANDARD: Final = 30
"""Days before S3 moves an object to Standard-IA."""


def findings(environment: Environment) -> Iterator[Finding]:
    """Everything in the settings of the buckets that does not fit together."""
    for name, settings in environment.buckets.items():
        path = ("buckets", name)
        yield from _tiering(path, settings)
        yield from _lifecycle(path, settings.lifecycle)
        yield from _replication(path, settings, environment)
        if settings.object_lock:
            yield from _object_lock(path, settings, settings.object_lock)
        if settings.redis_exports and name == LOG_BUCKET:
            message = "given true, but this bucket is for records of access: let another one take snapshots"
            yield Finding(path=(*path, "redis_exports"), message=message)


def _tiering(path: FieldPath, bucket: BucketSettings) -> Iterator[Finding]:
    tiering, expiration = bucket.intelligent_tiering_days, bucket.expiration_days
    archive, deep_archive = bucket.archive_access_days, bucket.deep_archive_access_days
    if tiering is not None and expiration is not None and expiration <= tiering:
        yield Finding(
            path=(*path, "expiration_days"),
            message=f"{given(expiration)}, allowed more than intelligent_tiering_days ({tiering}), or that null",
        )
    if archive is not None and deep_archive is not None and deep_archive <= archive:
        yield Finding(
            path=(*path, "deep_archive_access_days"),
            message=f"{given(deep_archive)}, allowed more than archive_access_days ({archive}), or that null",
        )
    for field, days in {"archive_access_days": archive, "deep_archive_access_days": deep_archive}.items():
        if days is not None and tiering is None:
            yield Finding(
                path=(*path, field),
                message=f"{given(days)} without Intelligent-Tiering: set intelligent_tiering_days, or this to null",
            )


def _lifecycle(path: FieldPath, rules: tuple[LifecycleRule, ...]) -> Iterator[Finding]:
    for position, rule in enumerate(rules):
        here = (*path, "lifecycle", position)
        if rule.id in RULES_FOR_ALL:
            message = f"{given(rule.id)}, the name of a rule for all objects, as are {one_of(RULES_FOR_ALL)}"
            yield Finding(path=(*here, "id"), message=message)
        if rule.id in {earlier.id for earlier in rules[:position]}:
            yield Finding(path=(*here, "id"), message=f"{given(rule.id)} twice: choose another name")
        yield from _selection(here, rule)
        yield from _effect(here, rule)


def _selection(path: FieldPath, rule: LifecycleRule) -> Iterator[Finding]:
    smallest, largest = rule.larger_than_bytes, rule.smaller_than_bytes
    if not rule.prefix and not rule.tags and smallest is None and largest is None:
        yield Finding(
            path=path,
            message="is for every object: state a prefix, tags, larger_than_bytes or smaller_than_bytes, "
            "or use the settings of the bucket itself",
        )
    for key in rule.tags:
        if not 1 <= len(key) <= LONGEST_TAG_KEY:
            message = f"given {len(key)} characters, allowed 1 to {LONGEST_TAG_KEY}"
            yield Finding(path=(*path, "tags", key), message=message)
    if smallest is not None and largest is not None and largest <= smallest + 1:
        yield Finding(
            path=(*path, "smaller_than_bytes"),
            message=f"{given(largest)}, which with larger_than_bytes {smallest} leaves none: raise it",
        )


def _effect(path: FieldPath, rule: LifecycleRule) -> Iterator[Finding]:
    transition, expiration = rule.transition_days, rule.expiration_days
    if transition is None and expiration is None:
        yield Finding(path=path, message="does nothing: state transition_days or expiration_days")
    if transition is not None and expiration is not None and expiration <= transition:
        yield Finding(
            path=(*path, "expiration_days"),
            message=f"{given(expiration)}, allowed more than transition_days ({transition})",
        )
    if rule.storage_class == "STANDARD_IA" and transition is not None and transition < SHORTEST_STANDARD:
        yield Finding(
            path=(*path, "transition_days"),
            message=f"{given(transition)}, allowed {SHORTEST_STANDARD} or more for STANDARD_IA",
        )


def _replication(path: FieldPath, bucket: BucketSettings, environment: Environment) -> Iterator[Finding]:
    if environment.disaster_recovery_region is None or bucket.replication is None:
        return
    if not bucket.versioning:
        yield Finding(
            path=(*path, "versioning"), message="given false, but S3 replicates versions only: set replication to null"
        )
    destination = bucket.replication.destination
    if destination and destination.account == environment.account:
        yield Finding(
            path=(*path, "replication", "destination", "account"),
            message=f"{given(destination.account)}, the environment's own: leave destination out",
        )


def _object_lock(path: FieldPath, bucket: BucketSettings, lock: ObjectLock) -> Iterator[Finding]:
    if not bucket.versioning:
        yield Finding(path=(*path, "versioning"), message="given false, but S3 locks versions only: set it to true")
    if path[-1] == LOG_BUCKET:
        yield Finding(
            path=(*path, "object_lock"),
            message="S3 delivers no access logs to a bucket that locks them: set it to null",
        )
    if lock.days > bucket.noncurrent_version_days:
        yield Finding(
            path=(*path, "noncurrent_version_days"),
            message=f"{given(bucket.noncurrent_version_days)}, allowed object_lock.days ({lock.days}) or more: "
            "a locked version does not expire",
        )
