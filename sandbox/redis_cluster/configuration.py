"""A node's redis.conf."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from sandbox.certificates import CertificateFiles
from sandbox.redis_cluster.topology import Node

# Short, so that a drill on a laptop takes seconds: a primary counts as failed after this many milliseconds.
NODE_TIMEOUT_MS = 1000
# Bounded: a laptop holds every node of every cluster in its memory.
_MAX_MEMORY = "64mb"
# Parameters of an ElastiCache parameter group that redis-server 7.0 understands and that are the user's to choose
# (https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/ParameterGroups.Engine.html); others have no effect here.
_PARAMETERS = frozenset({
    "activerehashing", "cluster-allow-pubsubshard-when-down", "cluster-allow-reads-when-down",
    "cluster-require-full-coverage", "hash-max-listpack-entries", "hash-max-listpack-value", "hll-sparse-max-bytes",
    "lazyfree-lazy-eviction", "lazyfree-lazy-expire", "lazyfree-lazy-server-del", "lazyfree-lazy-user-del",
    "latency-tracking", "lfu-decay-time", "lfu-log-factor", "list-compress-depth", "maxmemory-policy",
    "maxmemory-samples", "notify-keyspace-events", "set-max-intset-entries", "slowlog-log-slower-than",
    "slowlog-max-len", "stream-node-max-bytes", "stream-node-max-entries", "tcp-keepalive", "timeout",
    "tracking-table-max-keys", "zset-max-listpack-entries", "zset-max-listpack-value",
})  # fmt: skip


def effective_parameters(parameters: Mapping[str, str]) -> dict[str, str]:
    """Return those parameters of a parameter group that a node of the sandbox obeys."""
    return {name: value for name, value in parameters.items() if name in _PARAMETERS}


def render(
    *,
    node: Node,
    port: int,
    folder: Path,
    authority: Path,
    certificate: CertificateFiles,
    operator: str,
    operator_password: str,
    parameters: Mapping[str, str],
) -> str:
    """Render redis.conf: TLS only, clustered, persistent, known by its own address."""
    settings = {
        "bind": node.address,
        "port": "0",
        "tls-port": str(port),
        "tls-cluster": "yes",
        "tls-replication": "yes",
        "tls-auth-clients": "no",
        "tls-ca-cert-file": str(authority),
        "tls-cert-file": str(certificate.certificate),
        "tls-key-file": str(certificate.key),
        "tls-protocols": "TLSv1.2 TLSv1.3",
        "aclfile": str(folder / "users.acl"),
        "masteruser": operator,
        "masterauth": operator_password,
        "cluster-enabled": "yes",
        "cluster-config-file": "nodes.conf",
        # A node stays in its shard, also when that has lost its slots or its replicas.
        "cluster-allow-replica-migration": "no",
        "cluster-node-timeout": str(NODE_TIMEOUT_MS),
        "cluster-announce-ip": node.address,
        "replica-announce-ip": node.address,
        # ElastiCache's default; Redis' own is yes.
        "cluster-require-full-coverage": "no",
        # A replica's first sync must be over before its primary can be failed over, so it starts at once.
        "repl-diskless-sync-delay": "0",
        "dir": str(folder),
        "logfile": str(folder / "redis.log"),
        "appendonly": "yes",
        "auto-aof-rewrite-min-size": "16mb",
        "save": "",
        "maxmemory": _MAX_MEMORY,
        "maxmemory-policy": "volatile-lru",
        **effective_parameters(parameters),
    }
    return "".join(f'{name} "{_escaped(value)}"\n' for name, value in settings.items())


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"')
