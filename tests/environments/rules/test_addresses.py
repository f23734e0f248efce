"""A VPC's range is private, has room, and stays apart from its peers'."""

from __future__ import annotations

from ipaddress import IPv4Network
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from environments.rules.addresses import PRIVATE_RANGES, findings
from environments.schema import CreatedNetwork

CIDRS = st.builds(
    lambda address, prefix: IPv4Network((address, prefix), strict=False), st.integers(0, 2**32 - 1), st.integers(8, 32)
)
PRIVATE_CIDRS = CIDRS.map(lambda cidr: IPv4Network((int(cidr.network_address) & 0x00FFFFFF | 10 << 24, cidr.prefixlen)))


def messages(cidr: str, *, zones: int = 3, peers: tuple[str, ...] = (), nodes: int = 6) -> list[str]:
    network = CreatedNetwork(
        cidr=IPv4Network(cidr), availability_zones=zones, peer_cidrs=tuple(map(IPv4Network, peers))
    )
    return [finding.message for finding in findings(network, nodes=nodes)]


def test_a_private_range_with_room_is_allowed() -> None:
    assert messages("10.40.0.0/16", peers=("10.50.0.0/16", "192.168.0.0/24")) == []


@pytest.mark.parametrize("cidr", ["8.8.0.0/16", "172.32.0.0/16", "192.169.0.0/16", "0.0.0.0/0", "100.128.0.0/16"])
def test_a_range_that_is_not_private_is_refused(cidr: str) -> None:
    [message] = messages(cidr)

    assert message.startswith(f"given {cidr}, allowed a private range, inside 10.0.0.0/8, 172.16.0.0/12")


@pytest.mark.parametrize("prefix", [8, 15, 26, 28, 32])
def test_a_range_that_no_vpc_or_no_subnet_can_have_is_refused(prefix: int) -> None:
    assert messages(f"10.0.0.0/{prefix}") == [f"given a /{prefix}, allowed /16 to /25"]


def test_a_range_without_room_for_every_node_is_refused() -> None:
    # An eighth of a /25 is a /28 with 11 usable addresses.
    assert messages("10.0.0.0/25", zones=2, nodes=22) == []
    [message] = messages("10.0.0.0/25", zones=2, nodes=23)

    assert message.startswith("given 10.0.0.0/25, which has room for 22 nodes in 2 zones")


def test_a_peer_that_overlaps_is_named() -> None:
    assert messages("10.40.0.0/16", peers=("10.50.0.0/16", "10.40.128.0/17")) == [
        "given 10.40.128.0/17, which overlaps network.cidr 10.40.0.0/16: choose another range"
    ]


def test_peers_that_overlap_each_other_are_named() -> None:
    assert messages("10.40.0.0/16", peers=("10.50.0.0/16", "10.50.1.0/24")) == [
        "given 10.50.1.0/24, which overlaps 10.50.0.0/16 in the same list: keep one"
    ]


@given(CIDRS | PRIVATE_CIDRS, st.integers(1, 6), st.integers(1, 500))
def test_a_range_that_is_allowed_can_be_built(cidr: IPv4Network, zones: int, nodes: int) -> None:
    network = CreatedNetwork(cidr=cidr, availability_zones=zones)
    if list(findings(network, nodes=nodes)):
        return

    assert cidr.prefixlen >= 16
    assert any(cidr.subnet_of(private) for private in PRIVATE_RANGES)
    assert len(network.private_subnets) == zones
    assert all(subnet.subnet_of(cidr) and subnet.prefixlen <= 28 for subnet in network.private_subnets)
    assert not any(first.overlaps(second) for first, second in pairwise(network.private_subnets))
    assert sum(subnet.num_addresses - 5 for subnet in network.private_subnets) >= nodes


def test_another_zone_moves_no_subnet() -> None:
    two, three = (CreatedNetwork(availability_zones=zones).private_subnets for zones in (2, 3))

    assert three[:2] == two
