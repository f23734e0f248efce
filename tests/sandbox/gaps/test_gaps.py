from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.sandbox.conftest import Sandbox

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def bucket(sandbox: Sandbox) -> str:
    """An empty bucket."""
    sandbox.client("s3").create_bucket(Bucket="gaps")
    return "gaps"


@pytest.fixture(scope="module")
def table(sandbox: Sandbox) -> str:
    """A table."""
    sandbox.client("dynamodb").create_table(
        TableName="gaps",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )
    return "gaps"


@pytest.fixture(scope="module")
def vpc(sandbox: Sandbox) -> str:
    """A VPC."""
    vpc_id: str = sandbox.client("ec2").create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    return vpc_id


def recovery(dynamodb: Any, table: str) -> dict[str, Any]:
    found = dynamodb.describe_continuous_backups(TableName=table)["ContinuousBackupsDescription"]
    description: dict[str, Any] = found["PointInTimeRecoveryDescription"]
    return description


@pytest.mark.parametrize(("specification", "days"), [({"RecoveryPeriodInDays": 7}, 7), ({}, 35)])
def test_point_in_time_recovery_has_a_period(
    sandbox: Sandbox, table: str, specification: dict[str, int], days: int
) -> None:
    dynamodb = sandbox.client("dynamodb")

    dynamodb.update_continuous_backups(
        TableName=table, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True, **specification}
    )

    assert recovery(dynamodb, table)["RecoveryPeriodInDays"] == days


def test_without_point_in_time_recovery_there_is_no_period(sandbox: Sandbox, table: str) -> None:
    dynamodb = sandbox.client("dynamodb")

    dynamodb.update_continuous_backups(
        TableName=table, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": False}
    )

    assert "RecoveryPeriodInDays" not in recovery(dynamodb, table)


def test_an_impossible_period_is_refused(sandbox: Sandbox, table: str) -> None:
    with pytest.raises(ClientError, match="RecoveryPeriodInDays is 36; allowed: 1 to 35"):
        sandbox.client("dynamodb").update_continuous_backups(
            TableName=table,
            PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True, "RecoveryPeriodInDays": 36},
        )


@pytest.fixture
def indexed_table(sandbox: Sandbox) -> Iterator[str]:
    """An on-demand table with a capped global index."""
    dynamodb = sandbox.client("dynamodb")
    dynamodb.create_table(
        TableName="indexed",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "all",
                "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "ALL"},
                "OnDemandThroughput": {"MaxReadRequestUnits": 9},
            }
        ],
        BillingMode="PAY_PER_REQUEST",
        OnDemandThroughput={"MaxReadRequestUnits": 90},
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
    )
    yield "indexed"
    dynamodb.delete_table(TableName="indexed")


def test_a_table_has_the_units_of_its_billing_mode_only(sandbox: Sandbox, indexed_table: str) -> None:
    dynamodb = sandbox.client("dynamodb")
    units = {"ProvisionedThroughput": {"ReadCapacityUnits": 7, "WriteCapacityUnits": 3}}
    update = {"GlobalSecondaryIndexUpdates": [{"Update": {"IndexName": "all", **units}}]}

    dynamodb.update_table(TableName=indexed_table, BillingMode="PROVISIONED", **units, **update)
    provisioned = dynamodb.describe_table(TableName=indexed_table)["Table"]
    dynamodb.update_table(TableName=indexed_table, BillingMode="PAY_PER_REQUEST")
    on_demand = dynamodb.describe_table(TableName=indexed_table)["Table"]

    for part in (provisioned, provisioned["GlobalSecondaryIndexes"][0]):
        assert "OnDemandThroughput" not in part
        assert part["ProvisionedThroughput"]["ReadCapacityUnits"] == 7
    for part in (on_demand, on_demand["GlobalSecondaryIndexes"][0]):
        assert "OnDemandThroughput" not in part
        assert part["ProvisionedThroughput"]["ReadCapacityUnits"] == 0


