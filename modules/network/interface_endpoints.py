"""Interface endpoints: other services of AWS without leaving its network."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from cdktf import TerraformIterator
from cdktf_cdktf_provider_aws.data_aws_vpc import DataAwsVpc
from cdktf_cdktf_provider_aws.security_group import SecurityGroup
from cdktf_cdktf_provider_aws.vpc_endpoint import VpcEndpoint
from cdktf_cdktf_provider_aws.vpc_security_group_egress_rule import VpcSecurityGroupEgressRule
from cdktf_cdktf_provider_aws.vpc_security_group_ingress_rule import VpcSecurityGroupIngressRule
from constructs import Construct

from environments.schema import CreatedNetwork, Environment
from modules.network.security_groups import HTTPS
from modules.policy import Statement, document

PREFIXES: Final = {"kinesis-streams": "kinesis", "monitoring": "cloudwatch"}
"""How IAM calls services whose endpoints are called otherwise."""

_NAMED_AS_IN_CHINA: Final = ("elasticache", "kinesis-streams", "monitoring", "sts")
"""Endpoints whose names begin with cn there (`aws ec2 describe-vpc-endpoint-services`); others have the usual ones."""

_OURS: Final = {
    "kinesis-streams": "stream/{name}",
    "sns": "{name}",
    "ssm": "parameter{path}",
}
"""By endpoint, what of the service is the environment's by its name."""


class InterfaceEndpoints(Construct):
    """An endpoint for each of the environment's `interface_endpoints`, under the service's usual name.

    Members of the group `clients` reach them, and in somebody else's VPC everything else in it, since the name leads
    there for all.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        environment: Environment,
        data_of: Environment,
        vpc_id: str,
        subnet_ids: Sequence[str],
        clients_security_group_id: str,
    ) -> None:
        super().__init__(scope, id_)
        name = environment.physical_name("endpoints")
        group = SecurityGroup(
            self,
            "group",
            name=name,
            description="Interface endpoints of AWS's services",
            vpc_id=vpc_id,
            tags={"Name": name},
        )
        VpcSecurityGroupIngressRule(
            self,
            "from-clients",
            security_group_id=group.id,
            description="AWS's services from applications",
            referenced_security_group_id=clients_security_group_id,
            ip_protocol="tcp",
            from_port=HTTPS,
            to_port=HTTPS,
        )
        VpcSecurityGroupEgressRule(
            self,
            "clients-to-endpoints",
            security_group_id=clients_security_group_id,
            description="Interface endpoints",
            referenced_security_group_id=group.id,
            ip_protocol="tcp",
            from_port=HTTPS,
            to_port=HTTPS,
        )
        if not isinstance(environment.network, CreatedNetwork):
            vpc = DataAwsVpc(self, "vpc", id=vpc_id)
            ranges = TerraformIterator.from_complex_list(vpc.cidr_block_associations, "cidr_block")
            VpcSecurityGroupIngressRule(
                self,
                "from-the-vpc",
                for_each=ranges,
                security_group_id=group.id,
                description="AWS's services from the rest of the VPC",
                cidr_ipv4=ranges.get_string("cidr_block"),
                ip_protocol="tcp",
                from_port=HTTPS,
                to_port=HTTPS,
            )
        for service in environment.network.interface_endpoints:
            VpcEndpoint(
                self,
                service,
                vpc_id=vpc_id,
                vpc_endpoint_type="Interface",
                service_name=service_name(environment, service),
                subnet_ids=list(subnet_ids),
                security_group_ids=[group.id],
                private_dns_enabled=True,
                policy=document(_render_policy(environment, service, data_of=data_of)),
                tags={"Name": environment.physical_name(service)},
            )


def service_name(environment: Environment, service: str) -> str:
    """What AWS calls the endpoint service of the environment's region."""
    is_chinese = environment.partition == "aws-cn" and service in _NAMED_AS_IN_CHINA
    return f"{'cn.' if is_chinese else ''}com.amazonaws.{environment.region}.{service}"


def _render_policy(environment: Environment, service: str, *, data_of: Environment) -> list[Statement]:
    own = render_own_account(environment, service, data_of=data_of)
    return [own, _render_federation(environment)] if service == "sts" else [own]


def _render_federation(environment: Environment) -> Statement:
    """Whoever takes a role by a token of an identity provider, as what runs in EKS does, is no principal yet."""
    return {
        "Sid": "Federation",
        "Effect": "Allow",
        "Principal": {"AWS": "*"},
        "Action": ["sts:AssumeRoleWithSAML", "sts:AssumeRoleWithWebIdentity"],
        "Resource": f"arn:{environment.partition}:iam::{environment.account}:role/*",
    }


def render_own_account(environment: Environment, service: str, *, data_of: Environment) -> Statement:
    """Principals of the account reach what belongs to it, in a VPC of our own what is by its name that of `data_of`.

    Where names do not tell, and in somebody else's network, they reach whatever belongs to the account.
    """
    prefix = PREFIXES.get(service, service)
    ours = _OURS.get(service) if isinstance(environment.network, CreatedNetwork) else None
    place = f"arn:{environment.partition}:{prefix}:{environment.region}:{environment.account}"
    name, path = data_of.physical_name("*"), f"/{data_of.prefix}/{data_of.name}/*"
    own = {"aws:PrincipalAccount": environment.account, "aws:ResourceAccount": environment.account}
    return {
        "Sid": "OwnAccount",
        "Effect": "Allow",
        "Principal": {"AWS": "*"},
        "Action": f"{prefix}:*",
        "Resource": f"{place}:{ours.format(name=name, path=path)}" if ours else "*",
        "Condition": {"StringEquals": own},
    }
