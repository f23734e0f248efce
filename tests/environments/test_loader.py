"""A file is refused with every reason, each with its line, what was given and what is allowed."""

from __future__ import annotations

from pathlib import Path

import pytest

from environments import Environment, InvalidEnvironment, UnknownEnvironment, load, names
from environments.schema import CreatedNetwork, ExistingNetwork, Provisioned
from tests.environments.conftest import ProblemsOf, WriteEnvironment

ACCOUNT = "12 digits in quotes, such as '123456789012'"


def test_an_environment_is_named_after_its_file(environment: Environment) -> None:
    assert environment.name == "dev"
    assert environment.physical_name("core") == "tierstore-dev-core"
    assert environment.bucket_name("assets") == "tierstore-dev-111111111111-assets"


def test_settings_are_read_as_their_types(directory: Path, write: WriteEnvironment) -> None:
    write(
        "network: {kind: create, cidr: 10.7.0.0/16, peer_cidrs: [10.8.0.0/16]}\n"
        "tables: {core: {billing: {mode: provisioned, read_capacity: 5, write_capacity: 6}}}\n"
        "failover: {longest_gap_seconds: 1}\n"
    )

    environment = load("dev", directory=directory)

    assert isinstance(environment.network, CreatedNetwork)
    assert str(environment.network.private_subnets[1]) == "10.7.32.0/19"
    assert environment.table("core").billing == Provisioned(mode="provisioned", read_capacity=5, write_capacity=6)
    assert environment.table("state").billing.mode == "on_demand"
    assert environment.failover.longest_gap_seconds == 1


