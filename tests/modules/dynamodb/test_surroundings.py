"""What surrounds a table: its copy, its insights, its changes and who else reads it."""

from __future__ import annotations

import pytest

from environments import Environment
from environments.schema import Autoscaled, ChangeStream, Replica, Scaled, TableSettings
from tests.modules.dynamodb.declared import DECLARED, PLAIN, tables
from tests.modules.template import Template, statements

ANALYST = "arn:aws:iam::210987654321:role/analyst"
SCALED = Scaled(minimum=1, maximum=9)


@pytest.fixture(scope="module")
def replicated(recoverable: Environment) -> Template:
    billing = Autoscaled(mode="autoscaled", read=SCALED, write=SCALED)
    return tables(recoverable, DECLARED, TableSettings(billing=billing, replica=Replica()))


def test_by_default_a_table_stands_alone(environment: Environment) -> None:
    template = tables(environment, DECLARED)

    assert template.document["resource"].keys() == {"aws_dynamodb_table", "aws_kms_key", "aws_kms_alias"}


def test_the_copy_lives_in_the_other_region_under_its_own_key(replicated: Template) -> None:
    replica = replicated.one("aws_dynamodb_table_replica")

    assert replica["provider"] == "aws.disaster_recovery"
    assert replica["kms_key_arn"].startswith("${aws_kms_replica_key.keys_dynamodb_replica_")


def test_the_copy_is_protected_as_the_table_is(replicated: Template) -> None:
    replica = replicated.one("aws_dynamodb_table_replica")

    assert replica["point_in_time_recovery"] is True
    assert replica["deletion_protection_enabled"] is True
    assert replica["lifecycle"] == {"prevent_destroy": True}
    assert replica["tags"] == {"Name": f"${{{replicated.address('aws_dynamodb_table')}.name}}"}


def test_the_copy_is_made_once_capacity_follows_the_load(replicated: Template) -> None:
    policies = replicated.document["resource"]["aws_appautoscaling_policy"]

    assert set(replicated.one("aws_dynamodb_table_replica")["depends_on"]) == {
        f"aws_appautoscaling_policy.{name}" for name in policies
    }


def test_the_copy_can_be_unprotected_and_of_another_class(recoverable: Environment) -> None:
    settings = Replica(
        deletion_protection=False, point_in_time_recovery=False, table_class="STANDARD_INFREQUENT_ACCESS"
    )

    replica = tables(recoverable, DECLARED, TableSettings(replica=settings)).one("aws_dynamodb_table_replica")

    assert replica["deletion_protection_enabled"] is False
    assert replica["point_in_time_recovery"] is False
    assert replica["table_class_override"] == "STANDARD_INFREQUENT_ACCESS"
    assert replica["lifecycle"] == {"prevent_destroy": False}


def test_insights_are_of_the_table_and_of_every_global_index(environment: Environment) -> None:
    template = tables(environment, DECLARED, TableSettings(contributor_insights=True))

    insights = template.all("aws_dynamodb_contributor_insights")
    assert {each.get("index_name") for each in insights} == {None, "by-status", "by-shop"}


def test_changes_go_to_an_encrypted_stream(environment: Environment) -> None:
    changes = ChangeStream(retention_hours=48, precision="MILLISECOND")

    template = tables(environment, PLAIN, TableSettings(change_stream=changes))

    stream = template.one("aws_kinesis_stream", name="tierstore-test-plain-changes")
    key = template.one("aws_kms_key", tags={"Name": "tierstore-test-plain-changes"})
    destination = template.one("aws_dynamodb_kinesis_streaming_destination")
    assert (stream["encryption_type"], stream["retention_period"]) == ("KMS", 48)
    assert stream["stream_mode_details"] == {"stream_mode": "ON_DEMAND"}
    assert "kinesis.eu-central-1.amazonaws.com" in str(statements(key["policy"]))
    assert destination["approximate_creation_date_time_precision"] == "MILLISECOND"


def test_readers_may_read_the_table_and_nothing_else(environment: Environment) -> None:
    template = tables(environment, DECLARED, TableSettings(readers=(ANALYST,)))

    arn = f"${{{template.address('aws_dynamodb_table')}.arn}}"
    policy = template.one("aws_dynamodb_resource_policy")
    statement = statements(policy["policy"])["Readers"]
    assert policy["resource_arn"] == arn
    assert statement["Principal"] == {"AWS": [ANALYST]}
    assert statement["Resource"] == [arn, f"{arn}/index/*"]
    assert not any(word in action for action in statement["Action"] for word in ("Put", "Update", "Delete", "Write"))


def test_readers_of_the_stream_may_read_the_stream(environment: Environment) -> None:
    template = tables(environment, DECLARED, TableSettings(stream_readers=(ANALYST,)))

    stream = f"${{{template.address('aws_dynamodb_table')}.stream_arn}}"
    policy = template.one("aws_dynamodb_resource_policy")
    assert policy["resource_arn"] == stream
    assert statements(policy["policy"])["StreamReaders"]["Resource"] == [stream]


@pytest.mark.parametrize("settings", [TableSettings(readers=(ANALYST,)), TableSettings(stream_readers=(ANALYST,))])
def test_readers_may_decrypt_what_they_read(environment: Environment, settings: TableSettings) -> None:
    template = tables(environment, DECLARED, settings)

    key = template.one("aws_kms_key", tags={"Name": "tierstore-test-dynamodb"})
    statement = statements(key["policy"])["Readers"]
    assert statement["Principal"] == {"AWS": [ANALYST]}
    assert statement["Action"] == ["kms:Decrypt", "kms:DescribeKey"]
    assert statement["Condition"] == {"StringEquals": {"kms:ViaService": "dynamodb.eu-central-1.amazonaws.com"}}
