"""A Redis Cluster on this machine: created, found again after a crash, looked at, ended."""

from __future__ import annotations

import logging
import os
import secrets
import shutil
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import redis

from sandbox import certificates, processes
from sandbox.certificates import CertificateFiles
from sandbox.errors import SandboxError
from sandbox.files import write_private
from sandbox.processes import Process
from sandbox.redis_cluster import access, addresses, configuration, slots, snapshots, topology
from sandbox.redis_cluster.access import User
from sandbox.redis_cluster.node import OPERATOR, PID_FILE, STOP_GRACE, Server
from sandbox.redis_cluster.topology import BUS_PORT_OFFSET, Node, Shard, Topology
from sandbox.redis_cluster.view import Seen, look, look_at_itself

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
class Primary:
    """The node that serves a shard's slots, and what it says of itself."""

    node: Node
    seen: Seen


@dataclass(kw_only=True, eq=False)
class RedisCluster:
    """The nodes of one replication group; its folder holds all there is to know of it, so that it survives a crash."""

    topology: Topology
    """Replaced as a whole when nodes come or go."""
    folder: Path
    authority: CertificateFiles
    operator_password: str
    _changing: threading.Lock = field(default_factory=threading.Lock, repr=False)

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
        rules = access.render(users, operator=self._operator()).encode()
        with self._changing:
            for server in self.servers:
                write_private(server.folder / "users.acl", rules)
                if server.process is not None:
                    server.command("ACL LOAD")

    def set_parameters(self, parameters: Mapping[str, str]) -> None:
        """Apply a parameter group to the running nodes and to their next start."""
        self.write_configuration(self.servers, parameters)
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
        self.wait_until_answering(self.servers)

    def stop(self) -> None:
        """End every node in order, their data on disk."""
        for server in self.servers:
            server.stop()

    def wait_until_answering(self, servers: Iterable[Server]) -> None:
        """Wait until nodes that were started answer; raise SandboxError where one ends instead."""
        waited_for = list(servers)
        self.wait(lambda: all(map(_answers, waited_for)), "answer")

    def wait_until_healthy(self) -> None:
        """Wait until all nodes see a whole cluster and all replicas are in sync; raise SandboxError otherwise."""
        self.wait(self.is_healthy, "be in sync")

    def is_healthy(self) -> bool:
        """Whether all slots are served, every node knows all others and every replica is in sync with its primary."""
        return all(is_in_sync(server) and self._sees_all_well(server) for server in self.servers)

    def form(self) -> None:
        """Make one cluster of freshly started nodes: slots, acquaintance, replication."""
        primaries = [self.server(shard.nodes[0]) for shard in self.topology.shards]
        for epoch, (served, primary) in enumerate(zip(slots.spread(len(primaries)), primaries, strict=True), start=1):
            primary.command("CLUSTER SET-CONFIG-EPOCH", epoch)
            primary.command("CLUSTER ADDSLOTSRANGE", *served)
        self.introduce(self.servers)
        for shard, primary in zip(self.topology.shards, primaries, strict=True):
            self.replicate(primary, shard.nodes[1:])

    def introduce(self, newcomers: Iterable[Server]) -> None:
        """Make nodes known to all others of the topology, and wait until all know all."""
        bus = self.topology.port + BUS_PORT_OFFSET
        for server in newcomers:
            with server.connect() as client:
                for node in self.topology.nodes:
                    if node != server.node:
                        client.execute_command("CLUSTER MEET", node.address, self.topology.port, bus)
        self.wait(lambda: all(map(self.knows_everybody, self.servers)), "meet")

    def knows_everybody(self, server: Server) -> bool:
        """Whether a node knows every node of the topology, and no others."""
        met = sorted(seen.address for seen in look(server) if "handshake" not in seen.flags)
        return met == sorted(node.address for node in self.topology.nodes)

    def replicate(self, primary: Server, nodes: Iterable[Node]) -> None:
        """Let nodes follow a primary from now on."""
        primary_id = primary.command("CLUSTER MYID")
        for node in nodes:
            self.server(node).command("CLUSTER REPLICATE", primary_id)

    def adopt(self, wanted: Topology) -> None:
        """Take nodes in that run already and let others go; whoever may log in to the cluster may to all its nodes."""
        with self._changing:
            for server in (self.server(node) for node in wanted.nodes if node not in self.topology.nodes):
                self.copy_users(server)
                server.command("ACL LOAD")
            write_private(self.folder / "topology.json", wanted.model_dump_json(indent=2).encode())
            self.topology = wanted

    def copy_users(self, server: Server) -> None:
        """Write the ACL file of a node that is not one of the cluster's yet."""
        write_private(server.folder / "users.acl", (self.servers[0].folder / "users.acl").read_bytes())

    def primary(self, shard: Shard) -> Node | None:
        """Return the node that serves a shard's slots now, or None while there is none."""
        found = self._primary(shard)
        return found.node if found else None

    def primaries(self) -> dict[str, Primary]:
        """Return the primary of each shard that has one now, by the shard's id."""
        return {shard.id: found for shard in self.topology.shards if (found := self._primary(shard))}

    def owns_slots(self, node: Node) -> bool:
        """Whether a node, alive or not, is the one that serves slots, as the living nodes see it."""
        for server in self.servers:
            if server.node != node and server.process is not None:
                try:
                    return sees_slots(server, node)
                except redis.RedisError as error:
                    _LOG.debug("%s: %s", server.node.name, error)
        return False

    def roles(self) -> dict[str, str]:
        """Return every node's role now, by node name: `"primary"` or `"replica"`."""
        primaries = {primary.node for primary in self.primaries().values()}
        return {node.name: "primary" if node in primaries else "replica" for node in self.topology.nodes}

    def write_configuration(self, servers: Iterable[Server], parameters: Mapping[str, str]) -> None:
        """Write the redis.conf of nodes, and give each a certificate if it has none."""
        for server in servers:
            certificate = CertificateFiles(certificate=server.folder / "node.pem", key=server.folder / "node.key")
            if not certificate.certificate.exists():
                hosts = [self.topology.endpoint, server.node.address]
                certificates.issue(self.authority, certificate, hosts=hosts)
            rendered = configuration.render(
                node=server.node,
                port=self.topology.port,
                folder=server.folder,
                authority=self.authority.certificate,
                certificate=certificate,
                operator=OPERATOR,
                operator_password=self.operator_password,
                parameters=parameters,
            )
            write_private(server.folder / "redis.conf", rendered.encode())

    def wait(self, condition: Callable[[], bool], what: str) -> None:
        """Wait until a condition holds, whatever nodes fail to answer meanwhile; raise SandboxError otherwise."""
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

    def _operator(self) -> User:
        return User(
            name=OPERATOR,
            access_string="on ~* &* +@all",
            password_hashes=(access.password_hash(self.operator_password),),
        )

    def _primary(self, shard: Shard) -> Primary | None:
        found = [Primary(node=node, seen=seen) for node in shard.nodes if (seen := _as_primary(self.server(node)))]
        # One that comes back after a failover may still think it is one: the later epoch wins, as in the cluster.
        return max(found, key=lambda primary: (bool(primary.seen.slots), primary.seen.epoch), default=None)

    def _sees_all_well(self, server: Server) -> bool:
        """Whether a node knows all others as they are: alive, and each replica as one of its own shard."""
        shards = {node.address: node.shard for node in self.topology.nodes}
        seen = {each.id: each for each in look(server)}
        return (
            sorted(each.address for each in seen.values()) == sorted(shards)
            and all(each.is_settled for each in seen.values())
            and all(
                each.is_primary or (each.follows in seen and shards[seen[each.follows].address] == shards[each.address])
                for each in seen.values()
            )
        )


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
        write_private(folder / "operator-password", cluster.operator_password.encode())
        write_private(folder / "topology.json", layout.model_dump_json(indent=2).encode())
        cluster.write_configuration(cluster.servers, specification.parameters)
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


