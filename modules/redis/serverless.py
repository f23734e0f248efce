"""A serverless cache."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from cdktf import TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.elasticache_serverless_cache import (
    ElasticacheServerlessCache,
    ElasticacheServerlessCacheCacheUsageLimits,
    ElasticacheServerlessCacheCacheUsageLimitsDataStorage,
    ElasticacheServerlessCacheCacheUsageLimitsEcpuPerSecond,
)
from constructs import Construct

from environments.schema import DataStorageLimits, Environment, ProcessingLimits, ServerlessRedisSettings
from modules.redis.access import Access
from modules.redis.cache import Place

UNIT: Final = "GB"


class ServerlessCache(Construct):
    """A cache without nodes, in private subnets, encrypted on disk; ElastiCache gives none without TLS."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        environment: Environment,
        settings: ServerlessRedisSettings,
        place: Place,
        user_ids: Sequence[str],
    ) -> None:
        super().__init__(scope, id_)
        name = environment.serverless_cache_name
        access = Access(self, "access", group_id=name, user_ids=user_ids)
        cache = ElasticacheServerlessCache(
            self,
            "cache",
            name=name,
            description=f"Caches, sessions and real-time data of {name}",
            engine=settings.engine,
            major_engine_version=settings.version,
            cache_usage_limits=[
                ElasticacheServerlessCacheCacheUsageLimits(
                    data_storage=_data_storage(settings.data_storage_gb),
                    ecpu_per_second=_ecpu_per_second(settings.ecpu_per_second),
                )
            ],
            subnet_ids=list(place.subnet_ids),
            security_group_ids=[place.security_group_id],
            user_group_id=access.group_id,
            kms_key_id=place.key_arn,
            daily_snapshot_time=settings.daily_snapshot_time,
            snapshot_retention_limit=settings.snapshot_retention_days,
            snapshot_arns_to_restore=list(settings.restore_from) or None,
            lifecycle=TerraformResourceLifecycle(
                prevent_destroy=settings.deletion_protection,
                # What a cache began with is over once it is there: taking the setting away must not replace it.
                ignore_changes=None if settings.restore_from else ["snapshot_arns_to_restore"],
            ),
            tags={"Name": name},
        )
        self.replication_group_id = name
        self.endpoint: str = cache.endpoint.get(0).address
        """Host name of the one endpoint."""


def _data_storage(limits: DataStorageLimits) -> list[ElasticacheServerlessCacheCacheUsageLimitsDataStorage]:
    if limits.minimum is None and limits.maximum is None:
        return []
    return [
        ElasticacheServerlessCacheCacheUsageLimitsDataStorage(minimum=limits.minimum, maximum=limits.maximum, unit=UNIT)
    ]


def _ecpu_per_second(limits: ProcessingLimits) -> list[ElasticacheServerlessCacheCacheUsageLimitsEcpuPerSecond]:
    if limits.minimum is None and limits.maximum is None:
        return []
    return [ElasticacheServerlessCacheCacheUsageLimitsEcpuPerSecond(minimum=limits.minimum, maximum=limits.maximum)]
