"""The ARNs of an environment's resources, known before they exist."""

from __future__ import annotations

from environments.redis_users import user_name
from environments.replication_groups import replication_groups
from environments.schema import Environment
from environments.standby import with_standby


def table_arn(environment: Environment, table: str, index: str = "", *, region: str | None = None) -> str:
    """Of a declared table, or of one of its indexes; `*` stands for all.

    `region` is the environment's own where it is None.
    """
    arn = _arn(environment, "dynamodb", f"table/{environment.physical_name(table)}", region=region)
    return f"{arn}/index/{index}" if index else arn


def bucket_arn(environment: Environment, bucket: str) -> str:
    """Of a declared bucket."""
    return f"arn:{environment.partition}:s3:::{environment.bucket_name(bucket)}"


def replica_arn(environment: Environment, bucket: str) -> str:
    """Of the copy of a declared bucket in the disaster-recovery region."""
    return f"arn:{environment.partition}:s3:::{environment.replica_name(bucket)}"


def access_point_arn(environment: Environment, persona: str, bucket: str) -> str:
    """Of a persona's access point of a declared bucket."""
    return _arn(environment, "s3", f"accesspoint/{environment.access_point_name(persona, bucket)}")


def cache_arns(environment: Environment) -> list[str]:
    """Of every replication group, or of the serverless cache."""
    if environment.redis.kind == "serverless":
        return [_arn(environment, "elasticache", f"serverlesscache:{environment.serverless_cache_name}")]
    groups = replication_groups(environment)
    return [_arn(environment, "elasticache", f"replicationgroup:{group.id}") for group in groups]


def global_datastore_arns(environment: Environment) -> list[str]:
    """Of the global datastore of every replication group; the region of the first puts letters before its name."""
    place = f"arn:{environment.partition}:elasticache::{environment.account}:globalreplicationgroup"
    return [f"{place}:*-{group.id}" for group in replication_groups(environment)]


def cache_user_arn(environment: Environment, persona: str) -> str:
    """Of the user of Redis as whom a persona logs in."""
    return _arn(environment, "elasticache", f"user:{user_name(environment, persona)}")


def trail_arn(environment: Environment) -> str:
    """Of the trail of requests for items and objects."""
    return _arn(environment, "cloudtrail", f"trail/{environment.trail_name}")


def parameter_arn(environment: Environment) -> str:
    """Of the connection document."""
    return _arn(environment, "ssm", f"parameter{environment.connection_parameter}")


def parameter_arns(environment: Environment) -> list[str]:
    """Of the connection documents of each region, which have the same name."""
    regions = [each.region for each in with_standby(environment)]
    return [parameter_arn(environment.model_copy(update={"region": region})) for region in regions]


def log_groups_arn(environment: Environment) -> str:
    """Of every log group, and what is in it."""
    return _arn(environment, "logs", f"log-group:{environment.log_group_name('*')}")


def role_arn(environment: Environment, persona: str) -> str:
    """Of a persona's role."""
    return f"arn:{environment.partition}:iam::{environment.account}:role/{environment.role_name(persona)}"


def boundary_arn(environment: Environment, group: str) -> str:
    """Of the policy that bounds the roles of a group."""
    return f"arn:{environment.partition}:iam::{environment.account}:policy/{environment.boundary_name(group)}"


def every_key_arn(environment: Environment) -> str:
    """Of every KMS key of the account: the name of a key says nothing of whose it is."""
    return f"arn:{environment.partition}:kms:*:{environment.account}:key/*"


def backup_reports_role_arn(environment: Environment) -> str:
    """Of the service-linked role by which AWS Backup delivers reports; the first report plan of an account makes it."""
    place = f"arn:{environment.partition}:iam::{environment.account}:role/aws-service-role"
    return f"{place}/reports.backup.amazonaws.com/AWSServiceRoleForBackupReports"


def account_arn(environment: Environment) -> str:
    """Of the account, as policies name it: whoever its own policies let."""
    return f"arn:{environment.partition}:iam::{environment.account}:root"


def _arn(environment: Environment, service: str, resource: str, *, region: str | None = None) -> str:
    return f"arn:{environment.partition}:{service}:{region or environment.region}:{environment.account}:{resource}"
