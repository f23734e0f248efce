"""Who may open a connection to whom."""

from __future__ import annotations

from cdktf_cdktf_provider_aws.data_aws_ec2_managed_prefix_list import DataAwsEc2ManagedPrefixList
from cdktf_cdktf_provider_aws.security_group import SecurityGroup
from cdktf_cdktf_provider_aws.vpc_security_group_egress_rule import VpcSecurityGroupEgressRule
from cdktf_cdktf_provider_aws.vpc_security_group_ingress_rule import VpcSecurityGroupIngressRule
from constructs import Construct

from environments.schema import Environment
from modules.checkov import suppress

HTTPS = 443


class SecurityGroups(Construct):
    """`redis` accepts connections from members of `clients` only; `clients` reach Redis, DynamoDB and S3 only."""

    def __init__(self, scope: Construct, id_: str, *, environment: Environment, vpc_id: str) -> None:
        super().__init__(scope, id_)
        self.redis = self._group(environment, vpc_id, "redis", "Redis nodes")
        self.clients = self._group(environment, vpc_id, "clients", "Applications that use the storage tiers")
        suppress(self.clients, {"CKV2_AWS_5": "Applications attach it to themselves; they are no part of this stack."})
        port, last_port = environment.redis.port, environment.redis.last_port
        VpcSecurityGroupIngressRule(
            self,
            "redis-from-clients",
            security_group_id=self.redis.id,
            description="Redis from applications",
            referenced_security_group_id=self.clients.id,
            ip_protocol="tcp",
            from_port=port,
            to_port=last_port,
        )
        VpcSecurityGroupEgressRule(
            self,
            "clients-to-redis",
            security_group_id=self.clients.id,
            description="Redis",
            referenced_security_group_id=self.redis.id,
            ip_protocol="tcp",
            from_port=port,
            to_port=last_port,
        )
        for service in ("dynamodb", "s3"):
            addresses = DataAwsEc2ManagedPrefixList(
                self, f"{service}-addresses", name=f"com.amazonaws.{environment.region}.{service}"
            )
            VpcSecurityGroupEgressRule(
                self,
                f"clients-to-{service}",
                security_group_id=self.clients.id,
                description=f"Gateway endpoint of {service}",
                prefix_list_id=addresses.id,
                ip_protocol="tcp",
                from_port=HTTPS,
                to_port=HTTPS,
            )

    def _group(self, environment: Environment, vpc_id: str, what: str, description: str) -> SecurityGroup:
        name = environment.physical_name(what)
        return SecurityGroup(self, what, name=name, description=description, vpc_id=vpc_id, tags={"Name": name})
