"""Free loopback addresses: Linux answers on all of 127.0.0.0/8, so each node gets one of its own, as on AWS."""

from __future__ import annotations

import hashlib
import socket
from collections.abc import Collection
from itertools import islice

from sandbox.errors import SandboxError
from sandbox.redis_cluster.topology import BUS_PORT_OFFSET

# 127.0.0.0/16 is left to the machine's own services.
_NETWORKS = 255 * 256
_HOSTS = range(1, 255)


def find_free(*, seed: str, count: int, port: int) -> list[str]:
    """Return `count` addresses of one /24 network on which `port` and its cluster bus are free.

    The search starts at a network derived from `seed`, so that sandboxes do not compete for the same one. Raises
    SandboxError where no network has room.
    """
    first = int.from_bytes(hashlib.sha256(seed.encode()).digest()[:4]) % _NETWORKS
    for step in range(_NETWORKS):
        network = (first + step) % _NETWORKS
        prefix = f"127.{network // 256 + 1}.{network % 256}"
        addresses = [f"{prefix}.{host}" for host in _HOSTS[:count]]
        if len(addresses) == count and all(is_free(address, port) for address in addresses):
            return addresses
    raise SandboxError(
        f"No /24 network of 127.0.0.0/8 has {count} addresses with ports {port} and {_bus(port)} free. Does a server "
        "listen there on all interfaces? Stop it, or give the replication group another port."
    )


def find_more(beside: Collection[str], *, count: int, port: int) -> list[str]:
    """Return `count` more free addresses of the network of those that are in use already.

    Raises SandboxError where it has no room.
    """
    prefix = next(iter(beside)).rpartition(".")[0]
    unused = (f"{prefix}.{host}" for host in _HOSTS)
    found = list(islice((one for one in unused if one not in beside and is_free(one, port)), count))
    if len(found) < count:
        raise SandboxError(
            f"{prefix}.0/24 has {len(found)} addresses left with ports {port} and {_bus(port)} free, not {count}."
        )
    return found


def is_free(address: str, port: int) -> bool:
    """Whether a node could listen there now."""
    return _can_bind(address, port) and _can_bind(address, _bus(port))


def _bus(port: int) -> int:
    return port + BUS_PORT_OFFSET


def _can_bind(address: str, port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError:
            return False
    return True
