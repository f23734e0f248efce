"""A Redis Cluster on this machine: created, found again after a crash, looked at, ended."""

from __future__ import annotations

import contextlib
import logging
import secrets
import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import redis

from sandbox import certificates, processes
from sandbox.certificates import CertificateFiles
from sandbox.errors import SandboxError
from sandbox.files import write_private
from sandbox.redis_cluster import access, addresses, configuration, snapshots, topology
from sandbox.redis_cluster.access import User
from sandbox.redis_cluster.node import OPERATOR, PID_FILE, STOP_GRACE, Server
from sandbox.redis_cluster.topology import BUS_PORT_OFFSET, Node, Shard, Topology

_LOG = logging.getLogger(__name__)
_READY_SECONDS = 60.0
_POLL = 0.1  # seconds


@dataclass(frozen=True, kw_only=True)
class Specification:
    """What a replication group asks of its cluster."""

    name: str
    shards: int
    replicas: int
    port: int
    users: tuple[User, ...]
    parameters: Mapping[str, str]
    seeds: tuple[Path, ...] = ()
    """RDB files whose keys it begins with."""


@dataclass(frozen=True, kw_only=True)
class RedisCluster:
    """The nodes of one replication group; its folder holds all there is to know of it, so that it survives a crash."""

    topology: Topology
    folder: Path
    authority: CertificateFiles
    operator_password: str

    def server(self, node: Node) -> Server:
        """Return the server of a node."""
        return Server(
            node=node,
            port=self.topology.port,
            folder=self.folder / node.name,
            authority=self.authority.certificate,
            operator_password=self.operator_password,
        )

    @property
    def servers(self) -> tuple[Server, ...]:
        """Every server, shard by shard."""
        return tuple(self.server(node) for node in self.topology.nodes)

    def set_users(self, users: Sequence[User]) -> None:
        """Let exactly these users in, at once."""
        self._write_users(users)
        for server in self.servers:
            if server.process is not None:
                server.command("ACL LOAD")

    def set_parameters(self, parameters: Mapping[str, str]) -> None:
        """Apply a parameter group to the running nodes and to their next start."""
        self.write_configuration(parameters)
        for server in self.servers:
            if server.process is not None:
                for name, value in configuration.effective_parameters(parameters).items():
                    server.command("CONFIG SET", name, value)

    def start(self) -> None:
        """Start every node that does not run; raise SandboxError where another process took a node's address."""
        for server in self.servers:
            if server.process is None and not addresses.is_free(server.node.address, self.topology.port):
                raise SandboxError(
                    f"Node {server.node.name} needs {server.node.address}, ports {self.topology.port} and "
                    f"{self.topology.port + BUS_PORT_OFFSET}, where another process listens now. End that process, or "
                    "run `python -m sandbox reset`, which forgets the data."
                )
            server.start()
        self._wait(self._every_node_answers, "answer")

    def stop(self) -> None:
        """End every node in order, their data on disk."""
        for server in self.servers:
            server.stop()

    def wait_until_healthy(self) -> None:
        """Wait until all nodes see a whole cluster and all replicas are in sync; raise SandboxError otherwise."""
        self._wait(self.is_healthy, "be in sync")

    def is_healthy(self) -> bool:
        """Whether all slots are served, every node agrees, and every replica is in sync with its primary."""
        return all(is_in_sync(server) for server in self.servers)

    def form(self) -> None:
        """Make one cluster of freshly started nodes: slots, acquaintance, replication."""
        primaries = [self.server(shard.nodes[0]) for shard in self.topology.shards]
        for epoch, (shard, primary) in enumerate(zip(self.topology.shards, primaries, strict=True), start=1):
            primary.command("CLUSTER SET-CONFIG-EPOCH", epoch)
            primary.command("CLUSTER ADDSLOTSRANGE", shard.first_slot, shard.last_slot)
        bus = self.topology.port + BUS_PORT_OFFSET
        for server in self.servers:
            for node in self.topology.nodes:
                if node != server.node:
                    server.command("CLUSTER MEET", node.address, self.topology.port, bus)
        self._wait(self._everybody_knows_everybody, "meet")
        for shard, primary in zip(self.topology.shards, primaries, strict=True):
            primary_id = primary.command("CLUSTER MYID")
            for replica in shard.nodes[1:]:
                self.server(replica).command("CLUSTER REPLICATE", primary_id)

    def primary(self, shard: Shard) -> Node | None:
        """Return the node that serves a shard's slots now, or None while there is none.

        A primary that comes back after a failover may still think it is one: the later epoch wins, as in the cluster.
        """
        epochs = {node: _epoch_as_primary(self.server(node)) for node in shard.nodes}
        latest = max(epochs, key=lambda node: epochs[node])
        return latest if epochs[latest] >= 0 else None

    def owns_slots(self, node: Node) -> bool:
        """Whether a node, alive or not, is the one that serves slots, as the living nodes see it."""
        for server in self.servers:
            if server.node != node and server.process is not None:
                with contextlib.suppress(redis.RedisError):
                    known = server.command("CLUSTER NODES")
                    return any(
                        address.startswith(f"{node.address}:") and seen["slots"] for address, seen in known.items()
                    )
        return False

    def roles(self) -> dict[str, str]:
        """Return every node's role now, by node name: `"primary"` or `"replica"`."""
        primaries = {self.primary(shard) for shard in self.topology.shards}
        return {node.name: "primary" if node in primaries else "replica" for node in self.topology.nodes}

    def write_configuration(self, parameters: Mapping[str, str]) -> None:
        """Write every node's redis.conf."""
        for server in self.servers:
            rendered = configuration.render(
                node=server.node,
                port=self.topology.port,
                folder=server.folder,
                authority=self.authority.certificate,
                certificate=_node_certificate(self.folder),
                operator=OPERATOR,
                operator_password=self.operator_password,
                parameters=parameters,
            )
            write_private(server.folder / "redis.conf", rendered.encode())

    def _write_users(self, users: Sequence[User]) -> None:
        operator = User(
            name=OPERATOR,
            access_string="on ~* &* +@all",
            password_hashes=(access.password_hash(self.operator_password),),
        )
        for server in self.servers:
            write_private(server.folder / "users.acl", access.render(users, operator=operator).encode())

    def _everybody_knows_everybody(self) -> bool:
        known = str(len(self.topology.nodes))
        return all(
            _info(server)["cluster_known_nodes"] == known and not _is_shaking_hands(server) for server in self.servers
        )

    def _every_node_answers(self) -> bool:
        for server in self.servers:
            if server.process is None:
                raise SandboxError(f"Redis node {server.node.name} ended at once: {_last_line(server.folder)}")
        return all(_answers(server) for server in self.servers)

    def _wait(self, condition: Callable[[], bool], what: str) -> None:
        deadline = time.monotonic() + _READY_SECONDS
        while True:
            try:
                if condition():
                    return
            except redis.RedisError as error:
                _LOG.debug("%s: %s", self.topology.name, error)
            if time.monotonic() > deadline:
                raise SandboxError(
                    f"The nodes of {self.topology.name} did not {what} within {_READY_SECONDS:.0f} s; their logs are "
                    f"{self.folder}/*/redis.log."
                )
            time.sleep(_POLL)


