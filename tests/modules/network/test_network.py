from __future__ import annotations

import re
from ipaddress import IPv4Network

import pytest

from environments import Environment
from environments.schema import CreatedNetwork, ExistingNetwork, ServerlessRedisSettings
from modules.network import Network
from modules.network.interface_endpoints import render_own_account, service_name
from tests.modules.template import Block, Template, statements, synthesized

OPEN = {"0.0.0.0/0", "::/0"}


def network(environment: Environment, settings: CreatedNetwork | ExistingNetwork) -> Template:
    chosen = environment.model_copy(update={"network": settings})
    return synthesized(
        lambda stack: Network(stack, "network", environment=chosen, logs_key_arn="arn:key", boundary_arn="arn:boundary")
    )


@pytest.fixture(scope="module")
def created(environment: Environment) -> Template:
    return network(environment, CreatedNetwork(cidr=IPv4Network("10.9.0.0/16"), availability_zones=2))


@pytest.fixture(scope="module")
def existing(environment: Environment) -> Template:
    return network(
        environment,
        ExistingNetwork(
            kind="existing",
            vpc_id="vpc-0123456789",
            subnet_ids=("subnet-0123456781", "subnet-0123456782"),
            route_table_ids=("rtb-0123456789",),
        ),
    )


def test_a_created_vpc_has_one_private_subnet_in_each_zone(created: Template) -> None:
    subnets = created.all("aws_subnet")

    assert [subnet["cidr_block"] for subnet in subnets] == ["10.9.0.0/19", "10.9.32.0/19"]
    assert len({subnet["availability_zone"] for subnet in subnets}) == 2
    assert {subnet["map_public_ip_on_launch"] for subnet in subnets} == {False}


def test_a_created_vpc_resolves_names(created: Template) -> None:
    vpc = created.one("aws_vpc")

    assert (vpc["enable_dns_support"], vpc["enable_dns_hostnames"]) == (True, True)


@pytest.mark.parametrize("way_out", ["aws_internet_gateway", "aws_nat_gateway", "aws_route", "aws_eip"])
def test_a_created_vpc_has_no_way_out(created: Template, way_out: str) -> None:
    assert created.all(way_out) == []
    assert "route" not in created.one("aws_route_table")


def test_every_subnet_uses_the_route_table_of_the_endpoints(created: Template) -> None:
    associations = created.all("aws_route_table_association")

    assert len(associations) == 2
    assert {association["route_table_id"] for association in associations} == set(
        created.all("aws_vpc_endpoint")[0]["route_table_ids"]
    )


def test_the_default_security_group_allows_nothing(created: Template) -> None:
    group = created.one("aws_default_security_group")

    assert not {"ingress", "egress"} & group.keys()


def test_an_existing_vpc_is_left_alone(existing: Template) -> None:
    for kind in ("aws_vpc", "aws_subnet", "aws_route_table", "aws_default_security_group", "aws_flow_log"):
        assert existing.all(kind) == []


def test_an_existing_vpc_gets_endpoints_in_the_given_route_tables(existing: Template) -> None:
    for endpoint in existing.all("aws_vpc_endpoint"):
        assert endpoint["vpc_id"] == "vpc-0123456789"
        assert endpoint["route_table_ids"] == ["rtb-0123456789"]


def test_an_existing_vpc_may_have_endpoints_of_its_own(environment: Environment) -> None:
    settings = ExistingNetwork(kind="existing", vpc_id="vpc-0123456789", subnet_ids=("subnet-0123456781",))

    assert network(environment, settings).all("aws_vpc_endpoint") == []


def test_the_endpoints_are_gateways_of_dynamodb_and_s3(created: Template) -> None:
    assert {
        (endpoint["vpc_endpoint_type"], endpoint["service_name"]) for endpoint in created.all("aws_vpc_endpoint")
    } == {
        ("Gateway", "com.amazonaws.eu-central-1.dynamodb"),
        ("Gateway", "com.amazonaws.eu-central-1.s3"),
    }


def own_data(template: Template, service: str) -> Block:
    endpoint = template.one("aws_vpc_endpoint", service_name=f"com.amazonaws.eu-central-1.{service}")
    return statements(endpoint["policy"])["OwnData"]


