"""The serverless cache against its environment, and as its clients meet it."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from environments.schema import DataStorageLimits, ProcessingLimits, ServerlessRedisSettings
from tierstore.declaration.policies import KeySpaceUse
from validation.attempt import attempt
from validation.checks.redis_data import (
    EXPIRY_MILLISECONDS,
    KEY_PREFIX,
    LIFETIME_MILLISECONDS,
    SAFE_TLS,
    reach_endpoint,
    read,
    tls_of,
    write,
)
from validation.checks.redis_settings import compare_key, compare_users, own_user
from validation.context import Context
from validation.framework.check import check
from validation.framework.result import Finding, Json, Severity, Unmet, compare
from validation.live import redis
from validation.redis.access import Address, RedisAccess
from validation.redis.probe import login, speaks_plain_text, topology
from validation.redis.topology import unserved

if TYPE_CHECKING:
    from mypy_boto3_elasticache.type_defs import ServerlessCacheTypeDef


def caches(context: Context) -> Sequence[str]:
    """The serverless cache of an environment that has one."""
    return [context.environment.serverless_cache_name] if context.environment.redis.kind == "serverless" else []


def describe(context: Context, cache: str) -> ServerlessCacheTypeDef:
    """The live cache; raises `Unmet` where it is missing."""
    return context.ask(redis.serverless_cache, cache)


@check("redis.serverless", "The serverless cache serves", severity=Severity.CRITICAL, each=caches)
def available(context: Context, cache: str) -> Iterator[Finding]:
    """It is available, and runs the configured engine."""
    redis, live = _settings(context), describe(context, cache)
    yield compare("cache", expected="available", found=live["Status"])
    yield compare("engine", expected=redis.engine, found=live["Engine"])
    yield compare("major version", expected=redis.version, found=live["MajorEngineVersion"])


@check("redis.usage_limits", "Use and price are limited", severity=Severity.HIGH, each=caches)
def usage_limits(context: Context, cache: str) -> Iterator[Finding]:
    """How much it stores and does at least and at most."""
    redis = _settings(context)
    found = describe(context, cache).get("CacheUsageLimits", {})
    stored, done = found.get("DataStorage", {}), found.get("ECPUPerSecond", {})
    yield compare(
        "GB",
        expected=_bounds(redis.data_storage_gb),
        found={"minimum": stored.get("Minimum"), "maximum": stored.get("Maximum")},
    )
    yield compare(
        "ECPU a second",
        expected=_bounds(redis.ecpu_per_second),
        found={"minimum": done.get("Minimum"), "maximum": done.get("Maximum")},
    )


@check("redis.serverless_access", "Each persona gets in, as far as it has to", severity=Severity.CRITICAL, each=caches)
def access(context: Context, cache: str) -> Iterator[Finding]:
    """Who may log in, by the user group that the cache has."""
    group = describe(context, cache).get("UserGroupId")
    yield compare_users(context, [group] if group else [], uses=KeySpaceUse)


@check("redis.serverless_encryption", "Disk and snapshots are under our key", severity=Severity.HIGH, each=caches)
def encryption(context: Context, cache: str) -> Iterator[Finding]:
    """What the cache writes to disk, and snapshots, with the customer-managed key of the tier."""
    yield compare_key(context, describe(context, cache).get("KmsKeyId"))


@check("redis.serverless_snapshots", "Snapshots are as configured", severity=Severity.HIGH, each=caches)
def snapshots(context: Context, cache: str) -> Iterator[Finding]:
    """How long snapshots are kept, and when they are taken."""
    redis, live = _settings(context), describe(context, cache)
    yield compare("days kept", expected=redis.snapshot_retention_days, found=live.get("SnapshotRetentionLimit", 0))
    if redis.snapshot_retention_days > 0:
        yield compare("time", expected=redis.daily_snapshot_time, found=live.get("DailySnapshotTime"))


@check("redis.serverless_login", "Nobody gets by without the right login", severity=Severity.CRITICAL, each=caches)
def logins(context: Context, cache: str) -> Iterator[Finding]:
    """TLS, and the endpoint tried with the right credentials, none, wrong ones, as the default user, without TLS."""
    reached = reach(context, cache)
    endpoint, user, wrong = reached.endpoint, own_user(context.environment), uuid.uuid4().hex
    # Without TLS that can be trusted nobody logs in.
    if (found := tls_of(reached, endpoint)) != SAFE_TLS:
        raise Unmet(f"TLS of {endpoint}", expected=SAFE_TLS, found=found)
    answered = speaks_plain_text(endpoint)
    yield compare("PING without TLS", expected="refused", found="answered" if answered else "refused")
    yield compare(f"as {user}", expected="accepted", found=login(reached.node(endpoint)))
    yield compare("without login", expected="refused", found=login(reached.stranger(endpoint)))
    stranger = reached.stranger(endpoint, username=user, password=wrong)
    yield compare(f"as {user} with a wrong password", expected="refused", found=login(stranger))
    default = reached.stranger(endpoint, username="default", password=wrong)
    yield compare("as default", expected="refused", found=login(default))


@check("redis.serverless_round_trip", "The cache writes, reads and expires", severity=Severity.CRITICAL, each=caches)
def round_trip(context: Context, cache: str) -> Iterator[Finding]:
    """Every slot is served; a key is written where clients are led to, read back, and expires."""
    reached = reach(context, cache)
    found = topology(reached)
    yield compare("slots that nobody serves", expected=0, found=len(unserved(found)))
    key, value = f"{KEY_PREFIX}{uuid.uuid4()}", uuid.uuid4().hex
    with reached.node(found[0].primary) as node:
        written = attempt(write, node, key, value, LIFETIME_MILLISECONDS)
        yield compare("write", expected=True, found=written)
        yield compare("read", expected=value, found=attempt(read, node, key))
        attempt(write, node, key, value, EXPIRY_MILLISECONDS)
        time.sleep(1.5 * EXPIRY_MILLISECONDS / 1000)
        yield compare("read after expiry", expected=None, found=attempt(read, node, key))


def _settings(context: Context) -> ServerlessRedisSettings:
    redis = context.environment.redis
    if not isinstance(redis, ServerlessRedisSettings):
        raise TypeError(f"{context.environment.name} has replication groups")  # `caches` names none then
    return redis


def _bounds(limits: DataStorageLimits | ProcessingLimits) -> dict[str, Json]:
    return {"minimum": limits.minimum, "maximum": limits.maximum}


def reach(context: Context, cache: str) -> RedisAccess:
    """How to talk to the serverless cache from here; raises as `reach_endpoint`."""
    live = describe(context, cache)
    endpoint = Address(host=live["Endpoint"]["Address"], port=live["Endpoint"]["Port"])
    return reach_endpoint(context, endpoint, cache=live["ServerlessCacheName"], serverless=True)
