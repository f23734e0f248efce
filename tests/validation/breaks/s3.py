"""Buckets, broken."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from environments import arns
from tests.validation.breaks.breaking import Break, Breaking, as_if, bucket, forbidding, really
from validation.checks.s3_settings import bucket_key
from validation.context import Context
from validation.live import s3

BLOCKED: Any = dict.fromkeys(
    ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"), True
)


def without_statement(sid: str) -> Breaking:
    """The bucket's policy without one of its statements."""

    @contextmanager
    def breaking(context: Context) -> Iterator[Context]:
        client, name = context.clients.s3, bucket(context)
        whole = client.get_bucket_policy(Bucket=name)["Policy"]
        document = json.loads(whole)
        document["Statement"] = [each for each in document["Statement"] if each["Sid"] != sid]
        client.put_bucket_policy(Bucket=name, Policy=json.dumps(document))
        try:
            yield context
        finally:
            client.put_bucket_policy(Bucket=name, Policy=whole)

    return breaking


@contextmanager
def without_policy(context: Context) -> Iterator[Context]:
    client, name = context.clients.s3, bucket(context)
    whole = client.get_bucket_policy(Bucket=name)["Policy"]
    client.delete_bucket_policy(Bucket=name)
    try:
        yield context
    finally:
        client.put_bucket_policy(Bucket=name, Policy=whole)


@contextmanager
def with_public_read(context: Context) -> Iterator[Context]:
    client, name = context.clients.s3, bucket(context)
    whole = client.get_bucket_policy(Bucket=name)["Policy"]
    document = json.loads(whole)
    everybody = {"Sid": "Public", "Effect": "Allow", "Principal": "*", "Action": "s3:GetObject"}
    document["Statement"].append({**everybody, "Resource": f"arn:aws:s3:::{name}/*"})
    client.delete_public_access_block(Bucket=name)
    client.put_bucket_policy(Bucket=name, Policy=json.dumps(document))
    try:
        yield context
    finally:
        client.put_bucket_policy(Bucket=name, Policy=whole)
        block_public_access(context)


def encrypt_with(context: Context, key: str | None) -> None:
    by_default = {"SSEAlgorithm": "AES256"} if key is None else {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}
    rule: Any = {"ApplyServerSideEncryptionByDefault": by_default, "BucketKeyEnabled": key is not None}
    context.clients.s3.put_bucket_encryption(
        Bucket=bucket(context), ServerSideEncryptionConfiguration={"Rules": [rule]}
    )


def version(context: Context, status: Any) -> None:
    context.clients.s3.put_bucket_versioning(Bucket=bucket(context), VersioningConfiguration={"Status": status})


def block_public_access(context: Context) -> None:
    context.clients.s3.put_public_access_block(Bucket=bucket(context), PublicAccessBlockConfiguration=BLOCKED)


def owned_by(context: Context, owner: Any) -> None:
    context.clients.s3.put_bucket_ownership_controls(
        Bucket=bucket(context), OwnershipControls={"Rules": [{"ObjectOwnership": owner}]}
    )


@contextmanager
def that_delete_drafts(context: Context) -> Iterator[Context]:
    """Lifecycle rules, and one more that nobody declared."""
    client, name = context.clients.s3, bucket(context)
    rules: Any = s3.lifecycle(context.clients, name)
    drafts: Any = {"ID": "drafts", "Status": "Enabled", "Filter": {"Prefix": "drafts/"}, "Expiration": {"Days": 1}}
    client.put_bucket_lifecycle_configuration(Bucket=name, LifecycleConfiguration={"Rules": [*rules, drafts]})
    try:
        yield context
    finally:
        client.put_bucket_lifecycle_configuration(Bucket=name, LifecycleConfiguration={"Rules": rules})


@contextmanager
def without_lifecycle(context: Context) -> Iterator[Context]:
    client, name = context.clients.s3, bucket(context)
    rules: Any = s3.lifecycle(context.clients, name)
    client.delete_bucket_lifecycle(Bucket=name)
    try:
        yield context
    finally:
        client.put_bucket_lifecycle_configuration(Bucket=name, LifecycleConfiguration={"Rules": rules})


@contextmanager
def archiving(context: Context) -> Iterator[Context]:
    client, name = context.clients.s3, bucket(context)
    client.put_bucket_intelligent_tiering_configuration(
        Bucket=name,
        Id="unasked",
        IntelligentTieringConfiguration={
            "Id": "unasked",
            "Status": "Enabled",
            "Tierings": [{"Days": 90, "AccessTier": "ARCHIVE_ACCESS"}],
        },
    )
    try:
        yield context
    finally:
        client.delete_bucket_intelligent_tiering_configuration(Bucket=name, Id="unasked")


@contextmanager
def without_logging(context: Context) -> Iterator[Context]:
    client, name = context.clients.s3, bucket(context)
    logging: Any = s3.logging(context.clients, name)
    client.put_bucket_logging(Bucket=name, BucketLoggingStatus={})
    try:
        yield context
    finally:
        client.put_bucket_logging(Bucket=name, BucketLoggingStatus={"LoggingEnabled": logging})


