"""Which requests for items and objects are recorded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from environments import arns
from environments.declared import LOG_BUCKET, USED_BUCKETS
from environments.schema import Environment
from tierstore.declaration.model import DataModel

FOLDER: Final = "trail"
"""Beginning of the keys of the trail's files in the bucket for logs."""

LOG_GROUP: Final = "data-events"
"""Last part of the name of the log group that takes the same events."""

READ_ONLY: Final[dict[str, bool | None]] = {"write": False, "read": True, "all": None}
"""By the setting `data_events`, which value CloudTrail's field readOnly must have; None where any will do."""


@dataclass(frozen=True, kw_only=True)
class Selector:
    """Events of one kind of resource that a trail records, as CloudTrail's advanced event selectors name them."""

    name: str
    type: str
    """Of the resource."""
    operator: Literal["equals", "starts_with"]
    arns: tuple[str, ...]
    read_only: bool | None
    """None for events that read and events that change something."""

    @property
    def fields(self) -> tuple[tuple[str, str, tuple[str, ...]], ...]:
        """Field, operator and values of each condition; an event has to meet all of them."""
        kind: tuple[tuple[str, str, tuple[str, ...]], ...] = ()
        if self.read_only is not None:
            kind = (("readOnly", "equals", (str(self.read_only).lower(),)),)
        return (
            ("eventCategory", "equals", ("Data",)),
            *kind,
            ("resources.type", "equals", (self.type,)),
            ("resources.ARN", self.operator, self.arns),
        )


def selectors(environment: Environment, model: DataModel) -> tuple[Selector, ...]:
    """The requests for items of every table and objects of every bucket, in both regions and through every way in.

    Not those for the bucket for logs: recording what the trail itself stores there would never end.
    """
    if not environment.audit.enabled:
        return ()
    read_only = READ_ONLY[environment.audit.data_events]
    elsewhere = environment.disaster_recovery_region
    tables = [arns.table_arn(environment, table.name) for table in model.tables]
    buckets = [bucket.name for bucket in model.buckets if bucket.name != LOG_BUCKET]
    objects = [f"{arns.bucket_arn(environment, name)}/" for name in buckets]
    if elsewhere:
        copied = [table.name for table in model.tables if environment.table(table.name).replica]
        tables += [arns.table_arn(environment, name, region=elsewhere) for name in copied]
        objects += [f"{arns.replica_arn(environment, name)}/" for name in buckets if _has_copy(environment, name)]
    ways = [arns.access_point_arn(environment, persona, bucket) for persona, bucket in USED_BUCKETS]
    return (
        Selector(name="items", type="AWS::DynamoDB::Table", operator="equals", arns=tuple(tables), read_only=read_only),
        Selector(
            name="objects", type="AWS::S3::Object", operator="starts_with", arns=tuple(objects), read_only=read_only
        ),
        Selector(
            name="objects-through-access-points",
            type="AWS::S3::AccessPoint",
            operator="starts_with",
            arns=tuple(ways),
            read_only=read_only,
        ),
    )


def _has_copy(environment: Environment, bucket: str) -> bool:
    replication = environment.bucket(bucket).replication
    return replication is not None and replication.destination is None
