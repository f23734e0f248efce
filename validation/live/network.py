"""What EC2 says of the network that Redis lives in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from validation.clients import Clients

if TYPE_CHECKING:
    from mypy_boto3_ec2.type_defs import SecurityGroupTypeDef, SubnetTypeDef, VpcEndpointTypeDef


def security_groups(clients: Clients, vpc_id: str) -> list[SecurityGroupTypeDef]:
    """Every security group of a VPC."""
    pages = clients.ec2.get_paginator("describe_security_groups").paginate(
        Filters=[{"Name": "vpc-id", "Values": [vpc_id]}]
    )
    return [group for page in pages for group in page["SecurityGroups"]]


def subnets(clients: Clients, *subnet_ids: str) -> list[SubnetTypeDef]:
    """Subnets by their ids."""
    return clients.ec2.describe_subnets(SubnetIds=list(subnet_ids))["Subnets"]


def endpoints(clients: Clients, vpc_id: str) -> list[VpcEndpointTypeDef]:
    """Every endpoint of a VPC."""
    pages = clients.ec2.get_paginator("describe_vpc_endpoints").paginate(
        Filters=[{"Name": "vpc-id", "Values": [vpc_id]}]
    )
    return [endpoint for page in pages for endpoint in page["VpcEndpoints"]]
