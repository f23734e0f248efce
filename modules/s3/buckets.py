"""The declared buckets as S3 buckets, and their copies in the disaster-recovery region."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from constructs import Construct

from environments import arns
from environments.audit import FOLDER as TRAIL_FOLDER
from environments.backup_audit import FOLDER as REPORT_FOLDER
from environments.backup_audit import reports
from environments.schema import BucketSettings, Environment, ForeignBucket, ReplicationSettings
from modules.encryption import ReplicaKey
from modules.policy import Statement, service_host, snapshot_service
from modules.s3.bucket import Bucket
from modules.s3.policies import (
    bucket_arn,
    render_backup_reports,
    render_customer_keys,
    render_encryption,
    render_log_delivery,
    render_redis_exports,
    render_replication_by,
    render_report_delivery,
    render_secure_transport,
    render_trail_delivery,
)
from modules.s3.replication import Replication
from modules.s3.replication_role import Side
from modules.s3.reports import deliver_access_logs, deliver_reports, report_prefixes
from tierstore.declaration.buckets import Bucket as DeclaredBucket

OF_A_LOG_BUCKET: Final = {"CKV_AWS_145": "S3 delivers access logs only to a bucket that its own key encrypts."}
OF_A_COPY: Final = {"CKV_AWS_144": "It is the copy in another region, of which nobody needs a copy."}
"""What Checkov would have of every bucket and these do without."""


class Buckets(Construct):
    """One bucket for each declared one, and the access logs of all in the one that receives them.

    `replica_key` encrypts the copies in the disaster-recovery region; None where the environment has no such region,
    and so no copies.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        environment: Environment,
        declared: Sequence[DeclaredBucket],
        key_arn: str,
        replica_key: ReplicaKey | None,
        boundary_arn: str,
    ) -> None:
        super().__init__(scope, id_)
        self._environment = environment
        self._declared = declared
        self._boundary_arn = boundary_arn
        self.by_name: dict[str, Bucket] = {bucket.name: self._bucket(bucket, key_arn) for bucket in declared}
        """By declared name."""
        logs = next(bucket.name for bucket in declared if bucket.receives_access_logs)
        self.logs: Bucket = self.by_name[logs]
        """Where records of access and reports go."""
        self.replicas: dict[str, Bucket] = {}
        """Their copies in the disaster-recovery region that are our own, by declared name."""
        if replica_key:
            self.replicas = {
                bucket.name: self._replica(bucket, replica_key) for bucket in declared if self._is_copied(bucket)
            }
        for of_a_region in (self.by_name, self.replicas):
            for name, bucket in of_a_region.items():
                if name != logs and logs in of_a_region:
                    deliver_access_logs(bucket, to=of_a_region[logs], prefix=f"{name}/")
        for name, bucket in self.by_name.items():
            settings = environment.bucket(name)
            deliver_reports(bucket, settings, to=self.logs, account=environment.account)
            if replica_key and settings.replication:
                self._replicate(name, settings.replication, replica_key)

    def _bucket(self, declared: DeclaredBucket, key_arn: str) -> Bucket:
        environment = self._environment
        name, settings = environment.bucket_name(declared.name), environment.bucket(declared.name)
        arn = bucket_arn(environment, name)
        if declared.receives_access_logs:
            key, statements = None, self._deliveries(arn)
        elif settings.redis_exports:
            exporter = snapshot_service(environment)
            exports = render_redis_exports(arn, by=exporter, account=environment.account)
            key, statements = key_arn, [*render_encryption(arn, key_arn, but=exporter), *exports]
        else:
            key, statements = key_arn, render_encryption(arn, key_arn)
        return Bucket(
            self,
            declared.name,
            name=name,
            settings=settings,
            key_arn=key,
            statements=[*render_secure_transport(arn), render_customer_keys(arn), *statements],
            suppressions=OF_A_LOG_BUCKET if declared.receives_access_logs else None,
        )

    def _replica(self, declared: DeclaredBucket, replica_key: ReplicaKey) -> Bucket:
        environment = self._environment
        name = environment.replica_name(declared.name)
        arn = bucket_arn(environment, name)
        if declared.receives_access_logs:
            key, statements = None, self._deliveries_of_replicas(arn)
        else:
            key, statements = replica_key.arn, render_encryption(arn, replica_key.arn)
        replication = render_replication_by(arn, role=environment.replication_role_arn(declared.name))
        return Bucket(
            self,
            f"{declared.name}-replica",
            name=name,
            settings=_of_a_replica(environment.bucket(declared.name)),
            key_arn=key,
            statements=[*render_secure_transport(arn), render_customer_keys(arn), *statements, replication],
            suppressions=OF_A_COPY | (OF_A_LOG_BUCKET if declared.receives_access_logs else {}),
            provider=replica_key.region.provider,
        )

    def _replicate(self, name: str, settings: ReplicationSettings, replica_key: ReplicaKey) -> None:
        environment, bucket = self._environment, self.by_name[name]
        replica = self.replicas.get(name)
        if settings.destination:
            destination = _foreign_side(settings.destination, environment)
        else:
            destination = Side(
                arn=bucket_arn(environment, environment.replica_name(name)),
                key_arn=replica.key_arn if replica else None,
                s3_host=service_host("s3", environment, region=replica_key.region.name),
            )
        Replication(
            self,
            f"{name}-replication",
            role_name=environment.replication_role_name(name),
            bucket=bucket,
            settings=settings,
            source=Side(
                arn=bucket_arn(environment, environment.bucket_name(name)),
                key_arn=bucket.key_arn,
                s3_host=service_host("s3", environment),
            ),
            destination=destination,
            boundary_arn=self._boundary_arn,
            account=settings.destination.account if settings.destination else None,
            with_locks=environment.bucket(name).object_lock is not None,
            ready=replica.protected if replica else None,
        )

    def _is_copied(self, declared: DeclaredBucket) -> bool:
        """Whether the bucket has a copy of our own where there is a disaster-recovery region."""
        replication = self._environment.bucket(declared.name).replication
        return replication is not None and replication.destination is None

    def _deliveries(self, arn: str) -> list[Statement]:
        environment = self._environment
        names = [bucket.name for bucket in self._declared]
        sources = [bucket_arn(environment, environment.bucket_name(name)) for name in names]
        logged = [source for source in sources if source != arn]
        statements = [render_log_delivery(arn, account=environment.account, sources=logged)]
        prefixes = report_prefixes([environment.bucket(name) for name in names])
        if prefixes:
            statements.append(
                render_report_delivery(arn, account=environment.account, sources=sources, prefixes=prefixes)
            )
        if environment.audit.enabled:
            trail = arns.trail_arn(environment)
            statements += render_trail_delivery(arn, trail=trail, account=environment.account, folder=TRAIL_FOLDER)
        if reports(environment):
            role = arns.backup_reports_role_arn(environment)
            statements.append(render_backup_reports(arn, role=role, folder=REPORT_FOLDER))
        return statements

    def _deliveries_of_replicas(self, arn: str) -> list[Statement]:
        environment = self._environment
        sources = [
            bucket_arn(environment, environment.replica_name(bucket.name))
            for bucket in self._declared
            if self._is_copied(bucket) and not bucket.receives_access_logs
        ]
        return [render_log_delivery(arn, account=environment.account, sources=sources)] if sources else []


def _of_a_replica(settings: BucketSettings) -> BucketSettings:
    """A copy ages and is locked as what it copies; nobody uses it, so that it needs no more than that."""
    return settings.model_copy(
        update={"cors_origins": (), "request_metrics": False, "inventory": None, "storage_class_analysis": False}
    )


def _foreign_side(bucket: ForeignBucket, environment: Environment) -> Side:
    region = bucket.kms_key_arn.split(":")[3]
    return Side(
        arn=bucket_arn(environment, bucket.bucket),
        key_arn=bucket.kms_key_arn,
        s3_host=service_host("s3", environment, region=region),
    )
