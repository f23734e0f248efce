from __future__ import annotations

import pytest

from environments import Environment
from modules.s3.policies import (
    bucket_arn,
    render_customer_keys,
    render_encryption,
    render_log_delivery,
    render_replication_by,
    render_report_delivery,
    render_secure_transport,
)

BUCKET = "arn:aws:s3:::photos"


def test_every_statement_without_tls_is_denied_on_the_bucket_and_its_objects() -> None:
    insecure, _ = render_secure_transport(BUCKET)

    assert (insecure["Effect"], insecure["Action"]) == ("Deny", "s3:*")
    assert insecure["Resource"] == [BUCKET, f"{BUCKET}/*"]
    assert insecure["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_old_tls_is_denied() -> None:
    _, old = render_secure_transport(BUCKET)

    assert old["Effect"] == "Deny"
    assert old["Condition"] == {"NumericLessThan": {"s3:TlsVersion": "1.2"}}


# StringNotEquals, unlike StringNotEqualsIfExists or a Null condition beside it, also holds for a missing header.
def test_wrong_and_missing_encryption_is_denied() -> None:
    encryption, _ = render_encryption(BUCKET, "arn:key")

    assert (encryption["Effect"], encryption["Action"]) == ("Deny", "s3:PutObject")
    assert encryption["Condition"] == {"StringNotEquals": {"s3:x-amz-server-side-encryption": "aws:kms"}}


def test_wrong_and_missing_keys_are_denied() -> None:
    _, key = render_encryption(BUCKET, "arn:key")

    assert (key["Effect"], key["Action"]) == ("Deny", "s3:PutObject")
    assert key["Condition"] == {"StringNotEquals": {"s3:x-amz-server-side-encryption-aws-kms-key-id": "arn:key"}}


def test_log_delivery_writes_for_buckets_of_the_own_account_only() -> None:
    delivery = render_log_delivery(BUCKET, account="123456789012", sources=["arn:aws:s3:::a"])

    assert delivery["Principal"] == {"Service": "logging.s3.amazonaws.com"}
    assert delivery["Action"] == "s3:PutObject"
    assert delivery["Condition"] == {
        "StringEquals": {"aws:SourceAccount": "123456789012"},
        "ArnEquals": {"aws:SourceArn": ["arn:aws:s3:::a"]},
    }


@pytest.mark.parametrize(
    ("region", "arn"),
    [
        ("eu-central-1", "arn:aws:s3:::photos"),
        ("us-gov-west-1", "arn:aws-us-gov:s3:::photos"),
        ("cn-north-1", "arn:aws-cn:s3:::photos"),
    ],
)
def test_an_arn_names_the_partition_of_its_region(environment: Environment, region: str, arn: str) -> None:
    assert bucket_arn(environment.model_copy(update={"region": region}), "photos") == arn


def test_keys_of_the_clients_own_are_denied() -> None:
    statement = render_customer_keys(BUCKET)

    assert (statement["Effect"], statement["Action"]) == ("Deny", "s3:PutObject")
    assert statement["Condition"] == {"Null": {"s3:x-amz-server-side-encryption-customer-algorithm": "false"}}


def test_replication_by_all_but_the_role_is_denied() -> None:
    statement = render_replication_by(BUCKET, role="arn:role")

    assert statement["Effect"] == "Deny"
    assert {"s3:ReplicateDelete", "s3:ReplicateObject"} <= set(statement["Action"])
    assert statement["Condition"] == {"ArnNotEquals": {"aws:PrincipalArn": "arn:role"}}


def test_reports_are_delivered_to_their_prefixes_for_buckets_of_the_own_account_only() -> None:
    statement = render_report_delivery(BUCKET, account="123456789012", sources=["arn:source"], prefixes=["inventory"])

    assert statement["Principal"] == {"Service": "s3.amazonaws.com"}
    assert statement["Resource"] == [f"{BUCKET}/inventory/*"]
    assert statement["Condition"] == {
        "StringEquals": {"aws:SourceAccount": "123456789012"},
        "ArnEquals": {"aws:SourceArn": ["arn:source"]},
    }
