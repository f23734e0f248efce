from __future__ import annotations

from dataclasses import replace

import pytest

from environments import Deployment
from modules.bootstrap import BootstrapStack
from modules.state import add_bucket_state
from tests.modules.template import Template, app, statements, synthesized, template
from tierstore.model import DATA_MODEL


@pytest.fixture(scope="module")
def bootstrap(on_aws: Deployment) -> Template:
    return template(BootstrapStack(app(), deployment=on_aws, model=DATA_MODEL))


def test_the_bucket_is_the_one_that_stacks_keep_their_state_in(bootstrap: Template, on_aws: Deployment) -> None:
    backend = synthesized(lambda stack: add_bucket_state(stack, on_aws)).document["terraform"]["backend"]

    assert bootstrap.one("aws_s3_bucket")["bucket"] == backend["s3"]["bucket"]
    assert bootstrap.one("aws_kms_alias")["name"] == backend["s3"]["kms_key_id"]


def test_its_own_state_is_a_file(bootstrap: Template) -> None:
    assert bootstrap.document["terraform"]["backend"].keys() == {"local"}


def test_old_states_are_kept_for_a_year(bootstrap: Template) -> None:
    rules = {rule["id"]: rule for rule in bootstrap.one("aws_s3_bucket_lifecycle_configuration")["rule"]}

    assert bootstrap.one("aws_s3_bucket_versioning")["versioning_configuration"] == {"status": "Enabled"}
    assert rules["noncurrent-versions"]["noncurrent_version_expiration"] == [{"noncurrent_days": 365}]
    assert not {"intelligent-tiering", "expiration"} & rules.keys()


def test_states_are_encrypted_with_a_key_of_their_own(bootstrap: Template) -> None:
    (rule,) = bootstrap.one("aws_s3_bucket_server_side_encryption_configuration")["rule"]

    key = bootstrap.address("aws_kms_key", description="Terraform state")
    by_default = rule["apply_server_side_encryption_by_default"]
    assert by_default == {"sse_algorithm": "aws:kms", "kms_master_key_id": f"${{{key}.arn}}"}


def test_nobody_reaches_states_without_tls_or_in_public(bootstrap: Template) -> None:
    assert statements(bootstrap.one("aws_s3_bucket_policy")["policy"]).keys() == {
        "DenyInsecureTransport",
        "DenyOldTls",
        "DenyCustomerKeys",
    }
    assert bootstrap.one("aws_s3_bucket_public_access_block")["block_public_policy"] is True


def test_no_bucket_of_an_account_of_its_own_can_be_public(bootstrap: Template) -> None:
    block = bootstrap.one("aws_s3_account_public_access_block", account_id="123456789012")

    names = ("block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets")
    assert all(block[name] is True for name in names)


def test_an_account_of_another_environment_is_left_alone(on_aws: Deployment) -> None:
    guest = replace(on_aws, environment=on_aws.environment.model_copy(update={"owns_account": False}))

    template_ = template(BootstrapStack(app(), deployment=guest, model=DATA_MODEL))
    assert template_.all("aws_s3_account_public_access_block") == []
