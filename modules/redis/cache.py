"""One replication group."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from cdktf import Fn, TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.cloudwatch_log_group import CloudwatchLogGroup
from cdktf_cdktf_provider_aws.elasticache_parameter_group import (
    ElasticacheParameterGroup,
    ElasticacheParameterGroupParameter,
)
from cdktf_cdktf_provider_aws.elasticache_replication_group import (
    ElasticacheReplicationGroup,
    ElasticacheReplicationGroupLogDeliveryConfiguration,
)
from cdktf_cdktf_provider_aws.elasticache_subnet_group import ElasticacheSubnetGroup
from constructs import Construct

from environments.replication_groups import ReplicationGroup
from environments.schema import Environment, RedisSettings
from modules.checkov import suppress
from modules.redis.access import Access
from modules.redis.global_datastore import COMMON_ATTRIBUTES, GlobalDatastore
from modules.redis.scaling import CacheScaling, scaled_attributes
from tierstore.declaration.policies import KeySpaceUse

_CONTENTS: Final = {
    KeySpaceUse.CACHE: "caches",
    KeySpaceUse.SESSION: "sessions",
    KeySpaceUse.REAL_TIME: "real-time data",
}


_ENCRYPTION: Final = ("CKV_AWS_29", "CKV_AWS_30", "CKV_AWS_31")


@dataclass(frozen=True, kw_only=True)
class Place:
    """What the replication groups of an environment live in and are encrypted with."""

    subnet_ids: Sequence[str]
    security_group_id: str
    key_arn: str
    logs_key_arn: str


class Cache(Construct):
    """A cluster in private subnets that speaks TLS only, fails over by itself and is encrypted on disk.

    With `follows`, the id of a global datastore, it is a secondary of that, and has what its primary has.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        environment: Environment,
        group: ReplicationGroup,
        place: Place,
        user_ids: Sequence[str],
        follows: str | None,
    ) -> None:
        super().__init__(scope, id_)
        common, settings, name = group.common, group.settings, group.id
        ignored = scaled_attributes(settings.autoscaling)
        if common.replica or follows:
            ignored += COMMON_ATTRIBUTES
        if settings.restore_from is None:
            # What a group began with is over once it is there: taking the setting away must not replace the group.
            ignored += ["snapshot_name"]
        access = Access(self, "access", group_id=name, user_ids=user_ids)
        subnets = ElasticacheSubnetGroup(
            self, "subnets", name=name, description=f"Private subnets of {name}", subnet_ids=list(place.subnet_ids)
        )
        created = ElasticacheReplicationGroup(
            self,
            "group",
            replication_group_id=name,
            description=f"{_contents(group)} of {environment.replication_group_id}",
            port=common.port,
            replicas_per_node_group=settings.replicas_per_shard,
            automatic_failover_enabled=True,
            multi_az_enabled=settings.multi_az,
            subnet_group_name=subnets.name,
            security_group_ids=[place.security_group_id],
            user_group_ids=[access.group_id],
            kms_key_id=place.key_arn,
            auto_minor_version_upgrade="true",
            maintenance_window=settings.maintenance_window,
            snapshot_window=settings.snapshot_window,
            snapshot_retention_limit=settings.snapshot_retention_days,
            final_snapshot_identifier=_final_snapshot(name, place.key_arn) if settings.final_snapshot else None,
            log_delivery_configuration=[
                self._log_delivery(log, environment=environment, group=group, key_arn=place.logs_key_arn)
                for log in ("slow-log", "engine-log")
            ],
            apply_immediately=settings.apply_immediately,
            lifecycle=TerraformResourceLifecycle(ignore_changes=ignored) if ignored else None,
            tags={"Name": name},
            **({"global_replication_group_id": follows} if follows else self._own(common, group)),
        )
        if follows:
            suppress(created, dict.fromkeys(_ENCRYPTION, "It is encrypted as its primary is, and cannot be told so."))
        CacheScaling(self, "scaling", group=created, settings=settings.autoscaling)
        self.global_datastore_id: str | None = (
            GlobalDatastore(self, "global-datastore", name=name, primary=created, common=common, settings=settings).id
            if common.replica
            else None
        )
        """By which its replica in another region follows it; None where it has none."""
        self.replication_group_id = name
        self.endpoint: str = created.configuration_endpoint_address
        """Host name of the configuration endpoint."""

    def _own(self, common: RedisSettings, group: ReplicationGroup) -> dict[str, Any]:
        """What a secondary has from its primary, and cannot be given."""
        settings, name = group.settings, group.id
        parameters = ElasticacheParameterGroup(
            self,
            "parameters",
            # Nodes of another family need another group before they let go of this one.
            name=f"{name}-{common.parameter_group_family}",
            lifecycle=TerraformResourceLifecycle(create_before_destroy=True),
            family=common.parameter_group_family,
            description=f"Parameters of {name}",
            parameter=[
                ElasticacheParameterGroupParameter(name="cluster-enabled", value="yes"),
                ElasticacheParameterGroupParameter(name="maxmemory-policy", value=settings.maxmemory_policy),
            ],
        )
        return {
            "engine": common.engine,
            "engine_version": common.version,
            "node_type": settings.node_type,
            "cluster_mode": settings.cluster_mode,
            "num_node_groups": settings.shards,
            "parameter_group_name": parameters.name,
            "transit_encryption_enabled": True,
            "transit_encryption_mode": "required",
            "at_rest_encryption_enabled": "true",
            "snapshot_name": settings.restore_from,
        }

    def _log_delivery(
        self, log: str, *, environment: Environment, group: ReplicationGroup, key_arn: str
    ) -> ElasticacheReplicationGroupLogDeliveryConfiguration:
        log_group = CloudwatchLogGroup(
            self,
            log,
            name=environment.log_group_name(group.log(log)),
            retention_in_days=environment.logs.retention_days,
            kms_key_id=key_arn,
        )
        return ElasticacheReplicationGroupLogDeliveryConfiguration(
            destination=log_group.name, destination_type="cloudwatch-logs", log_format="json", log_type=log
        )


def _contents(group: ReplicationGroup) -> str:
    """What lives in it, for people: Sessions; Caches and real-time data."""
    *others, last = [_CONTENTS[use] for use in group.uses]
    return f"{', '.join(others)} and {last}".capitalize() if others else last.capitalize()


def _final_snapshot(name: str, key_arn: str) -> str:
    """`<name>-final-<start of the key's id>`: another one when the environment was destroyed and deployed again."""
    key_id = Fn.element(Fn.split("/", key_arn), 1)
    return f"{name}-final-{Fn.substr(key_id, 0, 8)}"
