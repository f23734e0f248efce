"""Keys, network and connection document, broken."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.validation.breaks.breaking import Break, Breaking, as_if, really
from validation.context import Context
from validation.live import kms, network, redis, ssm

OPEN: Any = [{"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]


def key(context: Context) -> str:
    return kms.key(context.clients, f"alias/{context.environment.physical_name('s3')}")["KeyId"]


def rotate(context: Context, days: int = 365) -> None:
    context.clients.kms.enable_key_rotation(KeyId=key(context), RotationPeriodInDays=days)


def vpc(context: Context) -> str:
    return redis.subnet_group(context.clients, context.environment.replication_group_id)["VpcId"]


@contextmanager
def unrouted(context: Context) -> Iterator[Context]:
    """The endpoint of S3 without its route table."""
    endpoints = network.endpoints(context.clients, vpc(context))
    endpoint = next(each for each in endpoints if each["ServiceName"].endswith("s3"))
    change, tables = context.clients.ec2.modify_vpc_endpoint, endpoint["RouteTableIds"]
    change(VpcEndpointId=endpoint["VpcEndpointId"], RemoveRouteTableIds=tables)
    try:
        yield context
    finally:
        change(VpcEndpointId=endpoint["VpcEndpointId"], AddRouteTableIds=tables)


@contextmanager
def with_an_open_policy(context: Context) -> Iterator[Context]:
    """The endpoint of KMS with the policy that AWS gives to one without."""
    endpoints = network.endpoints(context.clients, vpc(context))
    endpoint = next(each for each in endpoints if each["ServiceName"].endswith("kms"))
    change, identifier = context.clients.ec2.modify_vpc_endpoint, endpoint["VpcEndpointId"]
    statement = {"Sid": "Open", "Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}
    change(VpcEndpointId=identifier, PolicyDocument=json.dumps({"Statement": [statement]}))
    try:
        yield context
    finally:
        change(VpcEndpointId=identifier, PolicyDocument=endpoint["PolicyDocument"])


@contextmanager
def in_one_zone_less(context: Context) -> Iterator[Context]:
    name = context.environment.replication_group_id
    group = redis.subnet_group(context.clients, name)
    subnets = [each["SubnetIdentifier"] for each in group["Subnets"]]
    change = context.clients.elasticache.modify_cache_subnet_group
    change(CacheSubnetGroupName=name, SubnetIds=subnets[1:])
    try:
        yield context
    finally:
        change(CacheSubnetGroupName=name, SubnetIds=subnets)


def group_id(context: Context, what: str) -> str:
    name = context.environment.physical_name(what)
    groups = network.security_groups(context.clients, vpc(context))
    return next(group["GroupId"] for group in groups if group["GroupName"] == name)


def opening(what: str) -> Breaking:
    """A security group that lets the whole world in."""

    def let_in(context: Context) -> None:
        context.clients.ec2.authorize_security_group_ingress(GroupId=group_id(context, what), IpPermissions=OPEN)

    def keep_out(context: Context) -> None:
        context.clients.ec2.revoke_security_group_ingress(GroupId=group_id(context, what), IpPermissions=OPEN)

    return really(let_in, keep_out)


@contextmanager
def misleading(context: Context) -> Iterator[Context]:
    """A connection document that names another region."""
    name = context.environment.connection_parameter
    published = ssm.parameter(context.clients, name)
    document = json.loads(published)
    document["region"] = "elsewhere"
    change = context.clients.ssm.put_parameter
    change(Name=name, Value=json.dumps(document), Type="String", Overwrite=True)
    try:
        yield context
    finally:
        change(Name=name, Value=published, Type="String", Overwrite=True)


BREAKS = (
    Break(
        check="platform.keys",
        resource="s3",
        how=really(
            lambda context: context.clients.kms.disable_key(KeyId=key(context)),
            lambda context: context.clients.kms.enable_key(KeyId=key(context)),
        ),
        what="state",
        expected="Enabled",
        found="Disabled",
    ),
    Break(
        check="platform.replica_keys",
        resource="s3",
        how=really(
            lambda context: context.disaster_recovery.clients.kms.disable_key(KeyId=key(context)),
            lambda context: context.disaster_recovery.clients.kms.enable_key(KeyId=key(context)),
        ),
        what="state",
        expected="Enabled",
        found="Disabled",
    ),
    Break(
        check="platform.key_rotation",
        resource="s3",
        how=really(lambda context: context.clients.kms.disable_key_rotation(KeyId=key(context)), rotate),
        what="rotation enabled",
        expected=True,
        found=False,
    ),
    Break(
        check="platform.key_rotation",
        resource="s3",
        how=really(lambda context: rotate(context, days=2560), rotate),
        what="rotation period in days",
        expected=365,
        found=2560,
    ),
    Break(
        check="platform.endpoints",
        resource="s3",
        how=unrouted,
        what="has a route table",
        expected=True,
        found=False,
    ),
    Break(
        check="platform.interface_endpoints",
        resource="kms",
        how=with_an_open_policy,
        what="statements that let anybody by",
        expected=[],
        found=["Open"],
    ),
    Break(
        check="platform.interface_endpoints",
        resource="ssm",
        how=as_if(network.endpoints, lambda endpoints: [each | {"PrivateDnsEnabled": False} for each in endpoints]),
        what="has the service's usual name",
        expected=True,
        found=False,
    ),
    Break(check="platform.subnets", how=in_one_zone_less, what="zones", expected=3, found=2),
    Break(
        check="platform.ingress",
        how=opening("clients"),
        what="open ports of tierstore-local-clients",
        expected=[],
        found=["tcp 22"],
    ),
    Break(
        check="platform.ingress",
        how=opening("redis"),
        what="Redis accepts",
        expected=[{"ports": "tcp 6379", "from": ["tierstore-local-clients"]}],
        found=[
            {"ports": "tcp 6379", "from": ["tierstore-local-clients"]},
            {"ports": "tcp 22", "from": ["0.0.0.0/0"]},
        ],
    ),
    Break(
        check="platform.connection",
        how=misleading,
        what="region",
        expected="us-east-1",
        found="elsewhere",
    ),
)
