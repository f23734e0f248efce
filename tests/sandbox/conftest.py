from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest
import redis
from botocore.config import Config

from environments.target import SandboxConnection
from sandbox import lifecycle
from sandbox.certificates import CertificateFiles
from sandbox.directory import Directory
from sandbox.elasticache import failover
from sandbox.redis_cluster import cluster
from sandbox.redis_cluster.cluster import RedisCluster

TEST_FAILOVERS_PER_DAY = 2
PATIENCE = 300.0
"""Seconds in which any machine has done what takes moments."""
APPLICATION = "application"


@dataclass(frozen=True, kw_only=True)
class Sandbox:
    """A running sandbox of the tests' own."""

    directory: Directory
    connection: SandboxConnection

    def client(self, service: str, *, region: str = "us-east-1", secure: bool = True) -> Any:
        create: Any = boto3.client  # typed for literal service names only
        return create(
            service,
            endpoint_url=self.connection.endpoint if secure else self.connection.insecure_endpoint,
            region_name=region,
            aws_access_key_id=self.connection.access_key_id,
            aws_secret_access_key=self.connection.secret_access_key,
            verify=str(self.connection.ca_file),
            config=Config(retries={"total_max_attempts": 1}),
        )

    def data_plane(self, group_id: str, *, region: str = "us-east-1") -> RedisCluster:
        """The cluster of a replication group, with the operator's permissions."""
        authority = self.directory.certificates
        return cluster.load(
            self.directory.redis / f"{region}.{group_id}",
            authority=CertificateFiles(certificate=authority / "ca.pem", key=authority / "ca.key"),
        )

    def redis(self, group_id: str, *, region: str = "us-east-1", **options: Any) -> redis.RedisCluster:
        """A client as an application has it: by the configuration endpoint, as an IAM user."""
        group = self.group(group_id, region=region)
        passwords = json.loads(self.connection.redis.user_passwords_file.read_text())
        return redis.RedisCluster(
            host=group["ConfigurationEndpoint"]["Address"],
            port=group["ConfigurationEndpoint"]["Port"],
            ssl=True,
            ssl_ca_certs=str(self.connection.redis.ca_file),
            **{"username": APPLICATION, "password": passwords[APPLICATION], **options},
        )

    def group(self, group_id: str, *, region: str = "us-east-1") -> dict[str, Any]:
        found = self.client("elasticache", region=region).describe_replication_groups(ReplicationGroupId=group_id)
        group: dict[str, Any] = found["ReplicationGroups"][0]
        return group

    def wait_until(self, group_id: str, status: str, *, region: str = "us-east-1") -> dict[str, Any]:
        deadline = time.monotonic() + PATIENCE
        while (group := self.group(group_id, region=region))["Status"] != status:
            assert time.monotonic() < deadline, f"{group_id} is still {group['Status']}"
            time.sleep(0.1)
        return group

    def wait_until_gone(self, group_id: str, *, region: str = "us-east-1") -> None:
        elasticache = self.client("elasticache", region=region)
        deadline = time.monotonic() + PATIENCE
        while group_id in [
            one["ReplicationGroupId"] for one in elasticache.describe_replication_groups()["ReplicationGroups"]
        ]:
            assert time.monotonic() < deadline, f"{group_id} is still there"
            time.sleep(0.1)

    def create_users(self, *, region: str = "us-east-1", access: str = "on ~* &* +@all +client|setinfo") -> None:
        """A user group `users` with the IAM user `application`."""
        elasticache = self.client("elasticache", region=region)
        elasticache.create_user(
            UserId="default-user", UserName="default", Engine="redis", AccessString="off -@all", NoPasswordRequired=True
        )
        elasticache.create_user(
            UserId=APPLICATION,
            UserName=APPLICATION,
            Engine="redis",
            AccessString=access,
            AuthenticationMode={"Type": "iam"},
        )
        elasticache.create_user_group(UserGroupId="users", Engine="redis", UserIds=["default-user", APPLICATION])

    def create_group(self, group_id: str, *, region: str = "us-east-1", **changes: Any) -> dict[str, Any]:
        """Ask for a replication group: three shards with a replica each, unless told otherwise."""
        asked = {
            "ReplicationGroupId": group_id,
            "ReplicationGroupDescription": "a test's",
            "CacheParameterGroupName": "default.redis7.cluster.on",
            "NumNodeGroups": 3,
            "ReplicasPerNodeGroup": 1,
            "AutomaticFailoverEnabled": True,
            "TransitEncryptionEnabled": True,
            "UserGroupIds": ["users"],
        }
        answer = self.client("elasticache", region=region).create_replication_group(**{**asked, **changes})
        group: dict[str, Any] = answer["ReplicationGroup"]
        return group


@pytest.fixture(scope="session")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """A sandbox for all tests that leave it running."""
    directory = Directory(root=tmp_path_factory.mktemp("sandbox"))
    os.environ[failover.QUOTA_VARIABLE] = str(TEST_FAILOVERS_PER_DAY)
    try:
        connection = lifecycle.up(directory, port=None, progress=print)
    finally:
        del os.environ[failover.QUOTA_VARIABLE]
    yield Sandbox(directory=directory, connection=connection)
    lifecycle.down(directory, progress=print)


@pytest.fixture
def directory(tmp_path: Path) -> Iterator[Directory]:
    """The directory of a sandbox that a test starts and stops itself; nothing of it is left running."""
    own = Directory(root=tmp_path / "sandbox")
    yield own
    lifecycle.down(own, progress=print)


@pytest.fixture(scope="session")
def replication_group(sandbox: Sandbox) -> str:
    """The id of an available replication group: three shards with a replica each."""
    sandbox.create_users()
    sandbox.create_group("shared")
    sandbox.wait_until("shared", "available")
    return "shared"
