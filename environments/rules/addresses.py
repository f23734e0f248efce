"""The address ranges of a VPC of our own: private, large enough, apart from its peers'."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from ipaddress import IPv4Network
from itertools import combinations

from environments.problems import FieldPath, Finding
from environments.schema import CreatedNetwork

PRIVATE_RANGES = (
    IPv4Network("10.0.0.0/8"),
    IPv4Network("172.16.0.0/12"),
    IPv4Network("192.168.0.0/16"),
    IPv4Network("100.64.0.0/10"),
)
"""Ranges of RFC 1918 and RFC 6598, which no host on the Internet has."""

LARGEST_PREFIX, SMALLEST_PREFIX = 16, 25
"""A VPC is a /16 at most; an eighth of it must be a /28, the smallest subnet."""

RESERVED_ADDRESSES = 5
"""Addresses of each subnet that AWS keeps."""


def findings(network: CreatedNetwork, *, nodes: int, path: FieldPath = ("network",)) -> Iterator[Finding]:
    """What is wrong with the ranges of one VPC, whose settings stand at `path`, that is to hold `nodes` Redis nodes."""
    name = ".".join(map(str, path))
    cidr = network.cidr
    if not any(cidr.subnet_of(private) for private in PRIVATE_RANGES):
        yield _cidr(path, f"given {cidr}, allowed a private range, inside {', '.join(map(str, PRIVATE_RANGES))}")
    elif not LARGEST_PREFIX <= cidr.prefixlen <= SMALLEST_PREFIX:
        yield _cidr(path, f"given a /{cidr.prefixlen}, allowed /{LARGEST_PREFIX} to /{SMALLEST_PREFIX}")
    elif (room := _room(network.private_subnets)) < nodes:
        yield _cidr(
            path,
            f"given {cidr}, which has room for {room} nodes in {network.availability_zones} zones, "
            f"allowed a range that holds the {nodes} nodes of redis: choose a larger one",
        )
    for position, peer in enumerate(network.peer_cidrs):
        if peer.overlaps(cidr):
            yield Finding(
                path=(*path, "peer_cidrs", position),
                message=f"given {peer}, which overlaps {name}.cidr {cidr}: choose another range",
            )
    for (_, first), (position, second) in combinations(enumerate(network.peer_cidrs), 2):
        if first.overlaps(second):
            yield Finding(
                path=(*path, "peer_cidrs", position),
                message=f"given {second}, which overlaps {first} in the same list: keep one",
            )


def _cidr(path: FieldPath, message: str) -> Finding:
    return Finding(path=(*path, "cidr"), message=message)


def _room(subnets: Iterable[IPv4Network]) -> int:
    return sum(subnet.num_addresses - RESERVED_ADDRESSES for subnet in subnets)