@pytest.mark.parametrize("service", ["dynamodb", "s3"])
def test_the_endpoints_serve_and_lead_to_the_own_account_only(
    created: Template, existing: Template, service: str
) -> None:
    for template in (created, existing):
        assert own_data(template, service)["Action"] == f"{service}:*"
        assert own_data(template, service)["Condition"]["StringEquals"] == {
            "aws:PrincipalAccount": "123456789012",
            "aws:ResourceAccount": "123456789012",
        }


def test_the_endpoints_lead_to_the_own_environment_only(created: Template) -> None:
    assert own_data(created, "dynamodb")["Resource"] == [
        "arn:aws:dynamodb:eu-central-1:123456789012:table/tierstore-test-*"
    ]
    assert own_data(created, "s3")["Resource"] == [
        "arn:aws:s3:::tierstore-test-*",
        "arn:aws:s3:eu-central-1:123456789012:accesspoint/tierstore-test-*",
    ]


def test_the_endpoints_of_somebody_elses_vpc_lead_to_the_data_of_others_too(existing: Template) -> None:
    assert own_data(existing, "dynamodb")["Resource"] == "*"


def test_flow_logs_record_all_traffic_in_an_encrypted_log_group(created: Template) -> None:
    log, group = created.one("aws_flow_log"), created.one("aws_cloudwatch_log_group")

    assert log["traffic_type"] == "ALL"
    assert group["name"] == "/tierstore/test/flow-logs"
    assert group["kms_key_id"] == "arn:key"


def test_flow_logs_can_be_left_out(environment: Environment) -> None:
    quiet = network(environment, CreatedNetwork(flow_logs=False))

    for kind in ("aws_flow_log", "aws_cloudwatch_log_group", "aws_iam_role"):
        assert quiet.all(kind) == []


def test_nobody_else_can_use_the_role_of_the_flow_logs(created: Template) -> None:
    (trust,) = statements(created.one("aws_iam_role")["assume_role_policy"]).values()

    assert trust["Condition"] == {
        "StringEquals": {"aws:SourceAccount": "123456789012"},
        "ArnLike": {"aws:SourceArn": "arn:aws:ec2:eu-central-1:123456789012:vpc-flow-log/*"},
    }


@pytest.mark.parametrize("kind", ["created", "existing"])
def test_redis_accepts_connections_from_clients_only(kind: str, request: pytest.FixtureRequest) -> None:
    template: Template = request.getfixturevalue(kind)
    clients = template.address("aws_security_group", name="tierstore-test-clients")

    rule = template.one("aws_vpc_security_group_ingress_rule")

    assert rule["referenced_security_group_id"] == f"${{{clients}.id}}"
    assert (rule["ip_protocol"], rule["from_port"], rule["to_port"]) == ("tcp", 6379, 6379)
    assert "cidr_ipv4" not in rule


def test_both_ports_of_a_serverless_cache_are_open_to_clients(environment: Environment) -> None:
    serverless = environment.model_copy(update={"redis": ServerlessRedisSettings(kind="serverless")})
    template = network(serverless, CreatedNetwork())

    way_in = template.one("aws_vpc_security_group_ingress_rule")
    way_out = template.one("aws_vpc_security_group_egress_rule", description="Redis")
    assert [(rule["from_port"], rule["to_port"]) for rule in (way_in, way_out)] == [(6379, 6380)] * 2


def test_clients_reach_redis_and_the_endpoints_only(created: Template) -> None:
    rules = created.all("aws_vpc_security_group_egress_rule")

    assert {(rule["description"], rule["from_port"], rule["to_port"]) for rule in rules} == {
        ("Redis", 6379, 6379),
        ("Gateway endpoint of dynamodb", 443, 443),
        ("Gateway endpoint of s3", 443, 443),
    }
    assert all("cidr_ipv4" not in rule for rule in rules)


def test_nothing_is_open_to_the_world(created: Template) -> None:
    assert not any(address in str(created.document) for address in OPEN)


@pytest.fixture(scope="module")
def ours(environment: Environment) -> Template:
    return network(environment, CreatedNetwork(interface_endpoints=("kms", "ssm", "monitoring")))


@pytest.fixture(scope="module")
def somebody_elses(environment: Environment) -> Template:
    settings = ExistingNetwork(
        kind="existing",
        vpc_id="vpc-0123456789",
        subnet_ids=("subnet-0123456781", "subnet-0123456782"),
        interface_endpoints=("ssm", "sts"),
    )
    return network(environment, settings)


