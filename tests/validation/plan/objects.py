"""Resources as they stand in a state: as much of each as a review looks at."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

Values = dict[str, Any]

ACCOUNT = "111111111111"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/application"
BUCKET_ARN = "arn:aws:s3:::uploads"
KEY_ARN = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/1"


def usage_limits(*, storage: int | None = 10, processing: int | None = 20_000) -> list[Values]:
    """The limits of a serverless cache, in GB and in processing units a second."""
    return [
        {
            "data_storage": [{"minimum": None, "maximum": storage, "unit": "GB"}],
            "ecpu_per_second": [{"minimum": None, "maximum": processing}],
        }
    ]


def recovery(*, enabled: bool = True, days: int | None = 35) -> list[Values]:
    """The recovery of a table to a point in time."""
    return [{"enabled": enabled, "recovery_period_in_days": days}]


def policy(*statements: Values) -> str:
    """The text of a policy document."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


READ: Values = {
    "Sid": "Read",
    "Effect": "Allow",
    "Principal": {"AWS": ROLE},
    "Action": ["s3:GetObject", "s3:ListBucket"],
    "Resource": [BUCKET_ARN, f"{BUCKET_ARN}/*"],
    "Condition": {"StringEquals": {"aws:SourceVpce": "vpce-1"}},
}
DENY_PLAIN: Values = {
    "Sid": "DenyInsecureTransport",
    "Effect": "Deny",
    "Principal": "*",
    "Action": "s3:*",
    "Resource": [BUCKET_ARN, f"{BUCKET_ARN}/*"],
    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
}

TABLE: Values = {
    "id": "core",
    "name": "core",
    "arn": f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/core",
    "billing_mode": "PAY_PER_REQUEST",
    "hash_key": "pk",
    "range_key": "sk",
    "deletion_protection_enabled": True,
    "point_in_time_recovery": [{"enabled": True, "recovery_period_in_days": 35}],
    "server_side_encryption": [{"enabled": True, "kms_key_arn": KEY_ARN}],
    "global_secondary_index": [{"name": "gsi1", "hash_key": "gsi1pk"}],
    "replica": [{"region_name": "us-west-2", "point_in_time_recovery": True}],
    "tags": {"Name": "core"},
}
BUCKET: Values = {"id": "uploads", "bucket": "uploads", "arn": BUCKET_ARN, "force_destroy": False, "tags": {}}
VERSIONING: Values = {
    "id": "uploads",
    "bucket": "uploads",
    "versioning_configuration": [{"status": "Enabled", "mfa_delete": ""}],
}
LIFECYCLE: Values = {
    "id": "uploads",
    "bucket": "uploads",
    "rule": [
        {
            "id": "everything",
            "status": "Enabled",
            "expiration": [],
            "noncurrent_version_expiration": [{"noncurrent_days": 90}],
        }
    ],
}


def expiring(prefix: str) -> Values:
    """A lifecycle that deletes the objects below a prefix."""
    rule = {"id": "old", "status": "Enabled", "filter": [{"prefix": prefix}], "expiration": [{"days": 7}]}
    return {**LIFECYCLE, "rule": [rule]}


