"""Each persona may do in Redis what its access patterns do there, and nothing else; asked of a real cluster."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache
from typing import Any, Final

import pytest
import redis

from environments.redis_users import VALIDATION_KEYS, redis_users
from sandbox import certificates
from sandbox.redis_cluster import cluster as clusters
from sandbox.redis_cluster.access import User, password_hash
from sandbox.redis_cluster.cluster import Specification
from tierstore.declaration.policies import KeySpaceUse
from tierstore.model.key_spaces import KEY_SPACES

PORT: Final = 6392
PASSWORD: Final = "matrix"
ACCESS: Final = {user.persona: user for user in redis_users()}
PERSONAS: Final = tuple(ACCESS)
SPACES: Final = tuple(space.name for space in KEY_SPACES)
NAMES: Final = (*SPACES, VALIDATION_KEYS, "somebody")

READS: Final[dict[str, set[str]]] = {
    "application": set(SPACES),
    "data_protection": set(SPACES),
    "reader": {"entity", "counter"},
    "session_service": {"session", "user_sessions"},
    "operator": set(SPACES),
    "validator": {VALIDATION_KEYS},
}
WRITES: Final[dict[str, set[str]]] = READS | {
    "reader": {"entity"},  # whoever reads a cached entity leaves a copy
    "operator": set(),
}
FINDS: Final = {"data_protection", "operator"}

SET: Final = "return redis.call('SET', KEYS[1], 'x')"
GET: Final = "return redis.call('GET', KEYS[1])"
ClientOf = Callable[[str], "redis.Redis"]


@pytest.fixture(scope="module")
def client_of(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ClientOf]:
    """A client by persona, of a cluster that knows every persona's user."""
    folder = tmp_path_factory.mktemp("redis-users")
    authority = certificates.ensure_authority(folder)
    users = tuple(
        User(name=persona, access_string=user.access_string, password_hashes=(password_hash(PASSWORD),))
        for persona, user in ACCESS.items()
    )
    cluster = clusters.create(
        Specification(name="users", shards=1, replicas=0, port=PORT, users=users, parameters={}),
        folder=folder / "cluster",
        authority=authority,
    )
    try:
        with ExitStack() as clients:

            @cache
            def client(persona: str) -> redis.Redis:
                connected = redis.Redis(
                    host=cluster.topology.nodes[0].address,
                    port=PORT,
                    username=persona,
                    password=PASSWORD,
                    ssl=True,
                    ssl_ca_certs=str(authority.certificate),
                )
                clients.callback(connected.close)
                return connected

            yield client
    finally:
        clusters.remove(folder / "cluster")


def is_allowed(client: redis.Redis, *command: Any) -> bool:
    try:
        client.execute_command(*command)  # type: ignore[no-untyped-call] # redis-py has no types here
    except redis.exceptions.NoPermissionError:
        return False
    except redis.exceptions.ResponseError as error:
        # Within a script Redis tells of it in other words.
        return "can't run this command" not in str(error) and "can't access at least one of the keys" not in str(error)
    return True


@pytest.mark.parametrize("persona", PERSONAS)
@pytest.mark.parametrize("name", NAMES)
def test_a_persona_reads_and_writes_where_its_patterns_do_and_nowhere_else(
    client_of: ClientOf, persona: str, name: str
) -> None:
    client, key = client_of(persona), f"{name}:1:somebody"

    found = {
        "GET": is_allowed(client, "GET", key),
        "EVAL_RO": is_allowed(client, "EVAL_RO", GET, 1, key),
        "SET": is_allowed(client, "SET", key, "x"),
        "UNLINK": is_allowed(client, "UNLINK", key),
        "EVAL": is_allowed(client, "EVAL", SET, 1, key),
    }

    reads, writes = name in READS[persona], name in WRITES[persona]
    assert found == {"GET": reads, "EVAL_RO": reads, "SET": writes, "UNLINK": writes, "EVAL": writes}


@pytest.mark.parametrize("persona", PERSONAS)
def test_only_who_looks_for_keys_is_told_their_names(client_of: ClientOf, persona: str) -> None:
    assert is_allowed(client_of(persona), "SCAN", "0") is (persona in FINDS)


@pytest.mark.parametrize("persona", PERSONAS)
@pytest.mark.parametrize(
    "command",
    [
        ("FLUSHALL",),
        ("KEYS", "*"),
        ("RANDOMKEY",),
        ("CONFIG", "GET", "*"),
        ("ACL", "LIST"),
        ("CLIENT", "KILL", "TYPE", "normal"),
        ("CLUSTER", "FAILOVER"),
        ("FUNCTION", "FLUSH"),
        ("SCRIPT", "FLUSH"),
        ("PUBLISH", "entity:1", "x"),
    ],
    ids=" ".join,
)
def test_nobody_reaches_beyond_single_keys(client_of: ClientOf, persona: str, command: tuple[str, ...]) -> None:
    assert not is_allowed(client_of(persona), *command)


@pytest.mark.parametrize("persona", PERSONAS)
@pytest.mark.parametrize("command", [("PING",), ("CLUSTER", "SLOTS"), ("WAIT", 0, 1)], ids=str)
def test_everybody_finds_the_nodes(client_of: ClientOf, persona: str, command: tuple[str, ...]) -> None:
    assert is_allowed(client_of(persona), *command)


@pytest.mark.parametrize("persona", PERSONAS)
def test_those_who_run_it_see_how_the_nodes_are(client_of: ClientOf, persona: str) -> None:
    assert is_allowed(client_of(persona), "INFO") is (persona in {"operator", "validator"})


def test_a_persona_is_let_in_where_its_key_spaces_live() -> None:
    everywhere = frozenset(KeySpaceUse)
    assert {persona: user.uses for persona, user in ACCESS.items()} == {
        "application": everywhere,
        "data_protection": everywhere,
        "reader": {KeySpaceUse.CACHE, KeySpaceUse.REAL_TIME},
        "session_service": {KeySpaceUse.SESSION},
        "operator": everywhere,
        "validator": everywhere,
    }
