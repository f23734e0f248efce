"""The replication group and its nodes, broken."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import ANY

from environments.redis_users import redis_users
from sandbox import certificates
from sandbox.directory import Directory
from sandbox.redis_cluster import cluster
from tests.validation.breaks.breaking import Break, Breaking, as_if, changed, really, with_fault
from validation.checks.redis_data import SAFE_TLS
from validation.context import Context
from validation.live import autoscaling, redis


def modified(before: dict[str, Any], after: dict[str, Any]) -> Breaking:
    """The replication group with settings changed, then changed back."""

    def modify(context: Context, settings: dict[str, Any]) -> None:
        elasticache, group = context.clients.elasticache, context.environment.replication_group_id
        elasticache.modify_replication_group(ReplicationGroupId=group, ApplyImmediately=True, **settings)
        available = elasticache.get_waiter("replication_group_available")
        available.wait(ReplicationGroupId=group, WaiterConfig={"Delay": 1, "MaxAttempts": 60})

    return really(lambda context: modify(context, before), lambda context: modify(context, after))


def user_with(what: str, *, access: str, instead_of: str) -> Breaking:
    """A user who may do something else."""

    def modify(context: Context, access_string: str) -> None:
        user = context.environment.physical_name(what)
        context.clients.elasticache.modify_user(UserId=user, AccessString=access_string)

    return really(lambda context: modify(context, access), lambda context: modify(context, instead_of))


ACCESS = {user.persona: user.access_string for user in redis_users()}
OWN_ACCESS = ACCESS["validator"]
USERS = {
    f"tierstore-local-{'app' if persona == 'application' else persona.replace('_', '')}": {
        "authentication": "iam",
        "access": access,
    }
    for persona, access in ACCESS.items()
}
OPEN_DEFAULT_USER = user_with("default", access="on ~* +@all", instead_of="off ~* -@all")


def evicting(context: Context, policy: str) -> None:
    nodes = redis.nodes(context.clients, context.environment.replication_group_id)
    context.clients.elasticache.modify_cache_parameter_group(
        CacheParameterGroupName=nodes[0]["CacheParameterGroup"]["CacheParameterGroupName"],
        ParameterNameValues=[{"ParameterName": "maxmemory-policy", "ParameterValue": policy}],
    )


def keep_slow_log(context: Context, days: int) -> None:
    name = context.environment.log_group_name("redis/slow-log")
    context.clients.logs.put_retention_policy(logGroupName=name, retentionInDays=days)


@contextmanager
def trusting_somebody_else(context: Context) -> Iterator[Context]:
    """Clients that do not know the authority that signed the nodes' certificate."""
    sandbox = context.clients.sandbox
    assert sandbox is not None
    with TemporaryDirectory() as folder:
        stranger = certificates.ensure_authority(Path(folder)).certificate
        trusting = sandbox.model_copy(update={"redis": sandbox.redis.model_copy(update={"ca_file": stranger})})
        yield Context(context.environment, context.model, replace(context.clients, sandbox=trusting))


@contextmanager
def without_slot_zero(context: Context) -> Iterator[Context]:
    """A cluster in which no node knows who serves slot 0."""
    sandbox = context.clients.sandbox
    assert sandbox is not None
    directory = Directory(root=sandbox.ca_file.parent.parent)
    nodes = cluster.load(
        directory.redis / f"{context.environment.region}.{context.environment.replication_group_id}",
        authority=certificates.ensure_authority(directory.certificates),
    )
    owner = nodes.primary(nodes.topology.shards[0])
    assert owner is not None
    # The owner first, or else the others would learn of its slot again.
    for server in sorted(nodes.servers, key=lambda server: server.node != owner):
        server.command("CLUSTER DELSLOTS", 0)
    try:
        yield context
    finally:
        nodes.server(owner).command("CLUSTER ADDSLOTS", 0)


def without_last_shard(description: Any) -> Any:
    return {**description, "NodeGroups": description["NodeGroups"][:-1]}


