"""How everything is set up, for those who look after it: no item, no object, no line of a log."""

from __future__ import annotations

from typing import Final

from environments import arns
from environments.schema import Environment
from modules.access.statements import allow, render_connection_document
from modules.policy import Statement

_TABLE_SETTINGS: Final = (
    "dynamodb:DescribeContinuousBackups",
    "dynamodb:DescribeContributorInsights",
    "dynamodb:DescribeKinesisStreamingDestination",
    "dynamodb:DescribeTable",
    "dynamodb:DescribeTimeToLive",
    "dynamodb:GetResourcePolicy",
    "dynamodb:ListTagsOfResource",
)
_BUCKET_SETTINGS: Final = (
    "s3:GetAnalyticsConfiguration",
    "s3:GetBucketCORS",
    "s3:GetBucketLocation",
    "s3:GetBucketLogging",
    "s3:GetBucketNotification",
    "s3:GetBucketObjectLockConfiguration",
    "s3:GetBucketOwnershipControls",
    "s3:GetBucketPolicy",
    "s3:GetBucketPolicyStatus",
    "s3:GetBucketPublicAccessBlock",
    "s3:GetBucketTagging",
    "s3:GetBucketVersioning",
    "s3:GetEncryptionConfiguration",
    "s3:GetIntelligentTieringConfiguration",
    "s3:GetInventoryConfiguration",
    "s3:GetLifecycleConfiguration",
    "s3:GetMetricsConfiguration",
    "s3:GetReplicationConfiguration",
)
_CACHE_SETTINGS: Final = (
    "elasticache:DescribeCacheClusters",
    "elasticache:DescribeCacheParameterGroups",
    "elasticache:DescribeCacheParameters",
    "elasticache:DescribeCacheSubnetGroups",
    "elasticache:DescribeGlobalReplicationGroups",
    "elasticache:DescribeReplicationGroups",
    "elasticache:DescribeServerlessCacheSnapshots",
    "elasticache:DescribeServerlessCaches",
    "elasticache:DescribeSnapshots",
    "elasticache:DescribeUserGroups",
    "elasticache:DescribeUsers",
    "elasticache:ListTagsForResource",
)
_UNSCOPED: Final = (
    "application-autoscaling:DescribeScalableTargets",
    "application-autoscaling:DescribeScalingPolicies",
    "backup:DescribeRegionSettings",
    "backup:ListBackupJobs",
    "backup:ListBackupPlans",
    "backup:ListBackupVaults",
    "backup:ListCopyJobs",
    "backup:ListProtectedResources",
    "backup:ListReportPlans",
    "backup:ListRestoreJobs",
    "backup:ListRestoreTestingPlans",
    "cloudtrail:DescribeTrails",
    "cloudwatch:DescribeAlarmsForMetric",
    "cloudwatch:GetMetricData",
    "cloudwatch:GetMetricStatistics",
    "cloudwatch:ListDashboards",
    "cloudwatch:ListMetrics",
    "dynamodb:ListTables",
    "ec2:DescribeFlowLogs",
    "ec2:DescribeRouteTables",
    "ec2:DescribeSecurityGroupRules",
    "ec2:DescribeSecurityGroups",
    "ec2:DescribeSubnets",
    "ec2:DescribeVpcEndpoints",
    "ec2:DescribeVpcs",
    "elasticache:DescribeEvents",
    "kms:ListAliases",
    "logs:DescribeLogGroups",
    "s3:GetAccessPoint",
    "s3:GetAccountPublicAccessBlock",
)
"""Descriptions that IAM can't limit to resources, or that list what is there; none shows data."""
_KEY_SETTINGS: Final = ("kms:DescribeKey", "kms:GetKeyPolicy", "kms:GetKeyRotationStatus", "kms:ListResourceTags")
_BACKUP_SETTINGS: Final = (
    "backup:DescribeBackupVault",
    "backup:DescribeFramework",
    "backup:DescribeReportPlan",
    "backup:GetBackupPlan",
    "backup:GetBackupSelection",
    "backup:GetBackupVaultAccessPolicy",
    "backup:GetBackupVaultNotifications",
    "backup:GetRestoreTestingPlan",
    "backup:GetRestoreTestingSelection",
    "backup:ListBackupSelections",
    "backup:ListRestoreTestingSelections",
    "backup:ListTags",
)


def render_settings(environment: Environment) -> list[Statement]:
    """Descriptions of all that belongs to the environment, in each of its regions."""

    def arn(service: str, resource: str, region: str = "*") -> str:
        return f"arn:{environment.partition}:{service}:{region}:{environment.account}:{resource}"

    name = environment.physical_name("*")
    return [
        allow("TableSettings", _TABLE_SETTINGS, [arn("dynamodb", f"table/{name}")]),
        allow("BucketSettings", _BUCKET_SETTINGS, [f"arn:{environment.partition}:s3:::{name}"]),
        allow("WaySettings", ("s3:GetAccessPointPolicy",), [arn("s3", f"accesspoint/{name}")]),
        allow("KeySettings", _KEY_SETTINGS, [arn("kms", "key/*")]),
        allow("CacheSettings", _CACHE_SETTINGS, [arn("elasticache", "*")]),
        allow("BackupSettings", _BACKUP_SETTINGS, [arn("backup", "*")]),
        allow(
            "AlarmSettings",
            ("cloudwatch:DescribeAlarms", "cloudwatch:GetDashboard"),
            # Alarms are described all at once.
            [arn("cloudwatch", "alarm:*"), arn("cloudwatch", f"dashboard/{name}", region="")],
        ),
        allow(
            "TrailSettings",
            ("cloudtrail:GetEventSelectors", "cloudtrail:GetTrailStatus", "cloudtrail:ListTags"),
            [arn("cloudtrail", f"trail/{name}")],
        ),
        allow(
            "TopicSettings",
            ("sns:GetTopicAttributes", "sns:ListSubscriptionsByTopic", "sns:ListTagsForResource"),
            [arn("sns", name)],
        ),
        allow("BudgetSettings", ("budgets:ViewBudget",), [arn("budgets", "budget/*", region="")]),
        allow(
            "AnomalySettings",
            ("ce:GetAnomalyMonitors", "ce:GetAnomalySubscriptions"),
            [arn("ce", f"anomaly{kind}/*", region="") for kind in ("monitor", "subscription")],
        ),
        allow("LogSettings", ("logs:ListTagsForResource",), [arns.log_groups_arn(environment)]),
        allow("ParameterSettings", ("ssm:ListTagsForResource",), [arns.parameter_arn(environment)]),
        allow("Overviews", _UNSCOPED, ["*"]),
        render_connection_document(environment),
    ]
