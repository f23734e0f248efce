"""Cache subnet groups; the subnets are EC2's."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlencode

from sandbox.elasticache.context import Context, Operation, Subnet
from sandbox.elasticache.protocol import Parameters, ServiceError
from sandbox.elasticache.state import Record
from sandbox.wire import OK, Handler, Request, parse_xml


async def look_up(request: Request, subnet_ids: list[str], ec2: Handler) -> dict[str, Subnet]:
    """Return those of the subnets that EC2 knows, by id."""
    form = {"Action": "DescribeSubnets", "Version": "2016-11-15"}
    form |= {f"SubnetId.{number}": subnet_id for number, subnet_id in enumerate(subnet_ids, start=1)}
    status, _, body = await ec2(replace(request, body=urlencode(form).encode()))
    if status != OK:
        return {}
    items = parse_xml(body).iterfind("{*}subnetSet/{*}item")
    found = [
        Subnet(
            id=item.findtext("{*}subnetId", ""),
            vpc_id=item.findtext("{*}vpcId", ""),
            zone=item.findtext("{*}availabilityZone", ""),
        )
        for item in items
    ]
    return {subnet.id: subnet for subnet in found}


def create(context: Context, parameters: Parameters) -> Record:
    """CreateCacheSubnetGroup."""
    name = parameters["CacheSubnetGroupName"].lower()
    if name in context.region.subnet_groups:
        raise ServiceError("CacheSubnetGroupAlreadyExistsFault", f"Cache subnet group {name} already exists.")
    arn = context.arn("subnetgroup", name)
    group: Record = {
        "CacheSubnetGroupName": name,
        "CacheSubnetGroupDescription": parameters["CacheSubnetGroupDescription"],
        "SupportedNetworkTypes": ["ipv4"],
        "ARN": arn,
        **_placement(context, parameters),
    }
    context.region.subnet_groups[name] = group
    context.tag(arn, parameters)
    return {"CacheSubnetGroup": group}


def modify(context: Context, parameters: Parameters) -> Record:
    """ModifyCacheSubnetGroup."""
    group = find(context, parameters["CacheSubnetGroupName"])
    if "CacheSubnetGroupDescription" in parameters:
        group["CacheSubnetGroupDescription"] = parameters["CacheSubnetGroupDescription"]
    if "SubnetIds" in parameters:
        group.update(_placement(context, parameters))
    return {"CacheSubnetGroup": group}


def describe(context: Context, parameters: Parameters) -> Record:
    """DescribeCacheSubnetGroups."""
    wanted = parameters.get("CacheSubnetGroupName")
    groups = [find(context, wanted)] if wanted else list(context.region.subnet_groups.values())
    return {"CacheSubnetGroups": groups}


def delete(context: Context, parameters: Parameters) -> Record:
    """DeleteCacheSubnetGroup."""
    group = find(context, parameters["CacheSubnetGroupName"])
    name = group["CacheSubnetGroupName"]
    users = [one for one in context.region.replication_groups.values() if one["CacheSubnetGroupName"] == name]
    if users:
        raise ServiceError(
            "CacheSubnetGroupInUse", f"Cache subnet group {name} is in use by {users[0]['ReplicationGroupId']}."
        )
    del context.region.subnet_groups[name]
    context.region.tags.pop(group["ARN"], None)
    return {}


def find(context: Context, name: str) -> Record:
    """Return a cache subnet group; raise CacheSubnetGroupNotFoundFault."""
    if (group := context.region.subnet_groups.get(name.lower())) is None:
        raise ServiceError("CacheSubnetGroupNotFoundFault", f"Cache subnet group {name} not found.")
    return group


def _placement(context: Context, parameters: Parameters) -> Record:
    wanted = parameters["SubnetIds"]
    subnets = [context.subnets[subnet_id] for subnet_id in wanted if subnet_id in context.subnets]
    networks = {subnet.vpc_id for subnet in subnets}
    if len(subnets) != len(wanted) or len(networks) != 1:
        raise ServiceError("InvalidSubnet", f"The subnets {', '.join(wanted)} do not all exist in one common VPC.")
    return {
        "VpcId": networks.pop(),
        "Subnets": [
            {
                "SubnetIdentifier": subnet.id,
                "SubnetAvailabilityZone": {"Name": subnet.zone},
                "SupportedNetworkTypes": ["ipv4"],
            }
            for subnet in subnets
        ],
    }


OPERATIONS: dict[str, Operation] = {
    "CreateCacheSubnetGroup": create,
    "ModifyCacheSubnetGroup": modify,
    "DescribeCacheSubnetGroups": describe,
    "DeleteCacheSubnetGroup": delete,
}
