"""Clients of the services that an environment lives in, on AWS itself or on the sandbox."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import boto3
from botocore.config import Config

from environments.schema import Service
from environments.target import Deployment, SandboxConnection

if TYPE_CHECKING:
    from mypy_boto3_application_autoscaling import ApplicationAutoScalingClient
    from mypy_boto3_backup import BackupClient
    from mypy_boto3_budgets import BudgetsClient
    from mypy_boto3_ce import CostExplorerClient
    from mypy_boto3_cloudtrail import CloudTrailClient
    from mypy_boto3_cloudwatch import CloudWatchClient
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_ec2 import EC2Client
    from mypy_boto3_elasticache import ElastiCacheClient
    from mypy_boto3_iam import IAMClient
    from mypy_boto3_kms import KMSClient
    from mypy_boto3_logs import CloudWatchLogsClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3control import S3ControlClient
    from mypy_boto3_sns import SNSClient
    from mypy_boto3_ssm import SSMClient

CONNECT_SECONDS: Final = 5
ANSWER_SECONDS: Final = 30
CONNECTIONS: Final = 16
"""To one service at a time, enough for all checks that run at once."""


@dataclass(frozen=True, kw_only=True)
class Clients:
    """One client per service; they are safe to share between threads."""

    session: boto3.Session
    sandbox: SandboxConnection | None
    """None on AWS."""
    autoscaling: ApplicationAutoScalingClient
    backup: BackupClient
    budgets: BudgetsClient
    ce: CostExplorerClient
    cloudtrail: CloudTrailClient
    cloudwatch: CloudWatchClient
    dynamodb: DynamoDBClient
    ec2: EC2Client
    elasticache: ElastiCacheClient
    iam: IAMClient
    kms: KMSClient
    logs: CloudWatchLogsClient
    s3: S3Client
    s3_control: S3ControlClient
    s3_without_tls: S3Client
    """The same buckets over plain HTTP, which their policies must refuse."""
    sns: SNSClient
    ssm: SSMClient
    disaster_recovery: Clients | None
    """The same in the disaster-recovery region; None where the environment has none."""


def connect(deployment: Deployment) -> Clients:
    """Make the clients of a deployment; sends no request."""
    environment = deployment.environment
    elsewhere = environment.disaster_recovery_region
    return _connect(
        environment.region,
        sandbox=deployment.sandbox,
        endpoints={} if deployment.sandbox else environment.endpoints,
        disaster_recovery=_connect(elsewhere, sandbox=deployment.sandbox) if elsewhere else None,
    )


def _connect(
    region: str,
    *,
    sandbox: SandboxConnection | None,
    endpoints: Mapping[Service, str] | None = None,
    disaster_recovery: Clients | None = None,
) -> Clients:
    """Make the clients of one region; `endpoints` are services that are reached elsewhere than at the region's own."""
    configuration = Config(
        connect_timeout=CONNECT_SECONDS,
        read_timeout=ANSWER_SECONDS,
        max_pool_connections=CONNECTIONS,
        retries={"mode": "standard", "total_max_attempts": 4},
    )
    secure: dict[str, Any] = {"config": configuration}
    insecure: dict[str, Any] = {"config": configuration, "use_ssl": False}
    session = boto3.Session(region_name=region)
    if sandbox is not None:
        session = boto3.Session(
            region_name=region,
            aws_access_key_id=sandbox.access_key_id,
            aws_secret_access_key=sandbox.secret_access_key,
        )
        # A bucket has no host name of its own on an IP address.
        configuration = configuration.merge(Config(s3={"addressing_style": "path"}))
        secure = {"config": configuration, "endpoint_url": sandbox.endpoint, "verify": str(sandbox.ca_file)}
        insecure = {"config": configuration, "endpoint_url": sandbox.insecure_endpoint}
    by_account = dict(secure)
    if sandbox is not None:
        # S3 Control is called by the account's own host name, which only the proxy knows.
        by_account["config"] = configuration.merge(Config(proxies={"https": sandbox.proxy}))
    elsewhere = endpoints or {}

    def options(service: Service) -> dict[str, Any]:
        return {**secure, "endpoint_url": elsewhere[service]} if service in elsewhere else secure

    return Clients(
        session=session,
        sandbox=sandbox,
        autoscaling=session.client("application-autoscaling", **options("appautoscaling")),
        backup=session.client("backup", **options("backup")),
        budgets=session.client("budgets", **options("budgets")),
        ce=session.client("ce", **options("ce")),
        cloudtrail=session.client("cloudtrail", **options("cloudtrail")),
        cloudwatch=session.client("cloudwatch", **options("cloudwatch")),
        dynamodb=session.client("dynamodb", **options("dynamodb")),
        ec2=session.client("ec2", **options("ec2")),
        elasticache=session.client("elasticache", **options("elasticache")),
        iam=session.client("iam", **options("iam")),
        kms=session.client("kms", **options("kms")),
        logs=session.client("logs", **options("logs")),
        s3=session.client("s3", **options("s3")),
        s3_control=session.client("s3control", **(by_account if sandbox else options("s3_control"))),
        s3_without_tls=session.client("s3", **insecure),
        sns=session.client("sns", **options("sns")),
        ssm=session.client("ssm", **options("ssm")),
        disaster_recovery=disaster_recovery,
    )
