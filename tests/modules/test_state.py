from __future__ import annotations

from dataclasses import replace

from environments import Deployment
from modules.state import add_bucket_state, add_file_state
from tests.modules.template import Block, synthesized


def bucket_state(deployment: Deployment) -> Block:
    template = synthesized(lambda stack: add_bucket_state(stack, deployment))
    return dict(template.document["terraform"]["backend"]["s3"])


def test_state_is_encrypted_and_locked_in_the_bucket_of_the_environment(on_aws: Deployment) -> None:
    assert bucket_state(on_aws) == {
        "bucket": "tierstore-test-123456789012-state",
        "key": "test.tfstate",
        "region": "eu-central-1",
        "allowed_account_ids": ["123456789012"],
        "encrypt": True,
        "kms_key_id": "alias/tierstore-test-state",
        "use_lockfile": True,
    }


def test_the_bucket_is_reached_where_the_environment_says(on_aws: Deployment) -> None:
    elsewhere = {"s3": "https://s3.example.org", "dynamodb": "https://dynamodb.example.org"}
    environment = on_aws.environment.model_copy(update={"endpoints": elsewhere})

    assert bucket_state(replace(on_aws, environment=environment))["endpoints"] == {"s3": "https://s3.example.org"}


def test_at_the_sandbox_its_bucket_lies_there(at_the_sandbox: Deployment) -> None:
    backend = bucket_state(at_the_sandbox)

    assert backend["bucket"] == "tierstore-test-000000000000-state"
    assert set(backend["endpoints"].values()) == {"https://127.0.0.1:4566"}
    assert backend["profile"] == "tierstore-sandbox"
    assert not {"access_key", "secret_key", "token"} & backend.keys()


def test_file_state_of_the_sandbox_lies_beside_its_data(at_the_sandbox: Deployment) -> None:
    template = synthesized(lambda stack: add_file_state(stack, at_the_sandbox))

    assert template.document["terraform"]["backend"] == {"local": {"path": "/sandbox/terraform/test.tfstate"}}
