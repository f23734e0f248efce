from __future__ import annotations

from pathlib import Path

from sandbox.certificates import CertificateFiles
from sandbox.redis_cluster import configuration
from sandbox.redis_cluster.topology import Node


def rendered(**parameters: str) -> list[str]:
    text = configuration.render(
        node=Node(name="cache-0001-001", shard="0001", address="127.9.0.1"),
        port=6379,
        folder=Path("/sandbox/cache-0001-001"),
        authority=Path("/ca.pem"),
        certificate=CertificateFiles(certificate=Path("/node.pem"), key=Path("/node.key")),
        operator="operator",
        operator_password='quo"te',
        parameters=parameters,
    )
    return text.splitlines()


def test_a_node_speaks_tls_only() -> None:
    lines = rendered()

    assert 'port "0"' in lines
    assert 'tls-port "6379"' in lines
    assert 'tls-cluster "yes"' in lines
    assert 'tls-replication "yes"' in lines


def test_a_node_listens_at_its_own_address_only() -> None:
    assert 'bind "127.9.0.1"' in rendered()


def test_data_is_kept_on_disk() -> None:
    assert 'appendonly "yes"' in rendered()


def test_parameters_of_the_parameter_group_win() -> None:
    lines = rendered(**{"maxmemory-policy": "allkeys-lru"})

    assert [line for line in lines if line.startswith("maxmemory-policy")] == ['maxmemory-policy "allkeys-lru"']


def test_parameters_that_only_elasticache_knows_have_no_effect() -> None:
    lines = rendered(**{"reserved-memory-percent": "25", "cluster-enabled": "no"})

    assert not any("reserved-memory" in line for line in lines)
    assert 'cluster-enabled "yes"' in lines


def test_quotes_are_escaped() -> None:
    assert 'masterauth "quo\\"te"' in rendered()
