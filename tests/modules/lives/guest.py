"""The life of a small environment in somebody else's VPC, in one region only.

Its tables are provisioned, and Valkey keeps its sessions in a replication group of their own.
"""

from __future__ import annotations

from dataclasses import dataclass
from subprocess import CompletedProcess

from mypy_boto3_ec2 import EC2Client

from environments import Deployment
from environments.schema import (
    Autoscaled,
    ExistingNetwork,
    Provisioned,
    ReplicationGroupSettings,
    Scaled,
    SeparateGroups,
    TableSettings,
)
from tests.support.deployed import Deployed
from tests.support.stacks import apply, destroy, plan_again
from validation.clients import connect


@dataclass(frozen=True, kw_only=True)
class GuestLife:
    """What happened to the environment, in this order."""

    planned_again: CompletedProcess[str]
    remains: str
    """What the state lists at the end."""
    hosts: int
    """How many VPCs there still are of the one that it was a guest of."""


def guest(local: Deployment) -> Deployment:
    """The environment, made of `local` at the sandbox; the VPC that it is in is made here."""
    environment = local.environment
    settings = {
        "name": "guest",
        "disaster_recovery_region": None,
        "network": host(connect(local).ec2),
        "tables": {
            "core": TableSettings(
                billing=Provisioned(mode="provisioned", read_capacity=40, write_capacity=20), deletion_protection=False
            ),
            "state": TableSettings(
                billing=Autoscaled(
                    mode="autoscaled", read=Scaled(minimum=5, maximum=50), write=Scaled(minimum=5, maximum=50)
                ),
                deletion_protection=False,
            ),
        },
        "redis": environment.redis.model_copy(
            update={
                "engine": "valkey",
                "engine_version": "8.2",
                "port": 7000,
                "shards": 1,
                "separate": SeparateGroups(session=ReplicationGroupSettings(shards=1, final_snapshot=False)),
            }
        ),
        "alarms": environment.alarms.model_copy(update={"warnings": False}),
    }
    return Deployment(environment=environment.model_copy(update=settings), sandbox=local.sandbox)


def host(ec2: EC2Client) -> ExistingNetwork:
    """A new VPC with a subnet in each of two zones, as somebody else has made it."""
    vpc = ec2.create_vpc(CidrBlock="10.200.0.0/20")["Vpc"]["VpcId"]
    zones = [zone["ZoneName"] for zone in ec2.describe_availability_zones()["AvailabilityZones"]]
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=cidr, AvailabilityZone=zone)["Subnet"]["SubnetId"]
        for cidr, zone in zip(("10.200.0.0/24", "10.200.1.0/24"), zones, strict=False)
    ]
    routes = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    return ExistingNetwork(kind="existing", vpc_id=vpc, subnet_ids=tuple(subnets), route_table_ids=(routes,))


def live(stack: Deployed, deployment: Deployment) -> GuestLife:
    """Let the environment live; fails with Terraform's words where a step is refused."""
    network = deployment.environment.network
    assert isinstance(network, ExistingNetwork)
    apply(stack)
    planned_again = plan_again(stack)
    remains = destroy(stack)
    hosts = connect(deployment).ec2.describe_vpcs(Filters=[{"Name": "vpc-id", "Values": [network.vpc_id]}])["Vpcs"]
    return GuestLife(planned_again=planned_again, remains=remains, hosts=len(hosts))
