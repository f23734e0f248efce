from __future__ import annotations

import pytest

from tests.environments.conftest import ProblemsOf, WriteEnvironment

REGION = "disaster_recovery_region: us-west-2\n"
REDIS = "redis:\n  node_type: cache.r7g.large\n"
REPLICA = "  replica: {network: {kind: create, cidr: 10.41.0.0/16}}\n"
NEIGHBOUR = "owns_account: false\nnetwork: {kind: create, cidr: 10.50.0.0/16}\n" + REGION + REDIS + REPLICA


def test_a_replica_that_fits_is_allowed(problems_of: ProblemsOf) -> None:
    assert problems_of(REGION + REDIS + REPLICA) == []


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        (REDIS + REPLICA, "redis.replica: given without a region for it"),
        (
            "disaster_recovery_region: ap-east-2\n" + REDIS + REPLICA,
            "ap-east-2, which has no global datastores, allowed",
        ),
        (REGION + "redis:\n" + REPLICA, 'redis.node_type: given "cache.t4g.small" with redis.replica, allowed large'),
        (
            REGION + "redis:\n  node_type: cache.m7g.medium\n" + REPLICA,
            'redis.node_type: given "cache.m7g.medium" with redis.replica',
        ),
        (
            REGION + REDIS + "  autoscaling: {shards: {minimum: 3, maximum: 6, target_utilization: 60}}\n" + REPLICA,
            "redis.autoscaling: given with redis.replica",
        ),
        (
            REGION + REDIS + "  cluster_mode: compatible\n  shards: 1\n" + REPLICA,
            'redis.cluster_mode: given "compatible" with redis.replica, allowed enabled',
        ),
        (
            REGION + REDIS + "  multi_az: false\n  replicas_per_shard: 0\n" + REPLICA,
            "redis.replicas_per_shard: given 0 with redis.replica, allowed 1 to 5",
        ),
        (
            REGION + REDIS + REPLICA.replace("10.41.0.0/16", "10.40.128.0/17"),
            "redis.replica.network.cidr: given 10.40.128.0/17, which overlaps network.cidr 10.40.0.0/16",
        ),
        (
            REGION + "network: {kind: create, peer_cidrs: [10.41.0.0/20]}\n" + REDIS + REPLICA,
            "redis.replica.network.cidr: given 10.41.0.0/16, which overlaps network.peer_cidrs 10.41.0.0/20",
        ),
        (
            REGION + REDIS + REPLICA.replace("10.41.0.0/16", "11.0.0.0/16"),
            "redis.replica.network.cidr: given 11.0.0.0/16, allowed a private range",
        ),
        (
            REGION + REDIS + REPLICA.replace("10.41.0.0/16", "10.41.0.0/16, availability_zones: 1"),
            "redis.replica.network.availability_zones: given 1 with redis.multi_az",
        ),
        (
            REGION
            + REDIS
            + "  replica: {network: {kind: existing, vpc_id: vpc-12345678, subnet_ids: [subnet-12345678]}}\n",
            "redis.replica.network.subnet_ids: given one subnet with redis.multi_az",
        ),
    ],
)
def test_what_a_global_datastore_does_not_allow_is_refused(
    problems_of: ProblemsOf, settings: str, problem: str
) -> None:
    assert any(problem in line for line in problems_of(settings))


def test_networks_of_replicas_that_meet_do_not_overlap(write: WriteEnvironment, problems_of: ProblemsOf) -> None:
    write(NEIGHBOUR, name="qa")

    [problem] = problems_of(REGION + REDIS + REPLICA)

    assert "redis.replica.network.cidr: given 10.41.0.0/16, which overlaps 10.41.0.0/16 of environment qa" in problem


def test_an_environment_does_not_take_the_names_of_a_replica(write: WriteEnvironment, problems_of: ProblemsOf) -> None:
    write(NEIGHBOUR, name="qa")

    [problem] = problems_of(name="qa-replica")

    assert "gives the same names (tierstore-qa-replica) as environment qa" in problem


@pytest.mark.parametrize("rule", ["single-zone", "no-flow-logs"])
def test_production_is_as_safe_there(problems_of: ProblemsOf, rule: str) -> None:
    replica = REPLICA.replace("10.41.0.0/16", "10.41.0.0/16, availability_zones: 1, flow_logs: false")

    problems = problems_of("production: true\n" + REGION + REDIS + replica)

    assert any("redis.replica.network." in line and rule in line for line in problems)