def create(specification: Specification, *, folder: Path, authority: CertificateFiles) -> RedisCluster:
    """Create, start and form a cluster and wait until it is healthy; leave nothing behind where that fails."""
    layout = topology.plan(
        name=specification.name,
        shards=specification.shards,
        replicas=specification.replicas,
        addresses=addresses.find_free(
            seed=str(folder),
            count=topology.address_count(shards=specification.shards, replicas=specification.replicas),
            port=specification.port,
        ),
        port=specification.port,
    )
    cluster = RedisCluster(
        topology=layout, folder=folder, authority=authority, operator_password=secrets.token_urlsafe(32)
    )
    try:
        certificates.issue(
            authority, _node_certificate(folder), hosts=[layout.endpoint, *(node.address for node in layout.nodes)]
        )
        write_private(folder / "operator-password", cluster.operator_password.encode())
        write_private(folder / "topology.json", layout.model_dump_json(indent=2).encode())
        cluster.write_configuration(specification.parameters)
        cluster.set_users(specification.users)
        cluster.start()
        cluster.form()
        cluster.wait_until_healthy()
        snapshots.load(cluster, specification.seeds)
    except BaseException:
        remove(folder)
        raise
    return cluster


def load(folder: Path, *, authority: CertificateFiles) -> RedisCluster:
    """Return the cluster that `create` left in `folder`, whether its nodes run or not."""
    return RedisCluster(
        topology=Topology.model_validate_json((folder / "topology.json").read_text()),
        folder=folder,
        authority=authority,
        operator_password=(folder / "operator-password").read_text(),
    )


def stop_all(folder: Path) -> None:
    """End every node that lives in `folder` or below, whoever started it."""
    for pid_file in folder.rglob(PID_FILE):
        processes.stop(pid_file, grace=STOP_GRACE)


def remove(folder: Path) -> None:
    """End a cluster, complete or not, and forget its data."""
    stop_all(folder)
    shutil.rmtree(folder, ignore_errors=True)


def is_in_sync(server: Server) -> bool:
    """Whether this node sees a whole cluster and, if it is a replica, is in sync with its primary."""
    if _info(server)["cluster_state"] != "ok":
        return False
    replication = server.command("INFO", "replication")
    return bool(replication["role"] == "master" or replication["master_link_status"] == "up")


def _epoch_as_primary(server: Server) -> int:
    if server.process is None:
        return -1
    try:
        myself = next(node for node in _known_nodes(server) if "myself" in node["flags"])
    except redis.RedisError:
        return -1
    return int(myself["epoch"]) if "master" in myself["flags"] and myself["slots"] else -1


def _is_shaking_hands(server: Server) -> bool:
    return any("handshake" in node["flags"] for node in _known_nodes(server))


def _known_nodes(server: Server) -> list[dict[str, Any]]:
    return list(server.command("CLUSTER NODES").values())


def _answers(server: Server) -> bool:
    try:
        return bool(server.command("PING"))
    except redis.RedisError:
        return False


def _info(server: Server) -> dict[str, str]:
    answer: dict[str, str] = server.command("CLUSTER INFO")
    return answer


def _last_line(folder: Path) -> str:
    lines = (folder / "redis.log").read_text(errors="replace").split("\n")
    return next((line for line in reversed(lines) if line.strip()), "its log is empty")


def _node_certificate(folder: Path) -> CertificateFiles:
    return CertificateFiles(certificate=folder / "node.pem", key=folder / "node.key")
