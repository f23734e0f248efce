"""The settings of an environment: every value that differs between local, dev, staging and prod."""

from __future__ import annotations

from ipaddress import IPv4Network
from typing import Annotated, Literal

from pydantic import AfterValidator, ConfigDict, Field, WithJsonSchema

from environments.elasticache import newest_version, parameter_group_family
from environments.regions import partition
from environments.review import PlanSettings
from environments.settings import Section, Settings
from environments.usage import CostSettings


def _text(pattern: str, meaning: str, *, longest: int | None = None) -> object:
    """Constraints of a text whose pattern is explained in words, to people and to editors alike."""
    return Field(pattern=pattern, max_length=longest, json_schema_extra={"patternErrorMessage": meaning})


AccountId = Annotated[str, _text(r"^\d{12}$", "12 digits in quotes, such as '123456789012'")]
RegionName = Annotated[str, _text(r"^[a-z]{2}(-[a-z]+)+-\d$", "a region such as eu-central-1")]
Cidr = Annotated[
    IPv4Network,
    WithJsonSchema(
        {
            "type": "string",
            "pattern": r"^\d{1,3}(\.\d{1,3}){3}/\d{1,2}$",
            "patternErrorMessage": "an IPv4 range whose host bits are zero, such as 10.40.0.0/16",
        }
    ),
]
Prefix = Annotated[
    str,
    _text(
        r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$",
        "up to 30 lower-case letters and digits, parted by single hyphens, such as tierstore",
        longest=30,
    ),
]
TagValue = Annotated[
    str,
    _text(r"^[A-Za-z0-9 .:/=+@_-]*$", "up to 256 letters, digits, spaces and . : / = + @ - _", longest=256),
]
# What the constructs and the checks call, as AWS's SDKs and Terraform name it.
Service = Literal["dynamodb", "ec2", "elasticache", "iam", "kms", "logs", "s3", "ssm", "sts"]
EndpointUrl = Annotated[
    str,
    _text(r"^https://[A-Za-z0-9.-]+(:\d+)?$", "an https:// address without a path, such as https://s3.example.org"),
]
VpcId = Annotated[str, _text(r"^vpc-[0-9a-f]{8,17}$", "the id of a VPC, such as vpc-0a1b2c3d4e5f60718")]
SubnetId = Annotated[str, _text(r"^subnet-[0-9a-f]{8,17}$", "the id of a subnet, such as subnet-0a1b2c3d4e5f60718")]
RouteTableId = Annotated[str, _text(r"^rtb-[0-9a-f]{8,17}$", "the id of a route table, such as rtb-0a1b2c3d4e5f60718")]
PrincipalArn = Annotated[
    str,
    _text(
        r"^arn:aws[a-z-]*:iam::\d{12}:(role|user)/.+$",
        "the ARN of a role or user, such as arn:aws:iam::123456789012:role/key-administrator",
    ),
]
NodeType = Annotated[
    str, _text(r"^cache\.[a-z0-9]+\.[a-z0-9]+$", "a node type of ElastiCache, such as cache.r7g.large")
]
DailyWindow = Annotated[
    str,
    _text(
        r"^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d$",
        "hh:mm-hh:mm in UTC, such as '03:00-04:00'",
    ),
]
WeeklyWindow = Annotated[
    str,
    _text(
        r"^(mon|tue|wed|thu|fri|sat|sun):([01]\d|2[0-3]):[0-5]\d"
        r"-(mon|tue|wed|thu|fri|sat|sun):([01]\d|2[0-3]):[0-5]\d$",
        "ddd:hh:mm-ddd:hh:mm in UTC, such as 'sun:05:00-sun:06:00'",
    ),
]
Subscriber = Annotated[
    str,
    _text(
        r"^[^@\s]+@[^@\s]+\.[^@\s]+$|^arn:aws[a-z-]*:(sqs|lambda):[a-z0-9-]+:\d{12}:.+$",
        "an e-mail address, or the ARN of a queue or function",
    ),
]
# fmt: off
RETENTION_DAYS = (
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653
)
# fmt: on
"""The periods that CloudWatch Logs offers."""


def _offered(days: int) -> int:
    if days not in RETENTION_DAYS:
        raise ValueError(f"{days} is none of {RETENTION_DAYS}")
    return days


# A Literal of whole numbers would take `true` for 1.
RetentionDays = Annotated[int, AfterValidator(_offered), WithJsonSchema({"enum": list(RETENTION_DAYS)})]


