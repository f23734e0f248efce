"""The personas of those who run an environment: their rights are about control planes, not about access patterns."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from environments import arns
from environments.declared import OPERATIONS
from environments.schema import Environment
from environments.standby import with_standby
from modules.access.settings import render_settings
from modules.access.statements import (
    DataKeys,
    allow,
    render_items_key,
    render_login,
    render_objects_key,
)
from modules.policy import Statement, service_host
from tierstore.declaration.model import DataModel

_PROBES_OF_OBJECTS: Final = ("s3:DeleteObject", "s3:DeleteObjectVersion", "s3:GetObject")


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a persona works."""

    environment: Environment
    model: DataModel
    keys: DataKeys

    @property
    def tables(self) -> list[str]:
        """ARNs of the tables."""
        return [arns.table_arn(self.environment, table.name) for table in self.model.tables]

    @property
    def tables_and_indexes(self) -> list[str]:
        """ARNs of the tables and of all their indexes."""
        return [*self.tables, *(f"{table}/index/*" for table in self.tables)]

    @property
    def data_buckets(self) -> list[str]:
        """Declared names of the buckets but the one with access logs."""
        return [bucket.name for bucket in self.model.buckets if not bucket.receives_access_logs]

    @property
    def roles(self) -> list[str]:
        """ARN pattern of the environment's roles."""
        return [arns.role_arn(self.environment, "*")]


def _operator(place: Place) -> list[Statement]:
    environment, data_buckets = place.environment, place.data_buckets
    objects = [f"{arns.bucket_arn(environment, bucket)}/*" for bucket in data_buckets]
    lists = [arns.bucket_arn(environment, bucket) for bucket in data_buckets]
    reads = ("dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:Query", "dynamodb:Scan")
    return [
        *render_settings(place.environment),
        allow("Items", reads, place.tables_and_indexes),
        allow("Objects", ("s3:GetObject", "s3:GetObjectVersion", "s3:RestoreObject"), objects),
        allow("ObjectLists", ("s3:ListBucket", "s3:ListBucketVersions"), lists),
        render_items_key(environment, place.keys.dynamodb, [table.name for table in place.model.tables]),
        render_objects_key(environment, place.keys.s3, data_buckets, encrypts=False),
        render_login(environment, "operator"),
        *_failover(environment),
        *_failover_between_regions(environment),
        allow("Logs", ("logs:FilterLogEvents", "logs:GetLogEvents", "logs:StartQuery"), _logs(environment)),
        allow("Alarms", ("cloudwatch:DisableAlarmActions", "cloudwatch:EnableAlarmActions"), [_alarms(environment)]),
    ]


def _auditor(place: Place) -> list[Statement]:
    reads = (
        "iam:GetRole",
        "iam:GetRolePolicy",
        "iam:ListAttachedRolePolicies",
        "iam:ListRolePolicies",
        "iam:ListRoleTags",
        "iam:SimulatePrincipalPolicy",
    )
    return [
        *render_settings(place.environment),
        allow("Roles", reads, place.roles),
        allow("Trail", ("cloudtrail:LookupEvents",), ["*"]),
    ]


def _backup(place: Place) -> list[Statement]:
    environment = place.environment
    tables = [arns.table_arn(environment, "*")]
    backups = arns.bucket_arn(environment, "backups")
    return [
        *render_settings(place.environment),
        allow("TakeTableBackups", ("dynamodb:CreateBackup", "dynamodb:ExportTableToPointInTime"), place.tables),
        allow(
            "TableBackups",
            ("dynamodb:DescribeBackup", "dynamodb:DescribeExport"),
            [f"{table}/{kind}/*" for table in place.tables for kind in ("backup", "export")],
        ),
        # A restore writes a new table beside the old one; none of these deletes.
        allow(
            "RestoreTables",
            ("dynamodb:RestoreTableFromBackup", "dynamodb:RestoreTableToPointInTime"),
            [*tables, f"{tables[0]}/backup/*"],
        ),
        _snapshots(environment),
        allow("Exports", ("s3:AbortMultipartUpload", "s3:GetObject", "s3:PutObject"), [f"{backups}/*"]),
        allow("ExportLists", ("s3:ListBucket",), [backups]),
        render_items_key(environment, place.keys.dynamodb, [table.name for table in place.model.tables]),
        render_objects_key(environment, place.keys.s3, ["backups"], encrypts=True),
    ]