BUCKET_POLICY: Values = {"id": "uploads", "bucket": "uploads", "policy": policy(READ, DENY_PLAIN)}
PUBLIC_ACCESS_BLOCK: Values = {
    "id": "uploads",
    "bucket": "uploads",
    "block_public_acls": True,
    "block_public_policy": True,
    "ignore_public_acls": True,
    "restrict_public_buckets": True,
}
BUCKET_ENCRYPTION: Values = {
    "id": "uploads",
    "bucket": "uploads",
    "rule": [{"apply_server_side_encryption_by_default": [{"sse_algorithm": "aws:kms", "kms_master_key_id": KEY_ARN}]}],
}
OBJECT_LOCK: Values = {
    "id": "backups",
    "bucket": "backups",
    "rule": [{"default_retention": [{"mode": "COMPLIANCE", "days": 90, "years": None}]}],
}
REPLICATION: Values = {
    "id": "uploads",
    "bucket": "uploads",
    "rule": [
        {
            "id": "everything",
            "status": "Enabled",
            "filter": [],
            "source_selection_criteria": [{"sse_kms_encrypted_objects": [{"status": "Enabled"}]}],
        }
    ],
}
LOGGING: Values = {"id": "uploads", "bucket": "uploads", "target_bucket": "logs", "target_prefix": "uploads/"}
REPLICATION_GROUP: Values = {
    "id": "tierstore",
    "replication_group_id": "tierstore",
    "engine": "redis",
    "node_type": "cache.r7g.large",
    "num_node_groups": 3,
    "replicas_per_node_group": 2,
    "multi_az_enabled": True,
    "automatic_failover_enabled": True,
    "at_rest_encryption_enabled": "true",
    "transit_encryption_enabled": True,
    "transit_encryption_mode": "required",
    "snapshot_retention_limit": 14,
    "final_snapshot_identifier": "tierstore-final",
    "user_group_ids": ["tierstore"],
    "log_delivery_configuration": [{"log_type": "slow-log", "destination": "slow"}],
}
SERVERLESS_CACHE: Values = {
    "id": "tierstore",
    "name": "tierstore",
    "engine": "valkey",
    "major_engine_version": "8",
    "cache_usage_limits": usage_limits(),
    "kms_key_id": KEY_ARN,
    "security_group_ids": ["sg-redis"],
    "snapshot_retention_limit": 7,
    "user_group_id": "tierstore",
}
REDIS_USER: Values = {"id": "application", "user_id": "application", "access_string": "on ~app:* +@read -@admin"}
KMS_KEY: Values = {
    "id": "1",
    "key_id": "1",
    "arn": KEY_ARN,
    "description": "Items of the tables",
    "is_enabled": True,
    "enable_key_rotation": True,
    "deletion_window_in_days": 30,
    "policy": policy(
        {
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
            "Action": "kms:*",
            "Resource": "*",
        }
    ),
}
VAULT: Values = {"id": "vault", "name": "vault", "arn": f"arn:aws:backup:us-east-1:{ACCOUNT}:backup-vault:vault"}
VAULT_LOCK: Values = {"id": "vault", "backup_vault_name": "vault", "min_retention_days": 35, "changeable_for_days": 3}
BACKUP_PLAN: Values = {
    "id": "plan",
    "name": "plan",
    "rule": [
        {
            "rule_name": "daily",
            "schedule": "cron(0 3 * * ? *)",
            "target_vault_name": "vault",
            "lifecycle": [{"delete_after": 35}],
        }
    ],
}


def copied_plan(days: int) -> Values:
    """A backup plan whose copies in another vault are kept for some days."""
    copy = {"destination_vault_arn": VAULT["arn"], "lifecycle": [{"delete_after": days}]}
    return {**BACKUP_PLAN, "rule": [{**BACKUP_PLAN["rule"][0], "copy_action": [copy]}]}


VAULT_POLICY: Values = {
    "id": "vault",
    "backup_vault_name": "vault",
    "policy": policy({"Effect": "Deny", "Principal": "*", "Action": "backup:DeleteRecoveryPoint", "Resource": "*"}),
}
RESTORE_TESTING_PLAN: Values = {"name": "monthly", "schedule_expression": "cron(0 9 1 * ? *)"}
RESTORE_TESTING_SELECTION: Values = {
    "name": "tables",
    "restore_testing_plan_name": "monthly",
    "protected_resource_arns": [TABLE["arn"], BUCKET_ARN],
}
BACKUP_SELECTION: Values = {"id": "tables", "plan_id": "plan", "resources": [TABLE["arn"], BUCKET_ARN]}
SECRET: Values = {"id": "token", "name": "token", "recovery_window_in_days": 30}
LOG_GROUP: Values = {"id": "slow", "name": "slow", "retention_in_days": 365, "kms_key_id": KEY_ARN}
FLOW_LOG: Values = {"id": "fl-1", "vpc_id": "vpc-1"}
TRAIL: Values = {"id": "data-events", "s3_bucket_name": "tierstore-dev-logs", "enable_logging": True}
LOGS: Values = {"id": "tierstore-dev-logs", "bucket": "tierstore-dev-logs"}
VPC: Values = {"id": "vpc-1", "cidr_block": "10.0.0.0/16"}
IAM_ROLE: Values = {
    "id": "application",
    "name": "application",
    "arn": ROLE,
    "permissions_boundary": f"arn:aws:iam::{ACCOUNT}:policy/boundary",
    "max_session_duration": 3600,
    "assume_role_policy": policy(
        {"Effect": "Allow", "Principal": {"Service": "ecs-tasks.amazonaws.com"}, "Action": "sts:AssumeRole"}
    ),
}
GITHUB_SUBJECT = "repo:example/storage:environment:prod"


