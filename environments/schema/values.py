"""Texts and numbers that several settings share, each with its pattern explained in words."""

from __future__ import annotations

from ipaddress import IPv4Network
from typing import Annotated

from pydantic import AfterValidator, Field, WithJsonSchema


def text(pattern: str, meaning: str, *, longest: int | None = None) -> object:
    """Constraints of a text whose pattern is explained in words, to people and to editors alike."""
    return Field(pattern=pattern, max_length=longest, json_schema_extra={"patternErrorMessage": meaning})


AccountId = Annotated[str, text(r"^\d{12}$", "12 digits in quotes, such as '123456789012'")]
RegionName = Annotated[str, text(r"^[a-z]{2}(-[a-z]+)+-\d$", "a region such as eu-central-1")]
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
    text(
        r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$",
        "up to 30 lower-case letters and digits, parted by single hyphens, such as tierstore",
        longest=30,
    ),
]
TagValue = Annotated[
    str,
    text(r"^[A-Za-z0-9 .:/=+@_-]*$", "up to 256 letters, digits, spaces and . : / = + @ - _", longest=256),
]
VpcId = Annotated[str, text(r"^vpc-[0-9a-f]{8,17}$", "the id of a VPC, such as vpc-0a1b2c3d4e5f60718")]
SubnetId = Annotated[str, text(r"^subnet-[0-9a-f]{8,17}$", "the id of a subnet, such as subnet-0a1b2c3d4e5f60718")]
RouteTableId = Annotated[str, text(r"^rtb-[0-9a-f]{8,17}$", "the id of a route table, such as rtb-0a1b2c3d4e5f60718")]
PrincipalArn = Annotated[
    str,
    text(
        r"^arn:aws[a-z-]*:iam::\d{12}:(role|user)/.+$",
        "the ARN of a role or user, such as arn:aws:iam::123456789012:role/key-administrator",
    ),
]
TrustedArn = Annotated[
    str,
    text(
        r"^arn:aws[a-z-]*:iam::\d{12}:(role|user)/[A-Za-z0-9_+=,.@/-]+$",
        "the ARN of one role or user without wildcards, such as arn:aws:iam::123456789012:role/web-server",
    ),
]
ExternalId = Annotated[
    str,
    text(
        r"^[A-Za-z0-9_+=,.@:/-]{8,1224}$",
        "8 to 1224 letters, digits and _ + = , . @ : / -, agreed with the other account",
    ),
]
Repository = Annotated[
    str,
    text(
        r"^[A-Za-z0-9][A-Za-z0-9-]*/[A-Za-z0-9_.-]+$",
        "<owner>/<name> of one repository without wildcards, such as example/storage",
    ),
]
BucketName = Annotated[str, text(r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", "the name of a bucket")]
KeyPrefix = Annotated[str, text(r"^[^\s]*$", "the start of an object's key, without spaces", longest=1024)]
TableSource = Annotated[
    str,
    text(
        r"^(arn:aws[a-z-]*:dynamodb:[a-z0-9-]+:\d{12}:table/)?[A-Za-z0-9_.-]{3,255}$",
        "the name of a table such as tierstore-prod-core, or its ARN",
    ),
]
Timestamp = Annotated[
    str,
    text(r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$", "a second in UTC such as '2026-11-01T06:30:00Z'"),
]
WebOrigin = Annotated[
    str,
    text(
        r"^https?://(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)*(:\d+)?$",
        "scheme and host of a web page, such as https://app.example.org or https://*.example.org",
    ),
]
SnapshotName = Annotated[
    str, text(r"^[A-Za-z][A-Za-z0-9-]*$", "the name of a snapshot, such as tierstore-prod-final-0a1b2c3d", longest=255)
]
SnapshotArn = Annotated[
    str,
    text(
        r"^arn:aws[a-z-]*:elasticache:[a-z0-9-]+:\d{12}:(serverlesscache)?snapshot:[A-Za-z0-9.-]+$",
        "the ARN of a snapshot, such as arn:aws:elasticache:us-east-1:111111111111:serverlesscachesnapshot:before",
    ),
]
NodeType = Annotated[str, text(r"^cache\.[a-z0-9]+\.[a-z0-9]+$", "a node type of ElastiCache, such as cache.r7g.large")]
TimeOfDay = Annotated[str, text(r"^([01]\d|2[0-3]):[0-5]\d$", "hh:mm in UTC, such as '03:00'")]
DailyWindow = Annotated[
    str,
    text(
        r"^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d$",
        "hh:mm-hh:mm in UTC, such as '03:00-04:00'",
    ),
]
WeeklyWindow = Annotated[
    str,
    text(
        r"^(mon|tue|wed|thu|fri|sat|sun):([01]\d|2[0-3]):[0-5]\d"
        r"-(mon|tue|wed|thu|fri|sat|sun):([01]\d|2[0-3]):[0-5]\d$",
        "ddd:hh:mm-ddd:hh:mm in UTC, such as 'sun:05:00-sun:06:00'",
    ),
]
Subscriber = Annotated[
    str,
    text(
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
