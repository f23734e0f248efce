"""Redis as its clients meet it: encryption, login, slots, replicas, and data on every shard."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from typing import Any, Final, cast

import redis

from environments.redis_users import VALIDATION_KEYS
from validation.attempt import attempt
from validation.checks.redis_settings import (
    describe,
    expected_replicas,
    expected_shards,
    group_ids,
    own_user,
)
from validation.clients import Clients
from validation.context import Context
from validation.framework.check import check
from validation.framework.result import Finding, Severity, Skip, Unmet, compare
from validation.redis.access import Address, RedisAccess, redis_access
from validation.redis.probe import login, replication, speaks_plain_text, tls_version, topology, unreachable
from validation.redis.topology import SLOTS, Shard, tag_for, unserved

KEY_PREFIX: Final = f"{VALIDATION_KEYS}:"
"""Of every key that is written; each expires by itself, should a check be interrupted."""
LIFETIME_MILLISECONDS: Final = 60_000
EXPIRY_MILLISECONDS: Final = 300
REPLICA_SECONDS: Final = 5.0
"""Patience with a replica, which follows its primary within milliseconds."""
SAFE_TLS: Final = "verified, TLS 1.2 or newer"


@check("redis.tls", "Nodes speak verified TLS and nothing else", severity=Severity.CRITICAL, each=group_ids)
def tls(context: Context, group: str) -> Iterator[Finding]:
    """Shakes hands with every node, verifying certificate and host name, and sends every node a PING without TLS."""
    access = reach(context, group)
    # Without TLS that can be trusted nobody logs in to ask for the other nodes.
    if (found := tls_of(access, access.endpoint)) != SAFE_TLS:
        raise Unmet(f"TLS of {access.endpoint}", expected=SAFE_TLS, found=found)
    for node in _nodes(access):
        yield compare(f"TLS of {node}", expected=SAFE_TLS, found=tls_of(access, node))
        answered = speaks_plain_text(node)
        yield compare(f"PING without TLS to {node}", expected="refused", found="answered" if answered else "refused")


@check("redis.login", "Nodes let in nobody without the right login", severity=Severity.CRITICAL, each=group_ids)
def logins(context: Context, group: str) -> Iterator[Finding]:
    """Tries every node with the right credentials, with none, with wrong ones, and as the default user."""
    access = reach(context, group)
    user = own_user(context.environment)
    wrong = uuid.uuid4().hex
    for node in _nodes(access):
        yield compare(f"{node}: as {user}", expected="accepted", found=login(access.node(node)))
        yield compare(f"{node}: without login", expected="refused", found=login(access.stranger(node)))
        yield compare(
            f"{node}: as {user} with a wrong password",
            expected="refused",
            found=login(access.stranger(node, username=user, password=wrong)),
        )
        yield compare(
            f"{node}: as default",
            expected="refused",
            found=login(access.stranger(node, username="default", password=wrong)),
        )


@check("redis.slots", "Every slot is served", severity=Severity.CRITICAL, each=group_ids)
def slots(context: Context, group: str) -> Iterator[Finding]:
    """All 16384 slots have an owner, in the view of every node, and are spread over the configured shards."""
    access = reach(context, group)
    found = topology(access)
    yield compare("slots that nobody serves", expected=0, found=len(unserved(found)))
    yield compare("shards", expected=expected_shards(context, group), found=len(found))
    for address in _nodes(access):
        with access.node(address) as node:
            info = cast("dict[str, Any]", node.execute_command("CLUSTER INFO"))
        yield compare(
            f"in the view of {address}",
            expected={"state": "ok", "slots": SLOTS},
            found={"state": info["cluster_state"], "slots": int(info["cluster_slots_ok"])},
        )


@check("redis.replicas", "Every primary has its replicas in sync", severity=Severity.CRITICAL, each=group_ids)
def replicas(context: Context, group: str) -> Iterator[Finding]:
    """Seen from both ends: each primary counts its replicas online, each replica says that its link is up."""
    access = reach(context, group)
    configured = expected_replicas(context, group)
    for shard in topology(access, replicas=configured):
        primary = replication(access, shard.primary)
        yield compare(f"{shard.primary} is a primary", expected=True, found=primary.is_primary)
        yield compare(f"replicas in sync with {shard.primary}", expected=configured, found=primary.replicas_in_sync)
        yield compare(f"replicas of {shard.primary}", expected=configured, found=len(shard.replicas))
        for address in shard.replicas:
            yield compare(f"link of {address} up", expected=True, found=replication(access, address).link_up)


@check("redis.round_trip", "Every shard writes, reads and expires", severity=Severity.CRITICAL, each=group_ids)
def round_trip(context: Context, group: str) -> Iterator[Finding]:
    """Writes a key on every primary, reads it back, writes it for a moment only, and sees it expire."""
    access = reach(context, group)
    for shard in topology(access):
        key, value = _key_for(shard), uuid.uuid4().hex
        with access.node(shard.primary) as node:
            written = attempt(write, node, key, value, LIFETIME_MILLISECONDS)
            yield compare(f"write to {shard.primary}", expected=True, found=written)
            yield compare(f"read from {shard.primary}", expected=value, found=attempt(read, node, key))
            attempt(write, node, key, value, EXPIRY_MILLISECONDS)
            time.sleep(1.5 * EXPIRY_MILLISECONDS / 1000)
            yield compare(f"read after expiry from {shard.primary}", expected=None, found=attempt(read, node, key))


@check("redis.replica_reads", "Every replica serves what was written", severity=Severity.HIGH, each=group_ids)
def replica_reads(context: Context, group: str) -> Iterator[Finding]:
    """Writes a key on every primary and reads it from each of its replicas."""
    configured = expected_replicas(context, group)
    if configured == 0:
        raise Skip(f"{group} has no replicas: replicas_per_shard is 0")
    access = reach(context, group)
    for shard in topology(access, replicas=configured):
        key, value = _key_for(shard), uuid.uuid4().hex
        with access.node(shard.primary) as primary:
            primary.set(key, value, px=LIFETIME_MILLISECONDS)
            try:
                for address in shard.replicas:
                    with access.node(address) as replica:
                        replica.readonly()
                        yield compare(f"read from {address}", expected=value, found=_eventually(replica, key, value))
            finally:
                primary.delete(key)


def tls_of(access: RedisAccess, node: Address) -> str:
    """`SAFE_TLS`, or what a node has instead."""
    version = tls_version(access, node)
    return SAFE_TLS if version in ("TLSv1.2", "TLSv1.3") else version


def write(node: redis.Redis, key: str, value: str, milliseconds: int) -> bool:
    """Write a key that expires after so many milliseconds."""
    return bool(node.set(key, value, px=milliseconds))


def read(node: redis.Redis, key: str) -> str | None:
    """What a key holds."""
    return cast("str | None", node.get(key))


def reach(context: Context, group: str) -> RedisAccess:
    """How to talk to a replication group from here; raises as `reach_endpoint`."""
    live = describe(context, group)
    endpoint = Address(host=live["ConfigurationEndpoint"]["Address"], port=live["ConfigurationEndpoint"]["Port"])
    return reach_endpoint(context, endpoint, cache=live["ReplicationGroupId"])


def reach_endpoint(context: Context, endpoint: Address, *, cache: str, serverless: bool = False) -> RedisAccess:
    """How to talk from here to the replication group, or serverless, `cache` at its endpoint.

    Where no connection can be made, raises `Skip` if Redis is in a VPC that this machine need not be in, or else
    `Unmet`.
    """
    reason = context.ask(_unreachable, endpoint)
    if reason is None:
        return redis_access(
            context.clients,
            endpoint=endpoint,
            cache=cache,
            user=own_user(context.environment),
            serverless=serverless,
        )
    if context.inside_vpc or context.environment.target == "sandbox":
        raise Unmet(f"connection to {endpoint}", expected="accepted", found=reason)
    raise Skip(
        f"Redis at {endpoint} cannot be reached from here ({reason}), because it lives in a VPC. Run "
        f"`python -m validation run {context.environment.name} --only redis --inside-vpc` on a machine in the VPC that "
        f"has the security group {context.environment.physical_name('clients')}"
    )


def _unreachable(_clients: Clients, endpoint: Address) -> str | None:
    return unreachable(endpoint)


def _nodes(access: RedisAccess) -> tuple[Address, ...]:
    return tuple(node for shard in topology(access) for node in shard.nodes)


def _key_for(shard: Shard) -> str:
    return f"{KEY_PREFIX}{{{tag_for(shard.slots)}}}:{uuid.uuid4()}"


def _eventually(replica: redis.Redis, key: str, value: str) -> str | None:
    """What the replica holds, once it is `value` or patience is at its end."""
    deadline = time.monotonic() + REPLICA_SECONDS
    while True:
        found = read(replica, key)
        if found == value or time.monotonic() > deadline:
            return found
        time.sleep(0.01)
