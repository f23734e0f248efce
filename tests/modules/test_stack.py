from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

import environments
from environments import Deployment, Environment
from environments.declared import OPERATIONS
from modules.app import build_app
from modules.dynamodb.tables import IMPORT, RESTORE
from modules.stack import EnvironmentStack
from tests.modules.template import Template, app, template
from tierstore.model import DATA_MODEL


def stack(environment: Environment) -> Template:
    deployment = Deployment(environment=environment, sandbox=None)
    return template(EnvironmentStack(app(), deployment=deployment, model=DATA_MODEL))


@pytest.fixture(scope="module")
def prod() -> Template:
    return stack(environments.load("prod"))


def strings(value: object) -> Iterator[str]:
    match value:
        case str():
            yield value
        case dict():
            for key, part in value.items():
                yield from strings(key)
                yield from strings(part)
        case list():
            for part in value:
                yield from strings(part)


def test_every_declared_table_and_bucket_is_there(prod: Template) -> None:
    assert {table["name"] for table in prod.all("aws_dynamodb_table")} == {
        f"tierstore-prod-{table.name}" for table in DATA_MODEL.tables
    }
    assert {bucket["bucket"] for bucket in prod.all("aws_s3_bucket") if "provider" not in bucket} == {
        f"tierstore-prod-333333333333-{bucket.name}" for bucket in DATA_MODEL.buckets
    }


def test_applications_find_every_tier(prod: Template) -> None:
    parameter = prod.one("aws_ssm_parameter", name="/tierstore/prod/connection")

    document = json.loads(parameter["insecure_value"])
    assert document["tables"].keys() == {table.name for table in DATA_MODEL.tables}
    assert document["buckets"].keys() == {bucket.name for bucket in DATA_MODEL.buckets}
    assert document["redis"]["user"] == document["redis_users"]["application"] == "tierstore-prod-app"
    assert document["redis_users"]["session_service"] == "tierstore-prod-sessionservice"
    assert document["redis"]["host"].endswith(".configuration_endpoint_address}")


def test_each_tier_is_encrypted_with_its_own_key(prod: Template) -> None:
    def arn(what: str) -> str:
        name = f"alias/tierstore-prod-{what}"
        (alias,) = [each for each in prod.all("aws_kms_alias") if each["name"] == name and "provider" not in each]
        return str(alias["target_key_id"]).replace(".key_id}", ".arn}")

    assert {table["server_side_encryption"]["kms_key_arn"] for table in prod.all("aws_dynamodb_table")} == {
        arn("dynamodb")
    }
    assert prod.one("aws_elasticache_replication_group")["kms_key_id"] == arn("redis")
    assert {group["kms_key_id"] for group in prod.all("aws_cloudwatch_log_group")} == {arn("logs")}
    documented = json.loads(prod.one("aws_ssm_parameter")["insecure_value"])["buckets"]
    assert {bucket["kms_key_arn"] for bucket in documented.values()} == {arn("s3"), None}


def test_production_keeps_its_state_in_a_bucket(prod: Template) -> None:
    assert prod.document["terraform"]["backend"]["s3"]["bucket"] == "tierstore-prod-333333333333-state"


def test_nothing_is_open_to_the_world(prod: Template) -> None:
    assert not {"0.0.0.0/0", "::/0"} & set(strings(prod.document))


def test_no_secret_is_synthesized(prod: Template) -> None:
    secrets = {"access_key", "secret_key", "token", "auth_token", "password", "passwords", "master_password"}

    assert not secrets & set(strings(prod.document))


def test_no_change_is_hidden_from_the_plan_but_what_a_store_began_with_and_a_table_s_copies(prod: Template) -> None:
    hidden = {
        kind: body["lifecycle"]["ignore_changes"]
        for kind in prod.document["resource"]
        for body in prod.all(kind)
        if "ignore_changes" in body.get("lifecycle", {})
    }

    assert hidden == {
        "aws_dynamodb_table": ["replica", *IMPORT, *RESTORE],
        "aws_elasticache_replication_group": ["snapshot_name"],
    }


def test_without_a_bootstrap_stack_the_environment_blocks_public_access_itself(environment: Environment) -> None:
    alone = environment.model_copy(update={"state": "file"})

    for each, blocks in ((environment, 0), (alone, 1)):
        stack = EnvironmentStack(app(), deployment=Deployment(environment=each, sandbox=None), model=DATA_MODEL)
        assert len(template(stack).all("aws_s3_account_public_access_block")) == blocks


def test_what_checkov_is_told_to_pass_over_stands_beside_the_resource(tmp_path: Path) -> None:
    deployment = Deployment(environment=environments.load("prod"), sandbox=None)
    build_app([deployment], output=tmp_path).synth()

    written = json.loads((tmp_path / "stacks" / "prod" / "cdk.tf.json").read_text())
    notes = {
        body["//"]["metadata"]["path"]: body["//"]["checkov"].keys()
        for resources in written["resource"].values()
        for body in resources.values()
        if "checkov" in body["//"]
    }
    personas = {*(persona.name for persona in DATA_MODEL.personas), *OPERATIONS}
    assert notes == {
        **{f"prod/access/{persona}": {"CKV_AWS_61"} for persona in personas - {"uploader"}},
        "prod/buckets/logs/bucket": {"CKV_AWS_145"},
        "prod/buckets/assets-replica/bucket": {"CKV_AWS_144"},
        "prod/buckets/backups-replica/bucket": {"CKV_AWS_144"},
        "prod/buckets/logs-replica/bucket": {"CKV_AWS_144", "CKV_AWS_145"},
        "prod/buckets/uploads-replica/bucket": {"CKV_AWS_144"},
        "prod/connection/parameter": {"CKV2_AWS_34"},
        "prod/network/security-groups/clients": {"CKV2_AWS_5"},
    }
