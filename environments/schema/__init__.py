"""The settings of an environment: every value that differs between local, dev, staging and prod."""

from environments.schema.access import AccessSettings, GitHubSettings, Trust
from environments.schema.backup import BackupRule, BackupSettings, ComplianceLock, GovernanceLock, NoLock
from environments.schema.buckets import BucketSettings
from environments.schema.cost import BucketUsage, CostSettings, RedisUsage, TableUsage
from environments.schema.encryption import EncryptionSettings
from environments.schema.endpoints import Service
from environments.schema.environment import Environment
from environments.schema.failover import FailoverLimits
from environments.schema.monitoring import AlarmSettings, AlarmThresholds, LogSettings
from environments.schema.network import CreatedNetwork, ExistingNetwork
from environments.schema.plan import AllowedChange, PlanSettings
from environments.schema.redis import RedisSettings
from environments.schema.tables import OnDemand, Provisioned, TableSettings

__all__ = [
    "AccessSettings",
    "AlarmSettings",
    "AlarmThresholds",
    "AllowedChange",
    "BackupRule",
    "BackupSettings",
    "BucketSettings",
    "BucketUsage",
    "ComplianceLock",
    "CostSettings",
    "CreatedNetwork",
    "EncryptionSettings",
    "Environment",
    "ExistingNetwork",
    "FailoverLimits",
    "GitHubSettings",
    "GovernanceLock",
    "LogSettings",
    "NoLock",
    "OnDemand",
    "PlanSettings",
    "Provisioned",
    "RedisSettings",
    "RedisUsage",
    "Service",
    "TableSettings",
    "TableUsage",
    "Trust",
]