def test_an_index_is_capped_together_with_the_change_to_on_demand(sandbox: Sandbox, indexed_table: str) -> None:
    dynamodb = sandbox.client("dynamodb")
    units = {"ProvisionedThroughput": {"ReadCapacityUnits": 7, "WriteCapacityUnits": 3}}
    update = {"GlobalSecondaryIndexUpdates": [{"Update": {"IndexName": "all", **units}}]}
    dynamodb.update_table(TableName=indexed_table, BillingMode="PROVISIONED", **units, **update)

    dynamodb.update_table(
        TableName=indexed_table,
        BillingMode="PAY_PER_REQUEST",
        OnDemandThroughput={"MaxReadRequestUnits": 70},
        GlobalSecondaryIndexUpdates=[
            {"Update": {"IndexName": "all", "OnDemandThroughput": {"MaxWriteRequestUnits": 7}}}
        ],
    )

    described = dynamodb.describe_table(TableName=indexed_table)["Table"]
    [index] = described["GlobalSecondaryIndexes"]
    assert described["OnDemandThroughput"] == {"MaxReadRequestUnits": 70, "MaxWriteRequestUnits": -1}
    assert index["OnDemandThroughput"] == {"MaxReadRequestUnits": -1, "MaxWriteRequestUnits": 7}


def test_a_replica_of_a_table_is_encrypted_with_its_own_key(sandbox: Sandbox, indexed_table: str) -> None:
    here, there = sandbox.client("dynamodb"), sandbox.client("dynamodb", region="eu-central-1")
    key = "arn:aws:kms:eu-central-1:000000000000:key/replica"

    here.update_table(
        TableName=indexed_table,
        ReplicaUpdates=[{"Create": {"RegionName": "eu-central-1", "KMSMasterKeyId": key}}],
    )

    assert there.describe_table(TableName=indexed_table)["Table"]["SSEDescription"]["KMSMasterKeyArn"] == key
    [replica] = here.describe_table(TableName=indexed_table)["Table"]["Replicas"]
    assert (replica["RegionName"], replica["KMSMasterKeyId"]) == ("eu-central-1", key)
    here.update_table(TableName=indexed_table, ReplicaUpdates=[{"Delete": {"RegionName": "eu-central-1"}}])
    assert "SSEDescription" not in here.describe_table(TableName=indexed_table)["Table"]


@pytest.mark.parametrize("service", ["dynamodb", "s3", "elasticache", "ssm"])
def test_managed_keys_exist_on_first_use(sandbox: Sandbox, service: str) -> None:
    kms = sandbox.client("kms", region="eu-central-1")

    key = kms.describe_key(KeyId=f"alias/aws/{service}")["KeyMetadata"]

    assert key["Enabled"]
    assert key["KeyManager"] == "AWS"
    assert kms.get_key_rotation_status(KeyId=key["KeyId"])["KeyRotationEnabled"]


def test_managed_keys_are_listed(sandbox: Sandbox) -> None:
    aliases = {one["AliasName"] for one in sandbox.client("kms", region="eu-west-3").list_aliases()["Aliases"]}

    assert {"alias/aws/dynamodb", "alias/aws/s3"} <= aliases


def test_other_keys_are_the_customers(sandbox: Sandbox) -> None:
    kms = sandbox.client("kms")

    key_id = kms.create_key(Description="mine")["KeyMetadata"]["KeyId"]

    assert kms.describe_key(KeyId=key_id)["KeyMetadata"]["KeyManager"] == "CUSTOMER"


def test_other_keys_are_not_invented(sandbox: Sandbox) -> None:
    kms = sandbox.client("kms")

    with pytest.raises(kms.exceptions.NotFoundException):
        kms.describe_key(KeyId="alias/mine")


def test_who_pays_is_read_as_it_was_set(sandbox: Sandbox, bucket: str) -> None:
    s3 = sandbox.client("s3")
    before = s3.get_bucket_request_payment(Bucket=bucket)["Payer"]

    s3.put_bucket_request_payment(Bucket=bucket, RequestPaymentConfiguration={"Payer": "Requester"})

    assert before == "BucketOwner"
    assert s3.get_bucket_request_payment(Bucket=bucket)["Payer"] == "Requester"


def tiering(identifier: str) -> dict[str, Any]:
    return {
        "Id": identifier,
        "Status": "Enabled",
        "Filter": {"Prefix": "a&b/"},
        "Tierings": [{"Days": 90, "AccessTier": "ARCHIVE_ACCESS"}],
    }


def put_tiering(s3: Any, bucket: str, identifier: str) -> None:
    s3.put_bucket_intelligent_tiering_configuration(
        Bucket=bucket, Id=identifier, IntelligentTieringConfiguration=tiering(identifier)
    )