def running(folder: Path) -> set[Process]:
    """Return every node that runs in `folder` or below, whoever started it; the folder may be vanishing."""
    found = (processes.of_pid_file(Path(parent, PID_FILE)) for parent, _, files in os.walk(folder) if PID_FILE in files)
    return {process for process in found if process is not None}


def stop_all(folder: Path) -> None:
    """End every node that lives in `folder` or below, whoever started it."""
    for pid_file in folder.rglob(PID_FILE):
        processes.stop(pid_file, grace=STOP_GRACE)


def remove(folder: Path) -> None:
    """End a cluster, complete or not, or a node of one, and forget its data."""
    stop_all(folder)
    shutil.rmtree(folder, ignore_errors=True)


def replication_offset(server: Server) -> int:
    """Return how much of its shard's replication stream a node has sent or received, in bytes."""
    return int(server.command("INFO", "replication")["master_repl_offset"])


def sees_slots(server: Server, node: Node) -> bool:
    """Whether a node knows another, or itself, as one that serves slots."""
    return any(known.address == node.address and known.slots for known in look(server))


def is_in_sync(server: Server) -> bool:
    """Whether this node sees a whole cluster and, if it is a replica, is in sync with its primary."""
    if server.command("CLUSTER INFO")["cluster_state"] != "ok":
        return False
    replication = server.command("INFO", "replication")
    return bool(replication["role"] == "master" or replication["master_link_status"] == "up")


def was_in_sync(server: Server) -> bool:
    """Whether this node has all that its primary had when it was last heard of, so that it can take over."""
    replication = server.command("INFO", "replication")
    # Told while the link is down; -1 where there was none since this node began to follow (redis 7.0, replication.c).
    return bool(replication.get("master_link_down_since_seconds", 0) >= 0)


def _as_primary(server: Server) -> Seen | None:
    """What a node that takes itself for a primary says of itself."""
    if server.process is None:
        return None
    try:
        seen = look_at_itself(server)
    except redis.RedisError:
        return None
    return seen if seen.is_primary else None


def _answers(server: Server) -> bool:
    """Whether a node that was started answers; raise SandboxError where it has ended."""
    if server.process is None:
        raise SandboxError(f"Redis node {server.node.name} ended at once: {_last_line(server.folder)}")
    try:
        return bool(server.command("PING"))
    except redis.RedisError:
        return False


def _last_line(folder: Path) -> str:
    lines = (folder / "redis.log").read_text(errors="replace").split("\n")
    return next((line for line in reversed(lines) if line.strip()), "its log is empty")
