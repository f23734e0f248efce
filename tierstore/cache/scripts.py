"""What happens to one entity's cached copy, as one step that nothing comes between.

Three keys of one slot: the copy; the lock of whoever is loading it; the guard, which counts the writes under way and
knows below which version a copy is stale.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Final, NamedTuple

from tierstore.cache.copies import HEADER_BYTES
from tierstore.redis.effects import RedisRequest
from tierstore.redis.scripts import Script

LOCK_SECONDS: Final = 2.0
"""How long a loader keeps the others waiting if it dies; while it lives, it prolongs its claim."""
GUARD_SECONDS: Final = 10.0
"""How long a guard outlives its last write: longer than a write with all its retries, or a reader with its load."""


class Claim(IntEnum):
    """What a reader without a fresh copy may do."""

    WAIT = 0
    """Somebody else is loading, or has just loaded."""
    LOAD = 1
    """Load and store."""
    LOAD_CONSISTENTLY = 2
    """Load and store; the item was written moments ago, so only a consistent read is sure to see it."""
    LOAD_WITHOUT_STORING = 3
    """The item is being written."""


class Keys(NamedTuple):
    """The keys of one copy."""

    copy: str
    lock: str
    guard: str


def keys_of(copy: str) -> Keys:
    """The keys that belong to a copy's."""
    return Keys(copy, f"{copy}:lock", f"{copy}:guard")


def is_passing(name: str) -> bool:
    """Whether a key is beside a copy: gone within seconds, and not to be removed, since it keeps stale copies away."""
    return name.endswith((":lock", ":guard"))


_CLAIM: Final = Script(f"""
local copy = redis.call('GET', KEYS[1])
if copy and string.sub(copy, 1, {HEADER_BYTES}) ~= ARGV[3] then
  return {{0, copy}}
end
local guard = redis.call('HMGET', KEYS[3], 'writes', 'version')
if guard[1] and tonumber(guard[1]) > 0 then
  return {{3, copy}}
end
local holder = redis.call('GET', KEYS[2])
if holder and holder ~= ARGV[1] then
  return {{0, copy}}
end
redis.call('SET', KEYS[2], ARGV[1], 'PX', ARGV[2])
return {{guard[2] and 2 or 1, copy}}
""")

_STORE: Final = Script("""
if redis.call('GET', KEYS[2]) ~= ARGV[1] then
  return 0
end
redis.call('UNLINK', KEYS[2])
local version = redis.call('HGET', KEYS[3], 'version')
if version and tonumber(ARGV[2]) < tonumber(version) then
  return 0
end
redis.call('SET', KEYS[1], ARGV[4], 'PX', ARGV[3])
return 1
""")

_PROLONG: Final = Script("""
if redis.call('GET', KEYS[1]) ~= ARGV[1] then
  return 0
end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])
""")

_RELEASE: Final = Script("""
if redis.call('GET', KEYS[1]) == ARGV[1] then
  redis.call('UNLINK', KEYS[1])
end
return 1
""")

_BEGIN_WRITE: Final = Script("""
redis.call('UNLINK', KEYS[1], KEYS[2])
redis.call('HINCRBY', KEYS[3], 'writes', 1)
redis.call('PEXPIRE', KEYS[3], ARGV[1])
return 1
""")

_END_WRITE: Final = Script("""
redis.call('UNLINK', KEYS[1], KEYS[2])
if redis.call('HINCRBY', KEYS[3], 'writes', ARGV[3]) < 0 then
  redis.call('HSET', KEYS[3], 'writes', 0)
end
local version = redis.call('HGET', KEYS[3], 'version')
if not version or tonumber(version) < tonumber(ARGV[2]) then
  redis.call('HSET', KEYS[3], 'version', ARGV[2])
end
redis.call('PEXPIRE', KEYS[3], ARGV[1])
return 1
""")


def claim(keys: Keys, *, token: str, seen: bytes | None) -> RedisRequest:
    """Ask to load the copy; `seen` is the copy that the reader found unfit.

    Answered with a `Claim` and the copy, which is another one where somebody has stored it in the meantime. Whoever
    holds the claim already, and may not know it, is granted it again.
    """
    return _CLAIM.on(keys, token, _milliseconds(LOCK_SECONDS), (seen or b"")[:HEADER_BYTES])


def store(keys: Keys, *, token: str, version: int, seconds: float, copy: bytes) -> RedisRequest:
    """Store what was loaded under the claim of `token`, unless a write has begun or ended a newer one since."""
    return _STORE.on(keys, token, version, _milliseconds(seconds), copy)


def prolong(keys: Keys, *, token: str) -> RedisRequest:
    """Hold a claim for as long again as a new one lasts."""
    return _PROLONG.on((keys.lock,), token, _milliseconds(LOCK_SECONDS))


def release(keys: Keys, *, token: str) -> RedisRequest:
    """Give a claim back without storing anything."""
    return _RELEASE.on((keys.lock,), token)


def begin_write(keys: Keys) -> RedisRequest:
    """Drop the copy, and let nobody store another until the write has ended."""
    return _BEGIN_WRITE.on(keys, _milliseconds(GUARD_SECONDS))


def end_write(keys: Keys, *, version: int, was_begun: bool) -> RedisRequest:
    """Drop the copy, and let only `version` or a newer one be stored; on a replica too when it is answered."""
    return _END_WRITE.on(keys, _milliseconds(GUARD_SECONDS), version, -1 if was_begun else 0, replicated=True)


def _milliseconds(seconds: float) -> int:
    return max(1, round(seconds * 1000))
