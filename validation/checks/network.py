"""The network around Redis: nobody from outside gets in, and traffic to the other tiers stays inside."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from environments.schema import CreatedNetwork, ExistingNetwork
from validation.checks.redis_settings import every_node, group_ids, nodes
from validation.checks.serverless_redis import caches, describe
from validation.context import Context
from validation.framework.check import check
from validation.framework.result import Finding, Severity, Skip, compare
from validation.live import network, redis
from validation.resource_policy import allows_anybody

if TYPE_CHECKING:
    from mypy_boto3_ec2.type_defs import IpPermissionOutputTypeDef, SecurityGroupTypeDef, SubnetTypeDef

ANYWHERE: Final = ("0.0.0.0/0", "::/0")


def _services(_context: Context) -> Sequence[str]:
    return ("dynamodb", "s3")


def _networks(context: Context) -> Sequence[str]:
    return [context.environment.physical_name("network")]


def vpc_id(context: Context) -> str:
    """The VPC that Redis and its clients live in; raises `Unmet` where there is no cache to tell."""
    return _main_placed(context)[0]["VpcId"]


def _placed(context: Context) -> dict[str, list[SubnetTypeDef]]:
    """The subnets of each replication group, the main one first, or of the serverless cache."""
    of_caches = {cache: describe(context, cache)["SubnetIds"] for cache in caches(context)}
    of_groups = {group: _subnet_ids(context, group) for group in group_ids(context)}
    return {name: context.ask(network.subnets, *ids) for name, ids in {**of_groups, **of_caches}.items()}


def _main_placed(context: Context) -> list[SubnetTypeDef]:
    return next(iter(_placed(context).values()))


def _subnet_ids(context: Context, group: str) -> list[str]:
    names = {node["CacheSubnetGroupName"] for node in nodes(context, group)}
    return [each["SubnetIdentifier"] for each in context.ask(redis.subnet_group, min(names))["Subnets"]]


def _security_groups(context: Context) -> list[SecurityGroupTypeDef]:
    return context.ask(network.security_groups, vpc_id(context))


@check(
    "platform.endpoints", "DynamoDB and S3 are reached without the internet", severity=Severity.MEDIUM, each=_services
)
def endpoints(context: Context, service: str) -> Iterator[Finding]:
    """A gateway endpoint in the VPC for each of the two services, in use by route tables."""
    settings = context.environment.network
    if isinstance(settings, ExistingNetwork) and not settings.route_table_ids:
        raise Skip("the environment names no route tables, so the VPC's own endpoints are its owner's concern")
    name = f"com.amazonaws.{context.environment.region}.{service}"
    found = [
        endpoint
        for endpoint in context.ask(network.endpoints, vpc_id(context))
        if endpoint["ServiceName"] == name and endpoint["VpcEndpointType"] == "Gateway"
    ]
    yield compare("states of the endpoints", expected=["available"], found=[each["State"].lower() for each in found])
    tables = sorted({table for endpoint in found for table in endpoint.get("RouteTableIds", [])})
    if isinstance(settings, ExistingNetwork):
        yield compare("route tables", expected=sorted(settings.route_table_ids), found=tables)
    else:
        yield compare("has a route table", expected=True, found=bool(tables))


def _interface_services(context: Context) -> Sequence[str]:
    return context.environment.network.interface_endpoints


@check(
    "platform.interface_endpoints",
    "Other services are reached without the internet",
    severity=Severity.MEDIUM,
    each=_interface_services,
)
def interface_endpoints(context: Context, service: str) -> Iterator[Finding]:
    """An interface endpoint under the service's usual name, in every subnet, for our own account's principals only."""
    name = f"com.amazonaws.{context.environment.region}.{service}"
    found = [
        endpoint
        for endpoint in context.ask(network.endpoints, vpc_id(context))
        if endpoint["ServiceName"] == name and endpoint["VpcEndpointType"] == "Interface"
    ]
    yield compare("states of the endpoints", expected=["available"], found=[each["State"].lower() for each in found])
    for endpoint in found:
        subnets = sorted(each["SubnetId"] for each in _main_placed(context))
        yield compare("subnets", expected=subnets, found=sorted(endpoint.get("SubnetIds", [])))
        yield compare("has the service's usual name", expected=True, found=endpoint.get("PrivateDnsEnabled", False))
        groups = sorted(group["GroupName"] for group in endpoint.get("Groups", []))
        yield compare("security groups", expected=[context.environment.physical_name("endpoints")], found=groups)
        open_to = list(allows_anybody(endpoint.get("PolicyDocument")))
        yield compare("statements that let anybody by", expected=[], found=open_to)


@check("platform.subnets", "Redis can live in every zone", severity=Severity.HIGH, each=_networks)
def subnets(context: Context, _network: str) -> Iterator[Finding]:
    """The subnets that each replication group, or the serverless cache, is placed in, and over how many zones."""
    settings = context.environment.network
    for name, placed in _placed(context).items():
        match settings:
            case CreatedNetwork():
                zones = {subnet["AvailabilityZone"] for subnet in placed}
                yield compare(f"zones of {name}", expected=settings.availability_zones, found=len(zones))
            case ExistingNetwork():
                found = sorted(subnet["SubnetId"] for subnet in placed)
                yield compare(f"subnets of {name}", expected=sorted(settings.subnet_ids), found=found)


@check("platform.ingress", "Nothing is open to the world", severity=Severity.CRITICAL, each=_networks)
def ingress(context: Context, _network: str) -> Iterator[Finding]:
    """No security group of our network, or of Redis in somebody else's, lets in every address.

    Redis itself accepts the clients' security group on its own ports, and nothing else.
    """
    attached = {group["SecurityGroupId"] for node in every_node(context) for group in node.get("SecurityGroups", [])}
    attached |= {each for cache in caches(context) for each in describe(context, cache).get("SecurityGroupIds", [])}
    groups = _security_groups(context)
    ours = isinstance(context.environment.network, CreatedNetwork)
    for group in groups:
        if ours or group["GroupId"] in attached:
            yield compare(
                f"open ports of {group['GroupName']}",
                expected=[],
                found=[_ports(rule) for rule in group["IpPermissions"] if set(_sources(rule)) & set(ANYWHERE)],
            )
    names = {group["GroupId"]: group["GroupName"] for group in groups}
    first, last = context.environment.redis.port, context.environment.redis.last_port
    ports = f"{first}" if first == last else f"{first}-{last}"
    clients = context.environment.physical_name("clients")
    yield compare(
        "Redis accepts",
        expected=[{"ports": f"tcp {ports}", "from": [clients]}],
        found=[
            {"ports": _ports(rule), "from": [names.get(source, source) for source in _sources(rule)]}
            for group in groups
            if group["GroupId"] in attached
            for rule in group["IpPermissions"]
        ],
    )


def _ports(rule: IpPermissionOutputTypeDef) -> str:
    if rule["IpProtocol"] == "-1":
        return "all"
    first, last = rule.get("FromPort"), rule.get("ToPort")
    return f"{rule['IpProtocol']} {first}" if first == last else f"{rule['IpProtocol']} {first}-{last}"


def _sources(rule: IpPermissionOutputTypeDef) -> list[str]:
    return [
        *(each["CidrIp"] for each in rule.get("IpRanges", [])),
        *(each["CidrIpv6"] for each in rule.get("Ipv6Ranges", [])),
        *(each["GroupId"] for each in rule.get("UserIdGroupPairs", [])),
        *(each["PrefixListId"] for each in rule.get("PrefixListIds", [])),
    ]