class CreatedNetwork(Section):
    """A VPC of our own with private subnets only."""

    model_config = ConfigDict(json_schema_extra={"required": ["kind"]})

    kind: Literal["create"] = "create"
    cidr: Cidr = IPv4Network("10.40.0.0/16")
    """Address range of the VPC; overlaps neither with `peer_cidrs` nor with an environment it can meet."""
    availability_zones: Annotated[int, Field(ge=1, le=6)] = 3
    """Number of zones, each with one private subnet."""
    peer_cidrs: tuple[Cidr, ...] = ()
    """Ranges that are or will be peered with this VPC."""
    flow_logs: bool = True
    """Record rejected and accepted traffic in a log group."""

    @property
    def private_subnets(self) -> tuple[IPv4Network, ...]:
        """One subnet for each zone: eighths of `cidr`, so that a zone more or less moves no other subnet."""
        return tuple(self.cidr.subnets(prefixlen_diff=3))[: self.availability_zones]


class ExistingNetwork(Section):
    """A VPC that somebody else owns."""

    kind: Literal["existing"]
    vpc_id: VpcId
    """The VPC that the subnets belong to."""
    subnet_ids: Annotated[tuple[SubnetId, ...], Field(min_length=1)]
    """Private subnets, in two zones or more for Multi-AZ."""
    route_table_ids: tuple[RouteTableId, ...] = ()
    """Route tables that get the gateway endpoints; empty where the VPC has endpoints of its own."""


class EncryptionSettings(Section):
    """The customer-managed KMS keys, one per tier."""

    deletion_window_days: Annotated[int, Field(ge=7, le=30)] = 30
    """Days until a key that was scheduled for deletion is gone."""
    rotation_period_days: Annotated[int, Field(ge=90, le=2560)] = 365
    """Days between two rotations of the key material."""
    administrators: tuple[PrincipalArn, ...] = ()
    """Who may administer the keys, whoever deploys among them; the account's IAM policies decide where empty."""


class OnDemand(Settings):
    """Pay per request."""

    model_config = ConfigDict(json_schema_extra={"required": ["mode"]})

    mode: Literal["on_demand"] = "on_demand"


class Provisioned(Settings):
    """Capacity bought in units per second."""

    mode: Literal["provisioned"]
    read_capacity: Annotated[int, Field(ge=1, le=40_000)]
    """Read capacity units of the table and of each index."""
    write_capacity: Annotated[int, Field(ge=1, le=40_000)]
    """Write capacity units of the table and of each index."""


class TableSettings(Section):
    """How one DynamoDB table of the declaration runs here."""

    billing: Annotated[OnDemand | Provisioned, Field(discriminator="mode")] = OnDemand()
    """Pay per request, or for provisioned capacity."""
    point_in_time_recovery_days: Annotated[int, Field(ge=0, le=35)] = 35
    """Days that can be restored from; 0 turns point-in-time recovery off."""
    deletion_protection: bool = True
    """Refuse to delete the table."""


class BucketSettings(Section):
    """How one S3 bucket of the declaration runs here."""

    versioning: bool = True
    """Keep what is overwritten or deleted."""
    noncurrent_version_days: Annotated[int, Field(ge=1, le=3650)] = 90
    """Days an overwritten or deleted version is kept."""
    abort_multipart_days: Annotated[int, Field(ge=1, le=30)] = 7
    """Days after which an incomplete multipart upload is removed."""
    intelligent_tiering_days: Annotated[int, Field(ge=0, le=365)] | None = 30
    """Days until objects move to Intelligent-Tiering; null leaves them in Standard."""
    expiration_days: Annotated[int, Field(ge=1, le=3650)] | None = None
    """Days until current objects expire; null keeps them."""
    archive_access_days: Annotated[int, Field(ge=90, le=730)] | None = None
    """Days without access until Intelligent-Tiering archives an object (restored in hours); null never does."""
    deep_archive_access_days: Annotated[int, Field(ge=180, le=730)] | None = None
    """Days without access until Intelligent-Tiering deep-archives an object (restored in 12 hours); null never does."""
    force_destroy: bool = False
    """Let destroy delete the objects too."""