def github_trust(**subject: Any) -> str:
    """Who may take a role by GitHub's tokens, by the operator on the token's subject."""
    claims = {operator: {"token.actions.githubusercontent.com:sub": value} for operator, value in subject.items()}
    provider = f"arn:aws:iam::{ACCOUNT}:oidc-provider/token.actions.githubusercontent.com"
    return policy(
        {
            "Effect": "Allow",
            "Principal": {"Federated": provider},
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Condition": claims,
        }
    )


GITHUB_ROLE: Values = {**IAM_ROLE, "assume_role_policy": github_trust(StringEquals=GITHUB_SUBJECT)}
KEY_USE: Values = {"Effect": "Allow", "Principal": {"AWS": ROLE}, "Action": "kms:Decrypt", "Resource": "*"}


def inline(*statements: Values) -> Values:
    """A role with one policy of its own."""
    return {**IAM_ROLE, "inline_policy": [{"name": "own", "policy": policy(*statements)}]}


VIA_S3: Values = {"StringEquals": {"kms:ViaService": "s3.us-east-1.amazonaws.com"}}
ROLE_POLICY: Values = {
    "id": "application:storage",
    "role": "application",
    "policy": policy({"Effect": "Allow", "Action": ["dynamodb:GetItem", "dynamodb:Query"], "Resource": TABLE["arn"]}),
}
INGRESS: Values = {
    "id": "sgr-1",
    "security_group_id": "sg-1",
    "cidr_ipv4": "10.0.0.0/24",
    "ip_protocol": "tcp",
    "from_port": 6379,
    "to_port": 6379,
}


def cors(*origins: str, methods: Sequence[str] = ("PUT",), headers: Sequence[str] = ("*",)) -> list[Values]:
    """The rules of a bucket that lets pages of some sites in, else of one."""
    site = ["https://app.example.org"]
    return [
        {"allowed_origins": list(origins) or site, "allowed_methods": list(methods), "allowed_headers": list(headers)}
    ]


def parameters(policy_: str) -> Values:
    """Parameters of Redis with a policy for full nodes."""
    return {"name": "parameters", "parameter": [{"name": "maxmemory-policy", "value": policy_}]}


EVERYBODY_READS: Values = {
    "permission": "READ",
    "grantee": [{"type": "Group", "uri": "http://acs.amazonaws.com/groups/global/AllUsers"}],
}
OWNER_WRITES: Values = {"permission": "FULL_CONTROL", "grantee": [{"type": "CanonicalUser", "id": "0a1b"}]}
INTERNET_ROUTE: Values = {"route_table_id": "rtb-1", "destination_cidr_block": "0.0.0.0/0", "gateway_id": "igw-1"}
CORS: Values = {"id": "uploads", "bucket": "uploads", "cors_rule": cors()}
NOTIFICATION: Values = {"id": "uploads", "bucket": "uploads", "eventbridge": True}
ACCESS_POINT: Values = {
    "id": "1:application",
    "name": "application",
    "bucket": "uploads",
    "vpc_configuration": [{"vpc_id": "vpc-1"}],
}
TO_TABLE: Values = {"Effect": "Allow", "Principal": "*", "Action": "dynamodb:*", "Resource": TABLE["arn"]}
ENDPOINT: Values = {"id": "vpce-1", "vpc_id": "vpc-1", "policy": policy(TO_TABLE)}
USER_GROUP: Values = {"id": "users", "user_group_id": "users", "user_ids": ["disabled", "application"]}
TOPIC: Values = {"id": "alarms", "arn": f"arn:aws:sns:us-east-1:{ACCOUNT}:alarms", "kms_master_key_id": KEY_ARN}
SUBSCRIPTION: Values = {
    "id": "sub-1",
    "topic_arn": TOPIC["arn"],
    "protocol": "email",
    "endpoint": "on-call@example.org",
}
ALARM: Values = {
    "id": "throttles",
    "actions_enabled": True,
    "alarm_actions": ["arn:aws:sns:us-east-1:1:alarms"],
    "comparison_operator": "GreaterThanThreshold",
    "evaluation_periods": 3,
    "threshold": 5,
}
