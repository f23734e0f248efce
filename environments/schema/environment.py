"""One environment, complete."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Discriminator, Field, Tag

from environments.regions import partition
from environments.schema.access import AccessSettings
from environments.schema.audit import AuditSettings
from environments.schema.backup import BackupSettings
from environments.schema.buckets import BucketSettings
from environments.schema.budget import BudgetSettings
from environments.schema.cost import CostSettings
from environments.schema.encryption import EncryptionSettings
from environments.schema.endpoints import EndpointUrl, Service
from environments.schema.failover import FailoverLimits
from environments.schema.monitoring import AlarmSettings, LogSettings
from environments.schema.network import CreatedNetwork, ExistingNetwork
from environments.schema.plan import PlanSettings
from environments.schema.redis import RedisSettings
from environments.schema.restore import RestoreLimits
from environments.schema.serverless_redis import ServerlessRedisSettings
from environments.schema.tables import TableSettings
from environments.schema.values import AccountId, Prefix, RegionName, TagValue
from environments.settings import Section


def _kind_of_redis(given: object) -> object:
    """Replication groups, which were there first, may go without saying."""
    return given.get("kind", "cluster") if isinstance(given, dict) else getattr(given, "kind", None)


Redis = Annotated[
    Annotated[RedisSettings, Tag("cluster")] | Annotated[ServerlessRedisSettings, Tag("serverless")],
    Discriminator(_kind_of_redis),
    Field(
        json_schema_extra={
            "discriminator": {
                "propertyName": "kind",
                "mapping": {
                    "cluster": "#/$defs/RedisSettings",
                    "serverless": "#/$defs/ServerlessRedisSettings",
                },
            }
        }
    ),
]


class Environment(Section):
    """One environment, complete."""

    name: str
    """The file's name; never written in the file."""
    description: Annotated[str, Field(min_length=1)]
    """What this environment is for, in one sentence."""
    target: Literal["aws", "sandbox"] = "aws"
    """Where it is deployed."""
    state: Literal["bucket", "file"] = "bucket"
    """Where Terraform keeps its state: in the environment's state bucket, or in a file beside the sandbox's data."""
    production: bool = False
    """Enforce the safety rules."""
    account: AccountId
    """The only AWS account that this environment may be deployed into."""
    owns_account: bool = True
    """Its bootstrap stack sets what an account has only once: the block of public access to every bucket in it."""
    region: RegionName
    """Where everything lives."""
    disaster_recovery_region: RegionName | None = None
    """Where backups and replicas go; another region than `region`."""
    former_disaster_recovery_region: RegionName | None = None
    """Where they went until now: a deployment takes them away there, and then this setting may go too."""
    prefix: Prefix = "tierstore"
    """Start of every physical name."""
    endpoints: dict[Service, EndpointUrl] = Field(default_factory=dict)
    """Services that are reached elsewhere than at the region's own endpoint, such as through an interface endpoint."""
    tags: dict[str, TagValue] = Field(default_factory=dict)
    """Tags of every resource."""
    network: Annotated[CreatedNetwork | ExistingNetwork, Field(discriminator="kind")] = CreatedNetwork()
    """A VPC of our own, or one that exists."""
    encryption: EncryptionSettings = EncryptionSettings()
    tables: dict[str, TableSettings] = Field(default_factory=dict)
    """By declared table; a table that is not named runs with the defaults."""
    buckets: dict[str, BucketSettings] = Field(default_factory=dict)
    """By declared bucket; a bucket that is not named runs with the defaults."""
    redis: Redis = RedisSettings()
    """Replication groups, or a serverless cache."""
    backup: BackupSettings = BackupSettings()
    audit: AuditSettings = AuditSettings()
    logs: LogSettings = LogSettings()
    alarms: AlarmSettings = AlarmSettings()
    budget: BudgetSettings = BudgetSettings()
    failover: FailoverLimits = FailoverLimits()
    restore: RestoreLimits = RestoreLimits()
    plan: PlanSettings = PlanSettings()
    cost: CostSettings = CostSettings()
    access: AccessSettings = AccessSettings()

    def physical_name(self, what: str) -> str:
        """`<prefix>-<environment>-<what>`, the name of a resource in the account."""
        return f"{self.prefix}-{self.name}-{what}"

    def bucket_name(self, bucket: str) -> str:
        """`<prefix>-<environment>-<account>-<bucket>`: bucket names are unique in all of AWS."""
        return f"{self.prefix}-{self.name}-{self.account}-{bucket}"

    def role_name(self, persona: str) -> str:
        """`<prefix>-<environment>-<persona>`, the name of a persona's role; IAM allows 64 characters."""
        return self.physical_name(persona.replace("_", "-"))

    def access_point_name(self, persona: str, bucket: str) -> str:
        """`<prefix>-<environment>-<persona>-<bucket>`, a persona's way into a bucket; S3 allows 50 characters."""
        return f"{self.role_name(persona)}-{bucket}"

    @property
    def resource_tags(self) -> dict[str, str]:
        """Tags of every resource, by which its costs are found; `tags` win over those that all environments have."""
        return {
            "Project": self.prefix,
            "Environment": self.name,
            "ManagedBy": "terraform",
            **self.tags,
        }

    @property
    def partition(self) -> str:
        """Partition of AWS that `region` belongs to, the second part of every ARN."""
        return partition(self.region)

    @property
    def replication_group_id(self) -> str:
        """`<prefix>-<environment>`, the main replication group; ElastiCache allows 40 characters."""
        return f"{self.prefix}-{self.name}"

    def boundary_name(self, group: str) -> str:
        """Name of the policy that bounds the roles of a group."""
        return self.physical_name(f"boundary-{group}")

    @property
    def serverless_cache_name(self) -> str:
        """`<prefix>-<environment>`; ElastiCache allows 40 characters."""
        return f"{self.prefix}-{self.name}"

    def log_group_name(self, what: str) -> str:
        """`/<prefix>/<environment>/<what>`, the name of a CloudWatch log group."""
        return f"/{self.prefix}/{self.name}/{what}"

    @property
    def connection_parameter(self) -> str:
        """Name of the SSM parameter that tells an application how to connect."""
        return f"/{self.prefix}/{self.name}/connection"

    @property
    def backup_vault(self) -> str:
        """`<prefix>-<environment>-backup`, the name of the vault in each region."""
        return self.physical_name("backup")

    @property
    def trail_name(self) -> str:
        """`<prefix>-<environment>-data-events`, the trail that records requests for items and objects."""
        return self.physical_name("data-events")

    @property
    def restore_testing_plan(self) -> str:
        """`<prefix>_<environment>`: AWS Backup takes no hyphen here."""
        return f"{self.prefix}-{self.name}".replace("-", "_")

    def report_plan(self, jobs: str) -> str:
        """`<prefix>_<environment>_<jobs>`: AWS Backup takes no hyphen here."""
        return self.physical_name(jobs).replace("-", "_")

    @property
    def backup_framework(self) -> str:
        """`<prefix>_<environment>`: AWS Backup takes no hyphen here."""
        return f"{self.prefix}-{self.name}".replace("-", "_")

    def replica_name(self, bucket: str) -> str:
        """`<prefix>-<environment>-<account>-<bucket>-replica`, its copy in the disaster-recovery region."""
        return f"{self.bucket_name(bucket)}-replica"

    def replication_role_name(self, bucket: str) -> str:
        """`<prefix>-<environment>-<bucket>-replication`, by which S3 copies the bucket; IAM allows 64 characters."""
        return self.physical_name(f"{bucket}-replication")

    def replication_role_arn(self, bucket: str) -> str:
        """The ARN of that role."""
        return f"arn:{self.partition}:iam::{self.account}:role/{self.replication_role_name(bucket)}"

    def table(self, name: str) -> TableSettings:
        """Settings of the declared table `name`."""
        return self.tables.get(name, TableSettings())

    def bucket(self, name: str) -> BucketSettings:
        """Settings of the declared bucket `name`."""
        return self.buckets.get(name, BucketSettings())
