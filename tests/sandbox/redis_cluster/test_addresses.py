from __future__ import annotations

import ipaddress
import socket

import pytest

from sandbox.errors import SandboxError
from sandbox.redis_cluster import addresses

PORT = 26379


def test_addresses_are_distinct_loopback_addresses_of_one_network() -> None:
    found = addresses.find_free(seed="a", count=7, port=PORT)

    networks = {ipaddress.ip_network(f"{address}/24", strict=False) for address in found}
    assert len(set(found)) == 7
    assert len(networks) == 1
    assert all(ipaddress.ip_address(address).is_loopback for address in found)


def test_the_search_is_repeatable() -> None:
    assert addresses.find_free(seed="a", count=2, port=PORT) == addresses.find_free(seed="a", count=2, port=PORT)


@pytest.mark.parametrize("taken", [PORT, PORT + 10000])
def test_a_network_in_use_is_avoided(taken: int) -> None:
    first = addresses.find_free(seed="b", count=2, port=PORT)
    with socket.create_server((first[1], taken)):
        second = addresses.find_free(seed="b", count=2, port=PORT)

    assert not set(first) & set(second)


def test_more_addresses_than_a_network_has_are_refused() -> None:
    with pytest.raises(SandboxError, match="has 255 addresses"):
        addresses.find_free(seed="c", count=255, port=PORT)
