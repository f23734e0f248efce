from __future__ import annotations

from dataclasses import replace

from cdktf import TerraformStack

from environments import Deployment, Environment
from modules.provider import SERVICES, add_disaster_recovery_region, add_provider
from tests.modules.template import Block, synthesized


def provider(deployment: Deployment) -> Block:
    (block,) = synthesized(lambda stack: add_provider(stack, deployment)).document["provider"]["aws"]
    return dict(block)


def disaster_recovery_provider(deployment: Deployment) -> Block:
    template = synthesized(lambda stack: add_disaster_recovery_region(stack, deployment))
    (block,) = template.document["provider"]["aws"]
    return dict(block)


def test_only_the_account_of_the_environment_is_touched(on_aws: Deployment) -> None:
    assert provider(on_aws)["allowed_account_ids"] == ["123456789012"]
    assert provider(on_aws)["region"] == "eu-central-1"


def test_every_resource_is_tagged(on_aws: Deployment) -> None:
    assert provider(on_aws)["default_tags"] == [
        {"tags": {"Project": "tierstore", "Environment": "test", "ManagedBy": "terraform"}}
    ]


def test_tags_of_the_environment_win(on_aws: Deployment) -> None:
    environment = on_aws.environment.model_copy(update={"tags": {"Environment": "mine", "Owner": "me"}})

    assert environment.resource_tags == {
        "Project": "tierstore",
        "Environment": "mine",
        "ManagedBy": "terraform",
        "Owner": "me",
    }


def test_nothing_points_at_a_sandbox_on_aws(on_aws: Deployment) -> None:
    assert provider(on_aws).keys() == {"region", "allowed_account_ids", "default_tags"}


def test_a_service_that_is_reached_elsewhere_is_called_there(on_aws: Deployment) -> None:
    elsewhere = {"s3": "https://bucket.vpce-0a1b.s3.eu-central-1.vpce.amazonaws.com"}
    environment = on_aws.environment.model_copy(update={"endpoints": elsewhere})

    assert provider(replace(on_aws, environment=environment))["endpoints"] == [elsewhere]


def test_every_service_is_the_sandbox_there(at_the_sandbox: Deployment) -> None:
    (endpoints,) = provider(at_the_sandbox)["endpoints"]

    assert len(endpoints) == len(SERVICES)
    assert set(endpoints.values()) == {"https://127.0.0.1:4566"}


def test_the_sandbox_has_an_account_of_its_own(at_the_sandbox: Deployment) -> None:
    assert provider(at_the_sandbox)["allowed_account_ids"] == ["000000000000"]


def test_credentials_of_the_sandbox_are_named_and_never_written(at_the_sandbox: Deployment) -> None:
    block = provider(at_the_sandbox)

    assert block["shared_credentials_files"] == ["/sandbox/credentials"]
    assert block["profile"] == "tierstore-sandbox"
    assert not {"access_key", "secret_key", "token"} & block.keys()


def test_the_disaster_recovery_region_has_a_provider_of_its_own(recoverable: Environment) -> None:
    block = disaster_recovery_provider(Deployment(environment=recoverable, sandbox=None))

    assert block["alias"] == "disaster_recovery"
    assert block["region"] == "eu-west-1"
    assert block["allowed_account_ids"] == ["123456789012"]


def test_without_a_disaster_recovery_region_there_is_one_provider(on_aws: Deployment) -> None:
    template = synthesized(lambda stack: add_disaster_recovery_region(stack, on_aws))

    assert "provider" not in template.document


def test_a_region_that_copies_leave_keeps_its_provider(on_aws: Deployment) -> None:
    leaving = on_aws.environment.model_copy(update={"former_disaster_recovery_region": "eu-west-1"})
    regions = []

    def add(stack: TerraformStack) -> None:
        regions.append(add_disaster_recovery_region(stack, replace(on_aws, environment=leaving)))

    (block,) = synthesized(add).document["provider"]["aws"]
    assert (block["alias"], block["region"]) == ("disaster_recovery", "eu-west-1")
    assert regions == [None]


def test_endpoints_of_one_region_serve_no_other(recoverable: Environment) -> None:
    elsewhere = recoverable.model_copy(update={"endpoints": {"s3": "https://s3.example.org"}})

    assert "endpoints" not in disaster_recovery_provider(Deployment(environment=elsewhere, sandbox=None))


def test_the_sandbox_serves_both_regions(at_the_sandbox: Deployment, recoverable: Environment) -> None:
    deployment = replace(at_the_sandbox, environment=recoverable)

    assert disaster_recovery_provider(deployment)["endpoints"] == provider(deployment)["endpoints"]
