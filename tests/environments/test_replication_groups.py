"""Uses of key spaces may have replication groups of their own."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from environments import load
from environments.replication_groups import ReplicationGroup, replication_groups
from tests.environments.conftest import ProblemsOf, WriteEnvironment
from tierstore.declaration.policies import KeySpaceUse


@pytest.fixture
def groups_of(write: WriteEnvironment) -> Callable[[str], dict[str, ReplicationGroup]]:
    """The replication groups, by id, of an environment with these settings."""

    def groups(settings: str) -> dict[str, ReplicationGroup]:
        file = write(settings)
        return {group.id: group for group in replication_groups(load("dev", directory=file.parent))}

    return groups


GroupsOf = Callable[[str], dict[str, ReplicationGroup]]


def test_all_uses_live_in_one_group_unless_told_otherwise(groups_of: GroupsOf) -> None:
    (main,) = groups_of("").values()

    assert main.id == "tierstore-dev"
    assert main.uses == tuple(KeySpaceUse)


def test_a_use_that_is_named_leaves_the_main_group(groups_of: GroupsOf) -> None:
    groups = groups_of("redis: {separate: {real_time: {}}}\n")

    assert {id_: group.uses for id_, group in groups.items()} == {
        "tierstore-dev": (KeySpaceUse.CACHE, KeySpaceUse.SESSION),
        "tierstore-dev-real-time": (KeySpaceUse.REAL_TIME,),
    }


def test_a_separate_group_is_as_the_main_one_where_it_says_nothing_else(groups_of: GroupsOf) -> None:
    groups = groups_of(
        "redis:\n"
        "  node_type: cache.r7g.large\n"
        "  shards: 5\n"
        "  snapshot_retention_days: 2\n"
        "  restore_from: nightly\n"
        "  autoscaling: {shards: {minimum: 2, maximum: 8, target_utilization: 60}}\n"
        "  separate: {session: {shards: 2}}\n"
    )

    settings = groups["tierstore-dev-session"].settings
    assert (settings.shards, settings.node_type, settings.snapshot_retention_days) == (2, "cache.r7g.large", 2)
    assert settings.restore_from is None
    assert settings.autoscaling.shards is None


def test_a_separate_group_is_not_on_the_main_one_s_way_to_cluster_mode(groups_of: GroupsOf) -> None:
    groups = groups_of("redis: {cluster_mode: compatible, shards: 1, separate: {session: {}}}\n")

    assert groups["tierstore-dev-session"].settings.cluster_mode == "enabled"


@pytest.mark.parametrize(("use", "policy"), [("cache", "volatile-lfu"), ("session", "noeviction")])
def test_a_full_node_does_what_suits_its_use(groups_of: GroupsOf, use: str, policy: str) -> None:
    groups = groups_of(f"redis: {{maxmemory_policy: volatile-ttl, separate: {{{use}: {{}}}}}}\n")

    assert groups["tierstore-dev"].settings.maxmemory_policy == "volatile-ttl"
    assert groups[f"tierstore-dev-{use}"].settings.maxmemory_policy == policy


def test_another_policy_may_be_chosen_for_a_use(groups_of: GroupsOf) -> None:
    groups = groups_of("redis: {separate: {session: {maxmemory_policy: volatile-ttl}}}\n")

    assert groups["tierstore-dev-session"].settings.maxmemory_policy == "volatile-ttl"


def test_a_use_that_nobody_declared_is_refused(problems_of: ProblemsOf) -> None:
    (problem,) = problems_of("redis: {separate: {sessions: {}}}\n")

    assert "redis.separate.sessions: unknown (did you mean session?), allowed cache, real_time or session" in problem


def test_every_group_has_its_replica_where_the_main_one_says(problems_of: ProblemsOf) -> None:
    (problem,) = problems_of("redis: {separate: {session: {replica: null}}}\n")

    assert "redis.separate.session.replica: unknown" in problem


def test_production_looks_at_separate_groups_too(problems_of: ProblemsOf) -> None:
    problems = "\n".join(problems_of("production: true\nredis: {separate: {session: {final_snapshot: false}}}\n"))

    assert "redis.separate.session.final_snapshot: given false, allowed in production true" in problems
    assert "redis.final_snapshot" not in problems


def test_names_of_separate_groups_are_nobody_elses(write: WriteEnvironment, problems_of: ProblemsOf) -> None:
    write(name="dev-session")

    problems = "\n".join(problems_of("redis: {separate: {session: {}}}\n"))

    assert "gives the same names (tierstore-dev-session) as environment dev-session" in problems
