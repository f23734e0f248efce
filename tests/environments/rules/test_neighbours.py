"""Environments that can meet have names and addresses of their own."""

from __future__ import annotations

from pathlib import Path

import pytest

from environments import InvalidEnvironment, load
from tests.environments.conftest import ProblemsOf, WriteEnvironment

NOT_THE_OWNER = "owns_account: false\n"
NETWORK = "network: {{kind: create, cidr: {}, peer_cidrs: [{}]}}\n"


def test_overlapping_ranges_in_one_account_and_region_are_refused(
    write: WriteEnvironment, problems_of: ProblemsOf
) -> None:
    write(NOT_THE_OWNER + NETWORK.format("10.1.0.0/16", ""), name="qa")

    assert problems_of(NETWORK.format("10.1.128.0/17", "")) == [
        (
            "environments/dev.yaml:4: network.cidr: given 10.1.128.0/17, which overlaps 10.1.0.0/16 of environment qa, "
            "in the same account and region: choose another range"
        )
    ]


def test_overlapping_ranges_that_share_a_peer_are_refused(write: WriteEnvironment, problems_of: ProblemsOf) -> None:
    other = write(NOT_THE_OWNER + NETWORK.format("10.1.0.0/16", "10.9.0.0/16"), name="qa")
    other.write_text(other.read_text().replace("us-east-1", "eu-west-1"))

    [problem] = problems_of(NETWORK.format("10.1.0.0/16", "10.9.1.0/24"))

    assert "overlaps 10.1.0.0/16 of environment qa, which is peered with 10.9.1.0/24 too" in problem


@pytest.mark.parametrize(
    ("given", "replaced_by"),
    [("us-east-1", "eu-west-1"), ("111111111111", "222222222222")],
    ids=["another region", "another account"],
)
def test_networks_that_never_meet_may_have_the_same_range(
    write: WriteEnvironment, problems_of: ProblemsOf, given: str, replaced_by: str
) -> None:
    other = write(NOT_THE_OWNER + NETWORK.format("10.1.0.0/16", ""), name="qa")
    other.write_text(other.read_text().replace(given, replaced_by))

    assert problems_of(NETWORK.format("10.1.0.0/16", "")) == []


def test_a_vpc_of_somebody_else_has_no_range_to_compare(write: WriteEnvironment, problems_of: ProblemsOf) -> None:
    write(NOT_THE_OWNER + NETWORK.format("10.1.0.0/16", ""), name="qa")

    assert (
        problems_of("network: {kind: existing, vpc_id: vpc-12345678, subnet_ids: [subnet-12345678, subnet-87654321]}\n")
        == []
    )


def test_two_environments_with_the_same_physical_names_are_refused(
    write: WriteEnvironment, problems_of: ProblemsOf
) -> None:
    write(NOT_THE_OWNER + "prefix: shop-eu\nnetwork: {kind: create, cidr: 10.1.0.0/16}\n", name="dev")

    assert problems_of("prefix: shop\n", name="eu-dev") == [
        (
            'environments/eu-dev.yaml:4: prefix: given "shop", which gives the same names (shop-eu-dev) as '
            "environment dev in the same account: choose another prefix"
        )
    ]


def test_a_neighbour_with_an_invalid_file_is_passed_over(directory: Path, write: WriteEnvironment) -> None:
    write("redis: {shards: 0}\n", name="qa")
    write()

    assert load("dev", directory=directory).name == "dev"
    with pytest.raises(InvalidEnvironment):
        load("qa", directory=directory)


def test_two_environments_that_own_one_account_are_refused(write: WriteEnvironment, problems_of: ProblemsOf) -> None:
    write("network: {kind: create, cidr: 10.1.0.0/16}\n", name="qa")

    assert problems_of("owns_account: true\n") == [
        (
            "environments/dev.yaml:4: owns_account: given true, as in environment qa in the same account: "
            "set it to false in one of them"
        )
    ]


@pytest.mark.parametrize("other", [NOT_THE_OWNER, "state: file\ntarget: sandbox\n"])
def test_an_account_has_one_owner_at_most(write: WriteEnvironment, problems_of: ProblemsOf, other: str) -> None:
    write(f"{other}network: {{kind: create, cidr: 10.1.0.0/16}}\n", name="qa")

    assert problems_of() == []
