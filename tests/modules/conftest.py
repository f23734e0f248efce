from __future__ import annotations

from pathlib import Path

import pytest

from environments import Deployment, Environment, SandboxConnection
from environments.target import SandboxRedis


@pytest.fixture(scope="session")
def environment() -> Environment:
    return Environment(
        name="test", description="An environment for tests", account="123456789012", region="eu-central-1"
    )


@pytest.fixture(scope="session")
def recoverable(environment: Environment) -> Environment:
    """The environment with a disaster-recovery region."""
    return environment.model_copy(update={"disaster_recovery_region": "eu-west-1"})


@pytest.fixture(scope="session")
def on_aws(environment: Environment) -> Deployment:
    return Deployment(environment=environment, sandbox=None)


@pytest.fixture(scope="session")
def at_the_sandbox(environment: Environment) -> Deployment:
    sandbox = SandboxConnection(
        version=1,
        pid=1,
        endpoint="https://127.0.0.1:4566",
        insecure_endpoint="http://127.0.0.1:4567",
        proxy="http://127.0.0.1:4568",
        ca_file=Path("/sandbox/ca.pem"),
        region="us-east-1",
        account="000000000000",
        access_key_id="AKIASANDBOX",
        secret_access_key="sandbox-secret",
        credentials_file=Path("/sandbox/credentials"),
        redis=SandboxRedis(user_passwords_file=Path("/sandbox/redis-users.json"), ca_file=Path("/sandbox/ca.pem")),
    )
    moved = environment.model_copy(update={"target": "sandbox", "account": sandbox.account})
    return Deployment(environment=moved, sandbox=sandbox)
