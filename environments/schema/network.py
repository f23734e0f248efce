"""Where the replication group and its clients live: a VPC of our own, or one that exists."""

from __future__ import annotations

from ipaddress import IPv4Network
from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from environments.schema.values import Cidr, RouteTableId, SubnetId, VpcId
from environments.settings import Section

InterfaceEndpoint = Literal["elasticache", "kinesis-streams", "kms", "logs", "monitoring", "sns", "ssm", "sts"]
"""Services that applications call beside DynamoDB and S3, as the names of endpoints end."""


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
    interface_endpoints: tuple[InterfaceEndpoint, ...] = ()
    """Services that are reached without the internet too; each endpoint is paid for by hour and zone."""

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
    interface_endpoints: tuple[InterfaceEndpoint, ...] = ()
    """Services that get an endpoint in `subnet_ids`, which everything in the VPC uses from then on."""