@contextmanager
def accepting_reports_of_anybody(context: Context) -> Iterator[Context]:
    """The log bucket's policy, which says no longer whose inventories may be delivered."""
    client, name = context.clients.s3, bucket(context, "logs")
    whole = client.get_bucket_policy(Bucket=name)["Policy"]
    document = json.loads(whole)
    next(each for each in document["Statement"] if each["Sid"] == "AllowReportDelivery").pop("Condition")
    client.put_bucket_policy(Bucket=name, Policy=json.dumps(document))
    try:
        yield context
    finally:
        client.put_bucket_policy(Bucket=name, Policy=whole)


def replicating(how: Callable[[Any], Any]) -> Breaking:
    """The bucket's replication, altered."""

    @contextmanager
    def breaking(context: Context) -> Iterator[Context]:
        client, name = context.clients.s3, bucket(context)
        whole: Any = client.get_bucket_replication(Bucket=name)["ReplicationConfiguration"]
        client.put_bucket_replication(Bucket=name, ReplicationConfiguration=how(copy.deepcopy(whole)))
        try:
            yield context
        finally:
            client.put_bucket_replication(Bucket=name, ReplicationConfiguration=whole)

    return breaking


def without_time_control(configuration: Any) -> Any:
    destination = configuration["Rules"][0]["Destination"]
    del destination["ReplicationTime"], destination["Metrics"]
    return configuration


def disabled(configuration: Any) -> Any:
    configuration["Rules"][0]["Status"] = "Disabled"
    return configuration


@contextmanager
def letting_anybody_replicate(context: Context) -> Iterator[Context]:
    client, name = context.disaster_recovery.clients.s3, context.environment.replica_name("uploads")
    whole = client.get_bucket_policy(Bucket=name)["Policy"]
    document = json.loads(whole)
    document["Statement"] = [each for each in document["Statement"] if each["Sid"] != "DenyReplicationByOthers"]
    client.put_bucket_policy(Bucket=name, Policy=json.dumps(document))
    try:
        yield context
    finally:
        client.put_bucket_policy(Bucket=name, Policy=whole)