def test_tiering_comes_back_by_id_and_as_a_list(sandbox: Sandbox, bucket: str) -> None:
    s3 = sandbox.client("s3")
    put_tiering(s3, bucket, "one")
    put_tiering(s3, bucket, "two")

    one = s3.get_bucket_intelligent_tiering_configuration(Bucket=bucket, Id="one")
    listed = s3.list_bucket_intelligent_tiering_configurations(Bucket=bucket)

    assert one["IntelligentTieringConfiguration"] == tiering("one")
    assert listed["IntelligentTieringConfigurationList"] == [tiering("one"), tiering("two")]


def test_deleting_a_tiering_deletes_that_and_not_the_bucket(sandbox: Sandbox, bucket: str) -> None:
    s3 = sandbox.client("s3")
    put_tiering(s3, bucket, "gone")

    s3.delete_bucket_intelligent_tiering_configuration(Bucket=bucket, Id="gone")

    s3.head_bucket(Bucket=bucket)
    with pytest.raises(ClientError, match="NoSuchConfiguration"):
        s3.get_bucket_intelligent_tiering_configuration(Bucket=bucket, Id="gone")


def test_configurations_go_with_their_bucket(sandbox: Sandbox) -> None:
    s3 = sandbox.client("s3")
    s3.create_bucket(Bucket="reborn")
    put_tiering(s3, "reborn", "one")
    s3.delete_bucket(Bucket="reborn")
    s3.create_bucket(Bucket="reborn")

    listed = s3.list_bucket_intelligent_tiering_configurations(Bucket="reborn")

    assert "IntelligentTieringConfigurationList" not in listed


def test_configurations_need_a_bucket(sandbox: Sandbox) -> None:
    with pytest.raises(ClientError, match="NoSuchBucket"):
        put_tiering(sandbox.client("s3"), "never-created", "one")


@pytest.mark.parametrize("kind", ["metrics", "analytics", "inventory"])
def test_other_configurations_are_empty_lists_at_first(sandbox: Sandbox, bucket: str, kind: str) -> None:
    answer = getattr(sandbox.client("s3"), f"list_bucket_{kind}_configurations")(Bucket=bucket)

    assert answer["IsTruncated"] is False


def test_rules_keep_their_description_whatever_they_refer_to(sandbox: Sandbox, vpc: str) -> None:
    ec2 = sandbox.client("ec2")
    group = ec2.create_security_group(GroupName="described", Description="described", VpcId=vpc)["GroupId"]
    prefix_list = ec2.describe_managed_prefix_lists()["PrefixLists"][0]["PrefixListId"]
    port = {"IpProtocol": "tcp", "FromPort": 6379, "ToPort": 6379}

    ec2.authorize_security_group_ingress(
        GroupId=group,
        IpPermissions=[
            {**port, "IpRanges": [{"CidrIp": "10.9.0.0/16", "Description": "by address"}]},
            {**port, "UserIdGroupPairs": [{"GroupId": group, "Description": "by group"}]},
            {**port, "PrefixListIds": [{"PrefixListId": prefix_list, "Description": "by list"}]},
        ],
    )

    found = ec2.describe_security_group_rules(Filters=[{"Name": "group-id", "Values": [group]}])["SecurityGroupRules"]
    assert {rule.get("Description") for rule in found if not rule["IsEgress"]} == {"by address", "by group", "by list"}


def test_subnet_groups_know_the_network_of_their_subnets(sandbox: Sandbox, vpc: str) -> None:
    ec2, elasticache = sandbox.client("ec2"), sandbox.client("elasticache")
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.9.{number}.0/24")["Subnet"]["SubnetId"] for number in range(2)
    ]

    elasticache.create_cache_subnet_group(
        CacheSubnetGroupName="Private", CacheSubnetGroupDescription="private", SubnetIds=subnets
    )

    group = elasticache.describe_cache_subnet_groups(CacheSubnetGroupName="private")["CacheSubnetGroups"][0]
    assert group["VpcId"] == vpc
    assert [subnet["SubnetIdentifier"] for subnet in group["Subnets"]] == subnets


def test_subnet_groups_need_existing_subnets(sandbox: Sandbox) -> None:
    elasticache = sandbox.client("elasticache")

    with pytest.raises(elasticache.exceptions.InvalidSubnet):
        elasticache.create_cache_subnet_group(
            CacheSubnetGroupName="nowhere", CacheSubnetGroupDescription="none", SubnetIds=["subnet-0123456789abcdef0"]
        )


