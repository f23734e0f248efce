"""The settings of an environment: every value that differs between local, dev, staging and prod."""

from environments.schema.access import AccessSettings, GitHubSettings, Trust
from environments.schema.audit import AuditSettings
from environments.schema.backup import BackupRule, BackupSettings, ComplianceLock, GovernanceLock, NoLock
from environments.schema.buckets import BucketSettings
from environments.schema.budget import BudgetSettings, Freeze
from environments.schema.capacity import Scaled, ScheduledRange
from environments.schema.cost import (
    BucketUsage,
    CostSettings,
    RedisUsage,
    SeparateRedisUsage,
    ServerlessRedisUsage,
    TableUsage,
)
from environments.schema.encryption import EncryptionSettings
from environments.schema.endpoints import Service
from environments.schema.environment import Environment
from environments.schema.failover import FailoverLimits
from environments.schema.lifecycle import LifecycleRule
from environments.schema.monitoring import AlarmSettings, AlarmThresholds, LogSettings
from environments.schema.network import CreatedNetwork, ExistingNetwork
from environments.schema.object_lock import ObjectLock
from environments.schema.plan import AllowedChange, PlanSettings
from environments.schema.redis import (
    RedisScaling,
    RedisSettings,
    ReplicationGroupSettings,
    ScaledShards,
    SeparateGroups,
)
from environments.schema.redis_replica import RedisReplica
from environments.schema.replication import ForeignBucket, ReplicationSettings
from environments.schema.restore import RestoreLimits
from environments.schema.serverless_redis import (
    DataStorageLimits,
    ProcessingLimits,
    ServerlessRedisSettings,
)
from environments.schema.tables import (
    Autoscaled,
    Capacity,
    ChangeStream,
    ImportSource,
    OnDemand,
    Provisioned,
    Replica,
    RequestCaps,
    RestoreSource,
    ScaledCapacity,
    TableSettings,
)

__all__ = [
    "AccessSettings",
    "AlarmSettings",
    "AlarmThresholds",
    "AllowedChange",
    "AuditSettings",
    "Autoscaled",
    "BackupRule",
    "BackupSettings",
    "BucketSettings",
    "BucketUsage",
    "BudgetSettings",
    "Capacity",
    "ChangeStream",
    "ComplianceLock",
    "CostSettings",
    "CreatedNetwork",
    "DataStorageLimits",
    "EncryptionSettings",
    "Environment",
    "ExistingNetwork",
    "FailoverLimits",
    "ForeignBucket",
    "Freeze",
    "GitHubSettings",
    "GovernanceLock",
    "ImportSource",
    "LifecycleRule",
    "LogSettings",
    "NoLock",
    "ObjectLock",
    "OnDemand",
    "PlanSettings",
    "ProcessingLimits",
    "Provisioned",
    "RedisReplica",
    "RedisScaling",
    "RedisSettings",
    "RedisUsage",
    "Replica",
    "ReplicationGroupSettings",
    "ReplicationSettings",
    "RequestCaps",
    "RestoreLimits",
    "RestoreSource",
    "Scaled",
    "ScaledCapacity",
    "ScaledShards",
    "ScheduledRange",
    "SeparateGroups",
    "SeparateRedisUsage",
    "ServerlessRedisSettings",
    "ServerlessRedisUsage",
    "Service",
    "TableSettings",
    "TableUsage",
    "Trust",
]