def lock(context: Context, days: int) -> None:
    context.clients.s3.put_object_lock_configuration(
        Bucket=bucket(context, "backups"),
        ObjectLockConfiguration={
            "ObjectLockEnabled": "Enabled",
            "Rule": {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": days}},
        },
    )


def tell_eventbridge(context: Context, configuration: Any) -> None:
    context.clients.s3.put_bucket_notification_configuration(
        Bucket=bucket(context), NotificationConfiguration=configuration
    )


@contextmanager
def without_inventory(context: Context) -> Iterator[Context]:
    client, name = context.clients.s3, bucket(context)
    whole: Any = client.get_bucket_inventory_configuration(Bucket=name, Id="inventory")["InventoryConfiguration"]
    client.delete_bucket_inventory_configuration(Bucket=name, Id="inventory")
    try:
        yield context
    finally:
        client.put_bucket_inventory_configuration(Bucket=name, Id="inventory", InventoryConfiguration=whole)


@contextmanager
def with_pages_of_others(context: Context) -> Iterator[Context]:
    client, name = context.clients.s3, bucket(context)
    rules: Any = client.get_bucket_cors(Bucket=name)["CORSRules"]
    opened: Any = [rules[0] | {"AllowedOrigins": ["*"]}]
    client.put_bucket_cors(Bucket=name, CORSConfiguration={"CORSRules": opened})
    try:
        yield context
    finally:
        client.put_bucket_cors(Bucket=name, CORSConfiguration={"CORSRules": rules})


@contextmanager
def without_access_point_policy(context: Context) -> Iterator[Context]:
    client, account = context.clients.s3_control, context.environment.account
    name = context.environment.access_point_name("uploader", "uploads")
    whole = client.get_access_point_policy(AccountId=account, Name=name)["Policy"]
    client.delete_access_point_policy(AccountId=account, Name=name)
    try:
        yield context
    finally:
        client.put_access_point_policy(AccountId=account, Name=name, Policy=whole)


def block_account(context: Context, **changes: bool) -> None:
    blocks: Any = {**BLOCKED, **changes}
    context.clients.s3_control.put_public_access_block(
        AccountId=context.environment.account, PublicAccessBlockConfiguration=blocks
    )


def on_uploads(check: str, how: Breaking, what: str, *, expected: Any, found: Any) -> Break:
    return Break(check=check, resource="uploads", how=how, what=what, expected=expected, found=found)


BREAKS = (
    on_uploads("s3.region", as_if(s3.region, lambda _: "eu-west-1"), "region", expected="us-east-1", found="eu-west-1"),
    on_uploads("s3.policy", without_policy, "read without TLS", expected="denied", found="not denied"),
    on_uploads(
        "s3.policy", without_statement("DenyOldTls"), "read with TLS 1.1", expected="denied", found="not denied"
    ),
    on_uploads(
        "s3.policy",
        without_statement("DenyWrongOrMissingKey"),
        "write with another KMS key",
        expected="denied",
        found="not denied",
    ),
    on_uploads("s3.policy", with_public_read, "allowed to anybody", expected=[], found=["Public"]),
    on_uploads(
        "s3.encryption",
        really(
            lambda context: encrypt_with(context, None),
            lambda context: encrypt_with(context, bucket_key(context, "uploads")),
        ),
        "algorithm",
        expected="aws:kms",
        found="AES256",
    ),
    on_uploads(
        "s3.versioning",
        really(lambda context: version(context, "Suspended"), lambda context: version(context, "Enabled")),
        "versioning enabled",
        expected=True,
        found=False,
    ),
    on_uploads(
        "s3.public_access",
        really(
            lambda context: context.clients.s3.delete_public_access_block(Bucket=bucket(context)), block_public_access
        ),
        "BlockPublicPolicy",
        expected=True,
        found=False,
    ),
    on_uploads(
        "s3.ownership",
        really(
            lambda context: owned_by(context, "ObjectWriter"), lambda context: owned_by(context, "BucketOwnerEnforced")
        ),
        "object ownership",
        expected="BucketOwnerEnforced",
        found="ObjectWriter",
    ),
    on_uploads(
        "s3.lifecycle", without_lifecycle, "days until noncurrent versions are removed", expected=90, found=None
    ),
    on_uploads(
        "s3.lifecycle",
        that_delete_drafts,
        "rule drafts for some objects: days until current objects expire",
        expected=None,
        found=1,
    ),
    on_uploads("s3.archive", archiving, "days until archived", expected={}, found={"ARCHIVE_ACCESS": 90}),
    on_uploads(
        "s3.access_logging",
        without_logging,
        "access logs go to",
        expected=lambda context: {"bucket": bucket(context, "logs"), "prefix": "uploads/"},
        found=None,
    ),
    on_uploads(
        "s3.refuses_insecure", without_policy, "list over plain HTTP", expected="AccessDenied", found="accepted"
    ),
    on_uploads(
        "s3.refuses_insecure",
        without_policy,
        "write without encryption headers",
        expected="AccessDenied",
        found="accepted",
    ),
    on_uploads(
        "s3.policy",
        without_statement("DenyCustomerKeys"),
        "write with a key of the client's own",
        expected="denied",
        found="not denied",
    ),
    Break(
        check="s3.policy",
        resource="logs",
        how=accepting_reports_of_anybody,
        what="reports accepted from",
        expected=lambda context: sorted(f"arn:aws:s3:::{bucket(context, each.name)}" for each in context.model.buckets),
        found=["*"],
    ),
    Break(
        check="s3.access_points",
        resource="uploader/uploads",
        how=without_access_point_policy,
        what="lets through",
        expected=lambda context: [arns.role_arn(context.environment, "uploader")],
        found=[],
    ),
    Break(
        check="s3.account_block",
        resource="account",
        how=really(lambda context: block_account(context, BlockPublicPolicy=False), block_account),
        what="BlockPublicPolicy",
        expected=True,
        found=False,
    ),
    on_uploads("s3.replication", replicating(without_time_control), "minutes", expected=15, found=None),
    on_uploads("s3.replication", replicating(disabled), "enabled rules", expected=1, found=0),
    on_uploads(
        "s3.replica",
        letting_anybody_replicate,
        "replication by another role",
        expected="denied",
        found="not denied",
    ),
    Break(
        check="s3.object_lock",
        resource="backups",
        how=really(lambda context: lock(context, 2), lambda context: lock(context, 1)),
        what="default retention",
        expected={"Mode": "GOVERNANCE", "Days": 1},
        found={"Mode": "GOVERNANCE", "Days": 2},
    ),
    on_uploads(
        "s3.events",
        really(
            lambda context: tell_eventbridge(context, {}),
            lambda context: tell_eventbridge(context, {"EventBridgeConfiguration": {}}),
        ),
        "EventBridge is told",
        expected=True,
        found=False,
    ),
    on_uploads(
        "s3.reports",
        without_inventory,
        "inventories",
        expected=lambda context: [["Weekly", f"arn:aws:s3:::{bucket(context, 'logs')}"]],
        found=[],
    ),
    on_uploads("s3.cors", with_pages_of_others, "origins", expected=["http://localhost:3000"], found=["*"]),
    Break(
        check="s3.keeps_locked",
        resource="backups",
        how=forbidding("s3:PutObject"),
        what="write a locked object",
        expected="accepted",
        found="AccessDenied",
    ),
    on_uploads("s3.replicates", replicating(disabled), "copy arrived", expected=True, found=False),
    on_uploads("s3.round_trip", forbidding("s3:PutObject"), "write", expected="accepted", found="AccessDenied"),
)