BREAKS = (
    Break(
        check="redis.available",
        how=as_if(redis.replication_group, changed(Status="modifying")),
        what="group",
        expected="available",
        found="modifying",
    ),
    Break(
        check="redis.engine",
        how=modified({"EngineVersion": "7.0"}, {"EngineVersion": "7.1"}),
        what="node tierstore-local-0001-001",
        expected={"engine": "redis", "version": "7.1", "node type": "cache.t4g.micro"},
        found={"engine": "redis", "version": "7.0", "node type": "cache.t4g.micro"},
    ),
    Break(
        check="redis.shape",
        how=as_if(redis.replication_group, without_last_shard),
        what="shards",
        expected=3,
        found=2,
    ),
    Break(
        check="redis.autoscaling",
        how=as_if(autoscaling.scaled_numbers, lambda found: {**found, "replication-group/a Replicas": ANY}),
        what="what follows the load",
        expected=[],
        found=["replication-group/a Replicas"],
    ),
    Break(
        check="redis.failover",
        how=modified(
            {"AutomaticFailoverEnabled": False, "MultiAZEnabled": False},
            {"AutomaticFailoverEnabled": True, "MultiAZEnabled": True},
        ),
        what="automatic failover",
        expected="enabled",
        found="disabled",
    ),
    Break(
        check="redis.transit_encryption",
        how=as_if(redis.replication_group, changed(TransitEncryptionMode="preferred")),
        what="mode",
        expected="required",
        found="preferred",
    ),
    Break(
        check="redis.disk_encryption",
        how=as_if(redis.replication_group, changed(AtRestEncryptionEnabled=False)),
        what="encryption at rest",
        expected=True,
        found=False,
    ),
    Break(
        check="redis.users",
        how=OPEN_DEFAULT_USER,
        what="users",
        expected={**USERS, "default": {"access": "off"}},
        found={**USERS, "default": {"authentication": "no-password", "access": "on ~* +@all"}},
    ),
    Break(
        check="redis.users",
        how=user_with("reader", access=f"{ACCESS['reader']} ~session:*", instead_of=ACCESS["reader"]),
        what="users",
        expected={**USERS, "default": {"access": "off"}},
        found={
            **USERS,
            "tierstore-local-reader": {"authentication": "iam", "access": f"{ACCESS['reader']} ~session:*"},
            "default": {"access": "off"},
        },
    ),
    Break(
        check="redis.parameters",
        how=really(lambda context: evicting(context, "allkeys-lru"), lambda context: evicting(context, "volatile-lfu")),
        what="tierstore-local",
        expected={"cluster-enabled": "yes", "maxmemory-policy": "volatile-lfu"},
        found={"cluster-enabled": "yes", "maxmemory-policy": "allkeys-lru"},
    ),
    Break(
        check="redis.snapshots",
        how=modified({"SnapshotRetentionLimit": 0}, {"SnapshotRetentionLimit": 1}),
        what="days kept",
        expected=1,
        found=0,
    ),
    Break(
        check="redis.logs",
        how=really(lambda context: keep_slow_log(context, 1), lambda context: keep_slow_log(context, 7)),
        what="days kept of slow-log",
        expected=7,
        found=1,
    ),
    Break(
        check="redis.tls",
        how=trusting_somebody_else,
        what="TLS of 127.",
        expected=SAFE_TLS,
        found="CERTIFICATE_VERIFY_FAILED",
    ),
    Break(
        check="redis.login",
        how=OPEN_DEFAULT_USER,
        what="127.",
        expected="refused",
        found="accepted",
    ),
    Break(
        check="redis.rights",
        how=user_with("validator", access=f"{OWN_ACCESS} %R~session:*", instead_of=OWN_ACCESS),
        what="read of session:…",
        expected="refused",
        found="allowed",
    ),
    Break(
        check="redis.rights",
        how=user_with("validator", access=f"{OWN_ACCESS} +scan", instead_of=OWN_ACCESS),
        what="names of keys",
        expected="refused",
        found="allowed",
    ),
    Break(
        check="redis.slots",
        how=without_slot_zero,
        what="slots that nobody serves",
        expected=0,
        found=1,
    ),
    Break(
        check="redis.replicas",
        how=with_fault("cut-replica", seconds=3),
        what="replicas in sync with 127.",
        expected=1,
        found=0,
    ),
    Break(
        check="redis.round_trip",
        how=user_with("validator", access=f"{OWN_ACCESS} -set", instead_of=OWN_ACCESS),
        what="write to 127.",
        expected=True,
        found="NoPermissionError: this user has no permissions to run the 'set' command",
    ),
    Break(
        check="redis.replica_reads",
        how=with_fault("cut-replica", seconds=8),
        what="read from 127.",
        expected=ANY,
        found=None,
    ),
)