class TestInterfaceEndpoints:
    @staticmethod
    def statement(template: Template, service: str) -> Block:
        endpoint = template.one("aws_vpc_endpoint", service_name=f"com.amazonaws.eu-central-1.{service}")
        return statements(endpoint["policy"])["OwnAccount"]

    def test_each_has_the_usual_name_in_every_subnet(self, ours: Template) -> None:
        endpoints = [each for each in ours.all("aws_vpc_endpoint") if each["vpc_endpoint_type"] == "Interface"]

        assert len(endpoints) == 3
        assert {each["private_dns_enabled"] for each in endpoints} == {True}
        assert {len(each["subnet_ids"]) for each in endpoints} == {3}

    @pytest.mark.parametrize("service", ["kms", "ssm", "monitoring"])
    def test_each_serves_and_leads_to_the_own_account_only(self, ours: Template, service: str) -> None:
        own = {"aws:PrincipalAccount": "123456789012", "aws:ResourceAccount": "123456789012"}

        assert self.statement(ours, service)["Condition"] == {"StringEquals": own}

    @pytest.mark.parametrize(
        ("service", "ours"),
        [
            ("kinesis-streams", "arn:aws:kinesis:eu-central-1:123456789012:stream/tierstore-test-*"),
            ("sns", "arn:aws:sns:eu-central-1:123456789012:tierstore-test-*"),
            ("ssm", "arn:aws:ssm:eu-central-1:123456789012:parameter/tierstore/test/*"),
            ("kms", "*"),
        ],
    )
    def test_in_a_vpc_of_our_own_what_has_its_name_is_the_environments(
        self, environment: Environment, service: str, ours: str
    ) -> None:
        assert render_own_account(environment, service, data_of=environment)["Resource"] == ours

    def test_in_somebody_elses_vpc_it_is_the_accounts(self, somebody_elses: Template) -> None:
        assert self.statement(somebody_elses, "ssm")["Resource"] == "*"

    def test_metrics_are_called_as_iam_calls_them(self, ours: Template) -> None:
        assert self.statement(ours, "monitoring")["Action"] == "cloudwatch:*"

    def test_only_clients_reach_them(self, ours: Template) -> None:
        group = f"${{{ours.address('aws_security_group', name='tierstore-test-endpoints')}.id}}"
        clients = f"${{{ours.address('aws_security_group', name='tierstore-test-clients')}.id}}"
        rules = [each for each in ours.all("aws_vpc_security_group_ingress_rule") if each["security_group_id"] == group]

        assert [(each["referenced_security_group_id"], each["from_port"]) for each in rules] == [(clients, 443)]

    def test_everything_in_somebody_elses_vpc_reaches_them(self, somebody_elses: Template) -> None:
        (rule,) = [each for each in somebody_elses.all("aws_vpc_security_group_ingress_rule") if "cidr_ipv4" in each]

        assert re.search(r"data\.aws_vpc\.[\w-]+\.cidr_block_associations\b", rule["for_each"])
        assert rule["cidr_ipv4"] == "${each.value.cidr_block}"
        assert (rule["from_port"], rule["to_port"]) == (443, 443)

    def test_roles_are_taken_by_tokens_too(self, somebody_elses: Template) -> None:
        endpoint = somebody_elses.one("aws_vpc_endpoint", service_name="com.amazonaws.eu-central-1.sts")
        federation = statements(endpoint["policy"])["Federation"]

        assert "sts:AssumeRoleWithWebIdentity" in federation["Action"]
        assert federation["Resource"] == "arn:aws:iam::123456789012:role/*"
        assert "Condition" not in federation

    @pytest.mark.parametrize(
        ("service", "name"),
        [("sts", "cn.com.amazonaws.cn-north-1.sts"), ("ssm", "com.amazonaws.cn-north-1.ssm")],
    )
    def test_china_has_names_of_its_own(self, environment: Environment, service: str, name: str) -> None:
        assert service_name(environment.model_copy(update={"region": "cn-north-1"}), service) == name

    def test_there_are_none_unless_asked_for(self, created: Template) -> None:
        assert {each["vpc_endpoint_type"] for each in created.all("aws_vpc_endpoint")} == {"Gateway"}