class RedisSettings(Section):
    """The ElastiCache replication group."""

    engine: Literal["redis", "valkey"] = "redis"
    """What the nodes run; Valkey costs a fifth less."""
    engine_version: str | None = None
    """Given as ElastiCache names it (redis 7.1, valkey 8.2); the newest of the engine where null."""
    node_type: NodeType = "cache.t4g.small"
    """Size of every node."""
    shards: Annotated[int, Field(ge=1, le=500)] = 3
    """Node groups, each with a primary of its own."""
    replicas_per_shard: Annotated[int, Field(ge=0, le=5)] = 1
    """Nodes that stand by for each primary."""
    node_quota: Annotated[int, Field(ge=1, le=500)] = 90
    """The account's quota of nodes per cluster: 90 until AWS has raised it, at most 500."""
    multi_az: bool = True
    """Spread primaries and replicas over zones."""
    port: Annotated[int, Field(ge=1024, le=65_535)] = 6379
    """TCP port of every node."""
    snapshot_retention_days: Annotated[int, Field(ge=0, le=35)] = 7
    """Days a daily snapshot is kept; 0 takes none."""
    snapshot_window: DailyWindow = "03:00-04:00"
    """When the daily snapshot begins; an hour or more, in UTC."""
    maintenance_window: WeeklyWindow = "sun:05:00-sun:06:00"
    """When ElastiCache may replace and patch nodes; an hour or more, in UTC."""
    final_snapshot: bool = True
    """Take a snapshot when the replication group is destroyed."""
    apply_immediately: bool = False
    """Change nodes at once instead of in the maintenance window."""

    @property
    def nodes(self) -> int:
        """Primaries and replicas together."""
        return self.shards * (1 + self.replicas_per_shard)

    @property
    def version(self) -> str:
        """`engine_version`, or the newest of the engine where none is given."""
        return self.engine_version or newest_version(self.engine)

    @property
    def parameter_group_family(self) -> str:
        """Family of the parameter group that fits `version`, such as redis7."""
        return parameter_group_family(self.engine, self.version)


class LogSettings(Section):
    """CloudWatch log groups."""

    retention_days: RetentionDays = 90
    """One of the periods that CloudWatch Logs offers."""


class AlarmSettings(Section):
    """Who hears of an alarm."""

    subscriptions: tuple[Subscriber, ...] = ()
    """E-mail addresses, queues or functions; never a webhook, whose address is a secret of its own."""


class FailoverLimits(Settings):
    """What a failover drill may cost here before it counts as failed."""

    longest_gap_seconds: Annotated[float, Field(gt=0)] = 60
    """Longest time without a successful write."""
    failed_operations: Annotated[int, Field(ge=0)] = 0
    """Operations that the client's own retries could not save."""
    recovery_seconds: Annotated[float, Field(gt=0)] = 900
    """Until the failed node is back as a replica in sync."""


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
    region: RegionName
    """Where everything lives."""
    disaster_recovery_region: RegionName | None = None
    """Where backups and replicas go; another region than `region`."""
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
    redis: RedisSettings = RedisSettings()
    logs: LogSettings = LogSettings()
    alarms: AlarmSettings = AlarmSettings()
    failover: FailoverLimits = FailoverLimits()
    plan: PlanSettings = PlanSettings()
    cost: CostSettings = CostSettings()

    def physical_name(self, what: str) -> str:
        """`<prefix>-<environment>-<what>`, the name of a resource in the account."""
        return f"{self.prefix}-{self.name}-{what}"

    def bucket_name(self, bucket: str) -> str:
        """`<prefix>-<environment>-<account>-<bucket>`: bucket names are unique in all of AWS."""
        return f"{self.prefix}-{self.name}-{self.account}-{bucket}"

    @property
    def partition(self) -> str:
        """Partition of AWS that `region` belongs to, the second part of every ARN."""
        return partition(self.region)

    @property
    def replication_group_id(self) -> str:
        """`<prefix>-<environment>`; ElastiCache allows 40 characters."""
        return f"{self.prefix}-{self.name}"

    def log_group_name(self, what: str) -> str:
        """`/<prefix>/<environment>/<what>`, the name of a CloudWatch log group."""
        return f"/{self.prefix}/{self.name}/{what}"

    @property
    def connection_parameter(self) -> str:
        """Name of the SSM parameter that tells an application how to connect."""
        return f"/{self.prefix}/{self.name}/connection"

    def table(self, name: str) -> TableSettings:
        """Settings of the declared table `name`."""
        return self.tables.get(name, TableSettings())

    def bucket(self, name: str) -> BucketSettings:
        """Settings of the declared bucket `name`."""
        return self.buckets.get(name, BucketSettings())