def _validator(place: Place) -> list[Statement]:
    environment, data_buckets = place.environment, place.data_buckets
    buckets = [arns.bucket_arn(environment, bucket.name) for bucket in place.model.buckets]
    probes = ("dynamodb:DeleteItem", "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query")
    objects = [f"{arns.bucket_arn(environment, bucket)}/*" for bucket in data_buckets]
    return [
        *render_settings(place.environment),
        allow("ProbeItems", probes, place.tables_and_indexes),
        allow("ProbeObjects", (*_PROBES_OF_OBJECTS, "s3:PutObject", "s3:PutObjectRetention"), objects),
        allow("Lists", ("s3:ListBucket", "s3:ListBucketVersions"), buckets),
        *_probe_copies(place),
        render_items_key(environment, place.keys.dynamodb, [table.name for table in place.model.tables]),
        render_objects_key(environment, place.keys.s3, data_buckets, encrypts=True),
        render_login(environment, "validator"),
        *_failover(environment),
        allow("Roles", ("iam:GetRole", "iam:SimulatePrincipalPolicy"), place.roles),
    ]


def _probe_copies(place: Place) -> list[Statement]:
    """Read what arrived in the disaster-recovery region, and remove it again."""
    environment, key, region = place.environment, place.keys.s3_replica, place.environment.disaster_recovery_region
    if key is None or region is None:
        return []
    copies = [f"arn:{environment.partition}:s3:::{environment.replica_name(each.name)}" for each in place.model.buckets]
    return [
        allow("ProbeCopies", _PROBES_OF_OBJECTS, [f"{copy}/*" for copy in copies]),
        allow("ListsOfCopies", ("s3:ListBucket", "s3:ListBucketVersions"), copies),
        allow("KeyOfCopies", ("kms:Decrypt",), [key])
        | {"Condition": {"StringEquals": {"kms:ViaService": service_host("s3", environment, region=region)}}},
    ]


def _snapshots(environment: Environment) -> Statement:
    is_serverless = environment.redis.kind == "serverless"
    kind = "serverlesscachesnapshot" if is_serverless else "snapshot"
    actions = ("CreateServerlessCacheSnapshot", "ExportServerlessCacheSnapshot", "CopyServerlessCacheSnapshot")
    snapshots = f"arn:{environment.partition}:elasticache:{environment.region}:{environment.account}:{kind}:"
    return allow(
        "Snapshots",
        [f"elasticache:{action}" for action in (actions if is_serverless else ("CopySnapshot", "CreateSnapshot"))],
        [*arns.cache_arns(environment), f"{snapshots}{environment.prefix}-{environment.name}-*"],
    )


def _failover(environment: Environment) -> list[Statement]:
    """A serverless cache has no primary that could be failed over."""
    if environment.redis.kind == "serverless":
        return []
    return [allow("Failover", ("elasticache:TestFailover",), arns.cache_arns(environment))]


def _failover_between_regions(environment: Environment) -> Iterator[Statement]:
    """Promote the replica of Redis in the other region, and this one again."""
    places = list(with_standby(environment))
    if len(places) > 1:
        actions = ("elasticache:DisassociateGlobalReplicationGroup", "elasticache:FailoverGlobalReplicationGroup")
        members = [arn for place in places for arn in arns.cache_arns(place)]
        yield allow("FailoverBetweenRegions", actions, [*arns.global_datastore_arns(environment), *members])


def _logs(environment: Environment) -> Iterable[str]:
    groups = arns.log_groups_arn(environment)
    return (groups, f"{groups}:log-stream:*")


def _alarms(environment: Environment) -> str:
    name = environment.physical_name("*")
    return f"arn:{environment.partition}:cloudwatch:{environment.region}:{environment.account}:alarm:{name}"


_POLICIES: Final[Mapping[str, Callable[[Place], list[Statement]]]] = {
    "operator": _operator,
    "auditor": _auditor,
    "backup": _backup,
    "validator": _validator,
}


def render_operations(place: Place) -> dict[str, list[Statement]]:
    """The policy of each persona that runs the environment."""
    return {persona: _POLICIES[persona](place) for persona in OPERATIONS}
