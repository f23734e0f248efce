"""How to reach a replication group's nodes and log in to them, always over verified TLS."""

from __future__ import annotations

import json
import ssl
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import boto3
import redis
from redis.backoff import NoBackoff
from redis.cluster import ClusterNode, RedisCluster
from redis.credentials import CredentialProvider
from redis.retry import Retry

from tierstore.redis.iam_token import iam_token
from validation.clients import Clients

CONNECT_SECONDS: Final = 3.0
"""Patience with one TCP connection; inside a VPC it takes milliseconds."""
ANSWER_SECONDS: Final = 5.0
"""Patience with one command."""
CLUSTER_ANSWER_SECONDS: Final = 0.5
"""Patience of a client that has to notice a dead primary soon."""
CLUSTER_RETRIES: Final = 3
"""Times redis-py looks for the owner of a slot before it reports an error; it does not pause in between."""


@dataclass(frozen=True, kw_only=True)
class Address:
    """Where one node listens."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


class IamCredentials(CredentialProvider):
    """Logs in to ElastiCache with a fresh token for each connection."""

    def __init__(self, session: boto3.Session, *, user: str, cache: str, serverless: bool) -> None:
        self._session = session
        self._user = user
        self._cache = cache
        self._serverless = serverless

    def get_credentials(self) -> tuple[str, str]:
        """The user and a token; raises RuntimeError where the session has no credentials."""
        credentials = self._session.get_credentials()
        if credentials is None:
            raise RuntimeError("no AWS credentials to sign a token for Redis with")
        token = iam_token(
            credentials.get_frozen_credentials(),
            user=self._user,
            cache=self._cache,
            region=self._session.region_name,
            serverless=self._serverless,
        )
        return self._user, token


class SandboxCredentials(CredentialProvider):
    """Logs in to the sandbox's Redis with the password that stands in for a token."""

    def __init__(self, passwords: Path, *, user: str) -> None:
        self._passwords = passwords
        self._user = user

    def get_credentials(self) -> tuple[str, str]:
        """The user and the password; raises KeyError where the sandbox knows no such user."""
        return self._user, json.loads(self._passwords.read_text(encoding="utf-8"))[self._user]


@dataclass(frozen=True, kw_only=True)
class RedisAccess:
    """Everything that a client of one replication group needs."""

    endpoint: Address
    """The configuration endpoint."""
    credentials: CredentialProvider
    ca_file: Path | None
    """Certificate authority to trust; the system's own where None."""

    def node(self, address: Address) -> redis.Redis:
        """A client of one node, logged in; it never retries."""
        return self.stranger(address, credential_provider=self.credentials)

    def stranger(self, address: Address, **login: Any) -> redis.Redis:
        """A client of one node that logs in with `login` or, without one, not at all."""
        return redis.Redis(
            host=address.host,
            port=address.port,
            socket_connect_timeout=CONNECT_SECONDS,
            socket_timeout=ANSWER_SECONDS,
            retry=Retry(NoBackoff(), 0),
            decode_responses=True,
            **self._tls_options(),
            **login,
        )

    def cluster(self, nodes: Iterable[Address]) -> RedisCluster:
        """A client of the whole cluster as an application has it; `nodes` are asked where the endpoint is silent.

        Start-up nodes stay as they are given: a client that replaces them by what it discovers can be left with
        addresses of nodes that are gone.
        """
        return RedisCluster(
            startup_nodes=[_startup_node(each) for each in (self.endpoint, *nodes)],
            dynamic_startup_nodes=False,
            credential_provider=self.credentials,
            socket_connect_timeout=CLUSTER_ANSWER_SECONDS,
            socket_timeout=CLUSTER_ANSWER_SECONDS,
            retry=Retry(NoBackoff(), CLUSTER_RETRIES),
            **self._tls_options(),
        )

    def tls_context(self) -> ssl.SSLContext:
        """TLS 1.2 or newer, with the certificate and the host name verified."""
        context = ssl.create_default_context(cafile=self.ca_file)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        return context

    def _tls_options(self) -> dict[str, Any]:
        return {
            "ssl": True,
            "ssl_ca_certs": None if self.ca_file is None else str(self.ca_file),
            "ssl_cert_reqs": "required",
            "ssl_check_hostname": True,
            "ssl_min_version": ssl.TLSVersion.TLSv1_2,
        }


def redis_access(
    clients: Clients, *, endpoint: Address, cache: str, user: str, serverless: bool = False
) -> RedisAccess:
    """Log in as `user` to the replication group or serverless `cache`: by IAM, or on the sandbox by its stand-in."""
    if clients.sandbox is None:
        credentials = IamCredentials(clients.session, user=user, cache=cache, serverless=serverless)
        return RedisAccess(endpoint=endpoint, credentials=credentials, ca_file=None)
    stand_in = SandboxCredentials(clients.sandbox.redis.user_passwords_file, user=user)
    return RedisAccess(endpoint=endpoint, credentials=stand_in, ca_file=clients.sandbox.redis.ca_file)


def _startup_node(address: Address) -> ClusterNode:
    return ClusterNode(address.host, address.port)  # type: ignore[no-untyped-call] # redis-py has no types here