def test_a_vpc_of_somebody_else_is_a_kind_of_network(directory: Path, write: WriteEnvironment) -> None:
    write("network: {kind: existing, vpc_id: vpc-12345678, subnet_ids: [subnet-11111111, subnet-22222222]}\n")

    assert load("dev", directory=directory).network == ExistingNetwork(
        kind="existing", vpc_id="vpc-12345678", subnet_ids=("subnet-11111111", "subnet-22222222")
    )


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ("redis: {shards: 0}", "redis.shards: given 0, allowed a whole number from 1 to 500"),
        ("redis: {shards: 501}", "redis.shards: given 501, allowed a whole number from 1 to 500"),
        ("redis: {shards: three}", 'redis.shards: given "three", allowed a whole number from 1 to 500'),
        ("redis: {shards: '3'}", 'redis.shards: given "3", allowed a whole number from 1 to 500'),
        ("redis: {shards: 1.5}", "redis.shards: given 1.5, allowed a whole number from 1 to 500"),
        ("redis: {shards: true}", "redis.shards: given true, allowed a whole number from 1 to 500"),
        ("redis: {shards: [3]}", "redis.shards: given a list, allowed a whole number from 1 to 500"),
        ("redis: {shards: {}}", "redis.shards: given a section, allowed a whole number from 1 to 500"),
        ("redis: {shards: }", "redis.shards: given null, allowed a whole number from 1 to 500"),
        ("redis: {multi_az: yes}", 'redis.multi_az: given "yes", allowed true or false'),
        ("redis: {engine: memcached}", 'redis.engine: given "memcached", allowed redis or valkey'),
        ("redis: {engine_version: 7.1}", "redis.engine_version: given 7.1, allowed a text or null"),
        ("redis: {node_type: r7g.large}", 'redis.node_type: given "r7g.large", allowed a node type of ElastiCache'),
        ("redis: {snapshot_window: 3am}", 'redis.snapshot_window: given "3am", allowed hh:mm-hh:mm in UTC'),
        ("redis: {snapshot_window: 24:00-25:00}", 'redis.snapshot_window: given "24:00-25:00", allowed hh:mm-hh:mm'),
        ("redis: {shard: 3}", "redis.shard: unknown (did you mean shards?), allowed accepted_risks, apply_immediately"),
        ("logs: ", "logs: given null, allowed a section with the keys accepted_risks, retention_days"),
        ("redis: ", "redis: given null, allowed a section"),
        ("redis: 3", "redis: given 3, allowed a section"),
        ("logs: 3", "logs: given 3, allowed a section with the keys accepted_risks, retention_days"),
        ("redus: {}", "redus: unknown (did you mean redis?), allowed accepted_risks, access, account"),
        (
            "access: {personas: {reader: {principals: ['arn:aws:iam::111111111111:role/*']}}}",
            'access.personas.reader.principals[0]: given "arn:aws:iam::111111111111:role/*", allowed the ARN of one',
        ),
        (
            "access: {personas: {reader: {principals: ['*']}}}",
            'access.personas.reader.principals[0]: given "*", allowed the ARN of one role or user without wildcards',
        ),
        (
            "access: {github: {repository: example/*}}",
            'access.github.repository: given "example/*", allowed <owner>/<name> of one repository without wildcards',
        ),
        ("logs: {retention_days: 2}", "logs.retention_days: given 2, allowed 1, 3, 5"),
        ("logs: {retention_days: true}", "logs.retention_days: given true, allowed 1, 3, 5"),
        ("production: 1", "production: given 1, allowed true or false"),
        ("target: azure", 'target: given "azure", allowed aws or sandbox'),
        ("prefix: Tier_Store", 'prefix: given "Tier_Store", allowed up to 30 lower-case letters'),
        (
            "prefix: a-prefix-of-thirty-one-letters-x",
            'prefix: given "a-prefix-of-thirty-one-letters-x", allowed up to 30',
        ),
        ("prefix: tier--store", 'prefix: given "tier--store", allowed up to 30 lower-case letters'),
        ("tags: {Cost: 3}", "tags.Cost: given 3, allowed up to 256 letters"),
        ("tags: [a]", "tags: given a list, allowed a section"),
        ("network: {kind: create, cidr: 10.0.0.1/16}", 'network.cidr: given "10.0.0.1/16", allowed an IPv4 range'),
        ("network: {kind: create, cidr: 10}", "network.cidr: given 10, allowed an IPv4 range"),
        ("network: {kind: create, cidr: fd00::/8}", 'network.cidr: given "fd00::/8", allowed an IPv4 range'),
        ("network: {kind: create, peer_cidrs: [x]}", 'network.peer_cidrs[0]: given "x", allowed an IPv4 range'),
        ("network: {kind: create, peer_cidrs: x}", 'network.peer_cidrs: given "x", allowed a list, each item an IPv4'),
        ("network: {cidr: 10.1.0.0/16}", "network.kind: missing, allowed create or existing"),
        ("network: {kind: new}", 'network.kind: given "new", allowed create or existing'),
        ("network: create", 'network: given "create", allowed a section'),
        (
            "network: {kind: existing, subnet_ids: [subnet-12345678]}",
            "network.vpc_id: missing, allowed the id of a VPC, such as vpc-",
        ),
        (
            "network: {kind: existing, vpc_id: vpc-12345678, subnet_ids: [eu-1]}",
            'network.subnet_ids[0]: given "eu-1", allowed the id of a subnet',
        ),
        (
            "network: {kind: existing, vpc_id: vpc-12345678, subnet_ids: []}",
            "network.subnet_ids: given an empty list, allowed a list, each item the id of a subnet",
        ),
        (
            "network: {kind: create, vpc_id: vpc-12345678}",
            "network.vpc_id: unknown, allowed accepted_risks, availability_zones, cidr",
        ),
        (
            "tables: {core: {billing: {mode: provisioned, read_capacity: 0, write_capacity: 1}}}",
            "tables.core.billing.read_capacity: given 0, allowed a whole number from 1 to 40000",
        ),
        (
            "tables: {core: {billing: {mode: provisioned, read_capacity: 1}}}",
            "tables.core.billing.write_capacity: missing, allowed a whole number from 1 to 40000",
        ),
        (
            "tables: {core: {billing: {mode: on_demand, read_capacity: 1}}}",
            "tables.core.billing.read_capacity: unknown, allowed indexes, max_read_units, max_write_units or mode",
        ),
        ("tables: {cor: on_demand}", "tables.cor: unknown (did you mean core?), allowed core or state"),
        ("tables: {cor: {a: 1, b: 2}}", "tables.cor: unknown (did you mean core?), allowed core or state"),
        ("tables: {core: on_demand}", 'tables.core: given "on_demand", allowed a section with the keys'),
        (
            "buckets: {logs: {expiration_days: soon}}",
            'buckets.logs.expiration_days: given "soon", allowed a whole number from 1 to 3650 or null',
        ),
        ("failover: {recovery_seconds: 0}", "failover.recovery_seconds: given 0, allowed a number above 0"),
        ("failover: {failed_operations: -1}", "failover.failed_operations: given -1, allowed a whole number from 0 up"),
        (
            "alarms: {subscriptions: [nobody]}",
            'alarms.subscriptions[0]: given "nobody", allowed an e-mail address, or the ARN',
        ),
        ("name: dev", "name: unknown: the file's name is the environment's name, remove it"),
    ],
)
def test_a_wrong_setting_is_refused(problems_of: ProblemsOf, settings: str, problem: str) -> None:
    [found] = problems_of(f"{settings}\n")

    assert found.startswith(f"environments/dev.yaml:4: {problem}")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("account: 111111111111\nregion: us-east-1", f"1: account: given 111111111111, allowed {ACCOUNT}"),
        ("account: '1234'\nregion: us-east-1", f'1: account: given "1234", allowed {ACCOUNT}'),
        ("region: us-east-1", f"1: account: missing, allowed {ACCOUNT}"),
        ("account: '111111111111'\nregion: Frankfurt", '2: region: given "Frankfurt", allowed a region such as'),
    ],
)
def test_who_and_where_must_be_given(directory: Path, text: str, problem: str) -> None:
    (directory / "dev.yaml").write_text(f"{text}\ndescription: d\n")

    with pytest.raises(InvalidEnvironment) as refusal:
        load("dev", directory=directory)

    assert str(refusal.value).startswith(f"environments/dev.yaml:{problem}")