def test_parameters_are_filtered_by_source(sandbox: Sandbox) -> None:
    elasticache = sandbox.client("elasticache")
    elasticache.create_cache_parameter_group(
        CacheParameterGroupName="filtered", CacheParameterGroupFamily="redis7", Description="filtered"
    )
    elasticache.modify_cache_parameter_group(
        CacheParameterGroupName="filtered",
        ParameterNameValues=[{"ParameterName": "timeout", "ParameterValue": "60"}],
    )

    found = elasticache.describe_cache_parameters(CacheParameterGroupName="filtered", Source="user")["Parameters"]

    assert [(one["ParameterName"], one["ParameterValue"]) for one in found] == [("timeout", "60")]


@pytest.fixture(scope="module")
def replicated(sandbox: Sandbox) -> tuple[str, str, str]:
    """A bucket, the one in another region that its objects are copied to, and the key that encrypts the copies."""
    key: str = sandbox.client("kms", region="us-west-2").create_key()["KeyMetadata"]["Arn"]
    for name, region in (("gaps-original", "us-east-1"), ("gaps-copy", "us-west-2")):
        s3 = sandbox.client("s3", region=region)
        where = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
        s3.create_bucket(Bucket=name, **where)
        s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    rule = {
        "ID": "everything",
        "Priority": 1,
        "Status": "Enabled",
        "Filter": {},
        "DeleteMarkerReplication": {"Status": "Enabled"},
        "SourceSelectionCriteria": {"SseKmsEncryptedObjects": {"Status": "Enabled"}},
        "Destination": {"Bucket": "arn:aws:s3:::gaps-copy", "EncryptionConfiguration": {"ReplicaKmsKeyID": key}},
    }
    sandbox.client("s3").put_bucket_replication(
        Bucket="gaps-original",
        ReplicationConfiguration={"Role": "arn:aws:iam::000000000000:role/replication", "Rules": [rule]},
    )
    return "gaps-original", "gaps-copy", key


def test_a_copy_is_encrypted_with_the_key_of_its_rule(sandbox: Sandbox, replicated: tuple[str, str, str]) -> None:
    original, copy, key = replicated
    own = sandbox.client("kms").create_key()["KeyMetadata"]["Arn"]

    sandbox.client("s3").put_object(
        Bucket=original, Key="photo", Body=b"1", ServerSideEncryption="aws:kms", SSEKMSKeyId=own
    )

    there = sandbox.client("s3", region="us-west-2").get_object(Bucket=copy, Key="photo")
    assert (there["Body"].read(), there["SSEKMSKeyId"], there["ReplicationStatus"]) == (b"1", key, "REPLICA")
    assert sandbox.client("s3").head_object(Bucket=original, Key="photo")["SSEKMSKeyId"] == own


def s3_control(sandbox: Sandbox) -> Any:
    """Called as Terraform's provider does: by the account's own host name, through the proxy."""
    connection = sandbox.connection
    create: Any = boto3.client
    return create(
        "s3control",
        endpoint_url=connection.endpoint,
        region_name="us-east-1",
        aws_access_key_id=connection.access_key_id,
        aws_secret_access_key=connection.secret_access_key,
        verify=str(connection.ca_file),
        config=Config(proxies={"https": connection.proxy}, retries={"total_max_attempts": 1}),
    )


def test_an_account_blocks_public_access_as_it_was_set(sandbox: Sandbox) -> None:
    control, account = s3_control(sandbox), sandbox.connection.account
    blocks = {"BlockPublicAcls": True, "BlockPublicPolicy": True, "IgnorePublicAcls": False}

    control.put_public_access_block(AccountId=account, PublicAccessBlockConfiguration=blocks)

    found = control.get_public_access_block(AccountId=account)["PublicAccessBlockConfiguration"]
    assert found == blocks


def test_an_account_that_blocks_nothing_says_so(sandbox: Sandbox) -> None:
    control, account = s3_control(sandbox), sandbox.connection.account
    control.put_public_access_block(AccountId=account, PublicAccessBlockConfiguration={"BlockPublicAcls": True})

    control.delete_public_access_block(AccountId=account)

    with pytest.raises(ClientError, match="NoSuchPublicAccessBlockConfiguration"):
        control.get_public_access_block(AccountId=account)


def test_no_policy_of_an_access_point_is_public(sandbox: Sandbox, bucket: str) -> None:
    control, account = s3_control(sandbox), sandbox.connection.account
    control.create_access_point(AccountId=account, Name="reports", Bucket=bucket)

    status = control.get_access_point_policy_status(AccountId=account, Name="reports")

    assert status["PolicyStatus"] == {"IsPublic": False}