def test_every_wrong_setting_is_reported_in_the_order_of_lines(problems_of: ProblemsOf) -> None:
    problems = problems_of("redis:\n  shards: many\n  multi_az: 1\nlogs:\n  retention: 3\n")

    assert [problem.split(" ")[0:2] for problem in problems] == [
        ["environments/dev.yaml:5:", "redis.shards:"],
        ["environments/dev.yaml:6:", "redis.multi_az:"],
        ["environments/dev.yaml:8:", "logs.retention:"],
    ]


def test_a_file_that_is_not_yaml_is_refused_at_its_line(problems_of: ProblemsOf) -> None:
    [problem] = problems_of("redis: {shards: 3\nlogs: x\n")

    assert problem.startswith("environments/dev.yaml:5: not valid YAML: ")


def test_a_key_that_is_given_twice_is_refused(problems_of: ProblemsOf) -> None:
    assert problems_of("region: eu-west-1\n") == [
        "environments/dev.yaml:4: region: given twice, first in line 3: keep one"
    ]


def test_a_problem_says_where_it_is_for_programs_too(directory: Path, write: WriteEnvironment) -> None:
    file = write("redis:\n  shards: 0\n")

    with pytest.raises(InvalidEnvironment) as refusal:
        load("dev", directory=directory)

    [problem] = refusal.value.problems
    assert (problem.file, problem.line, problem.path) == (file, 5, ("redis", "shards"))


def test_a_file_outside_the_working_directory_is_named_in_full(
    directory: Path, write: WriteEnvironment, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = write("redis: {shards: 0}\n")
    monkeypatch.chdir("/")

    with pytest.raises(InvalidEnvironment, match=f"^{str(file).removeprefix('/')}:4: "):
        load("dev", directory=directory)


def test_names_are_those_of_the_files(directory: Path, write: WriteEnvironment) -> None:
    write(name="qa")
    write(name="dev")
    (directory / "README.md").write_text("no environment")
    (directory / "Not_A_Name.yaml").write_text("no environment")

    assert names(directory=directory) == ("dev", "qa")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("prd", "environment prd: unknown (did you mean prod?), allowed dev or prod"),
        ("qa", "environment qa: unknown, allowed dev or prod"),
        ("../prod", "environment '../prod': not a name, allowed are lower-case words joined by hyphens, such as prod"),
        ("", "environment '': not a name, allowed are lower-case words joined by hyphens, such as prod"),
    ],
)
def test_an_unknown_environment_is_refused_with_the_known_ones(
    directory: Path, write: WriteEnvironment, name: str, message: str
) -> None:
    write(name="dev")
    write(name="prod")

    with pytest.raises(UnknownEnvironment) as refusal:
        load(name, directory=directory)

    assert str(refusal.value) == message


def test_a_folder_without_environments_says_what_to_write(directory: Path) -> None:
    with pytest.raises(UnknownEnvironment, match=r"environments holds no <name>\.yaml: write one"):
        load("dev", directory=directory)
