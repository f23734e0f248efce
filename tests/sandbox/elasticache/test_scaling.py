from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sandbox import administration, lifecycle, processes
from sandbox.directory import Directory
from sandbox.elasticache import scaling
from sandbox.elasticache.protocol import ServiceError
from sandbox.redis_cluster.cluster import is_in_sync
from sandbox.redis_cluster.slots import SLOTS
from tests.sandbox.conftest import APPLICATION, Sandbox
from tests.support.patience import wait_long_for_redis
from tierstore.aws import Aws
from tierstore.connection import Connection, RedisConnection
from tierstore.errors import StorageError
from tierstore.redis.effects import RedisRequest, RedisValues
from tierstore.redis.transport import RedisTransport

REGION = "eu-west-3"
GROUP = "elastic"
TWO = {"0001": ["c-0001-001", "c-0001-002"], "0002": ["c-0002-001", "c-0002-002"]}


class TestWanted:
    """Which nodes a change asks for."""

    def test_a_new_shard_has_as_many_nodes_as_the_others(self) -> None:
        wanted = scaling.with_shards(TWO, 3, name="c", removed=(), retained=())

        assert wanted == {**TWO, "0003": ["c-0003-001", "c-0003-002"]}

    def test_the_number_of_a_shard_that_went_is_given_again(self) -> None:
        left = scaling.with_shards(TWO, 1, name="c", removed=["0001"], retained=())

        assert list(left) == ["0002"]
        assert list(scaling.with_shards(left, 2, name="c", removed=(), retained=())) == ["0001", "0002"]

    def test_those_that_are_retained_stay(self) -> None:
        assert list(scaling.with_shards(TWO, 1, name="c", removed=(), retained=["0002"])) == ["0002"]

    @pytest.mark.parametrize(
        ("number", "removed", "reason"),
        [(1, [], "2 would be left"), (1, ["0009"], "no node group 0009"), (2, ["0001"], "for fewer node groups only")],
    )
    def test_what_does_not_fit_together_is_refused(self, number: int, removed: list[str], reason: str) -> None:
        with pytest.raises(ServiceError, match=reason):
            scaling.with_shards(TWO, number, name="c", removed=removed, retained=())

    def test_a_primary_stays_when_replicas_go(self) -> None:
        fewer = scaling.with_fewer_replicas(TWO, {"0001": 0, "0002": 0}, primaries=["c-0001-001", "c-0002-002"])

        assert fewer == {"0001": ["c-0001-001"], "0002": ["c-0002-002"]}

    def test_a_new_replica_gets_the_lowest_number_that_is_free(self) -> None:
        more = scaling.with_more_replicas({"0001": ["c-0001-002"]}, {"0001": 2}, name="c")

        assert more == {"0001": ["c-0001-001", "c-0001-002", "c-0001-003"]}

    def test_a_named_replica_goes_and_a_primary_does_not(self) -> None:
        primaries = ["c-0001-001", "c-0002-001"]

        assert scaling.without(TWO, ["c-0002-002"], primaries=primaries)["0002"] == ["c-0002-001"]
        with pytest.raises(ServiceError, match="c-0001-001 is not a replica"):
            scaling.without(TWO, ["c-0001-001"], primaries=primaries)


@pytest.fixture(scope="module")
def elasticache(sandbox: Sandbox) -> Iterator[Any]:
    """ElastiCache where the group is whose shape the tests change."""
    sandbox.create_users(region=REGION)
    sandbox.create_group(GROUP, region=REGION, NumNodeGroups=2)
    sandbox.wait_until(GROUP, "available", region=REGION)
    client = sandbox.client("elasticache", region=REGION)
    yield client
    client.delete_replication_group(ReplicationGroupId=GROUP)


@pytest.fixture
def shaped(sandbox: Sandbox, elasticache: Any) -> Callable[[int, int], dict[str, Any]]:
    """Gives the group so many shards and replicas, one step after the other, and waits until it has them."""

    def shape(shards: int, replicas: int) -> dict[str, Any]:
        group = sandbox.wait_until(GROUP, "available", region=REGION)
        for call, parameters in steps(members(group), shards, replicas):
            getattr(elasticache, call)(ReplicationGroupId=GROUP, ApplyImmediately=True, **parameters)
            group = sandbox.wait_until(GROUP, "available", region=REGION)
        return group

    return shape


def steps(current: Mapping[str, Sequence[str]], shards: int, replicas: int) -> Iterator[tuple[str, dict[str, Any]]]:
    if len(current) != shards:
        parameters: dict[str, Any] = {"NodeGroupCount": shards}
        if len(current) > shards:
            parameters["NodeGroupsToRemove"] = sorted(current)[shards:]
        yield "modify_replication_group_shard_configuration", parameters
    replicas_now = len(next(iter(current.values()))) - 1
    if replicas_now < replicas:
        yield "increase_replica_count", {"NewReplicaCount": replicas}
    if replicas_now > replicas:
        yield "decrease_replica_count", {"NewReplicaCount": replicas}


def members(group: Mapping[str, Any]) -> dict[str, list[str]]:
    return {
        shard["NodeGroupId"]: [node["CacheClusterId"] for node in shard["NodeGroupMembers"]]
        for shard in group["NodeGroups"]
    }


def slot_counts(group: Mapping[str, Any]) -> list[int]:
    spans = [[tuple(map(int, span.split("-"))) for span in shard["Slots"].split(",")] for shard in group["NodeGroups"]]
    return [sum(last - first + 1 for first, last in shard) for shard in spans]


class Writer(threading.Thread):
    """Writes by the library's own routing until it is told to stop, and asks again for nothing that failed."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(daemon=True)
        self._redis = RedisTransport(Aws(connection), connection.redis)
        self._stopping = threading.Event()
        self.written: list[str] = []
        self.failures: list[StorageError] = []

    def run(self) -> None:
        number = 0
        while not self._stopping.is_set():
            number += 1
            key = f"key:{number}"
            try:
                self._redis.carry_out(RedisRequest(key=key, command=("SET", key, number)))
                self.written.append(key)
            except StorageError as error:
                self.failures.append(error)
            # As fast as it could it would leave the cluster no processor.
            time.sleep(0.001)

    def lost(self) -> list[str]:
        """The writes that were acknowledged and are not there."""
        self._stopping.set()
        self.join()
        found: list[bytes | None] = []
        for first in range(0, len(self.written), 500):
            found += self._redis.carry_out(RedisValues(keys=tuple(self.written[first : first + 500])))
        self._redis.close()
        expected = [key.removeprefix("key:").encode() for key in self.written]
        return [key for key, value, right in zip(self.written, found, expected, strict=True) if value != right]


@contextmanager
def writing(sandbox: Sandbox, group_id: str, *, region: str) -> Iterator[Writer]:
    endpoint = sandbox.group(group_id, region=region)["ConfigurationEndpoint"]
    connection = Connection(
        environment="test",
        region=region,
        tables={},
        buckets={},
        redis=RedisConnection(
            replication_group_id=group_id,
            host=endpoint["Address"],
            port=endpoint["Port"],
            tls=True,
            user=APPLICATION,
            authentication="iam",
        ),
        ca_file=sandbox.connection.redis.ca_file,
        redis_passwords_file=sandbox.connection.redis.user_passwords_file,
    )
    with pytest.MonkeyPatch.context() as patch:
        wait_long_for_redis(patch)
        writer = Writer(connection)
        writer.start()
        while len(writer.written) < 100:
            assert not writer.failures
            time.sleep(0.01)
        yield writer


@pytest.mark.integration
class TestShape:
    @pytest.mark.parametrize(("before", "after"), [(2, 3), (3, 2)])
    def test_no_request_fails_and_no_write_is_lost_while_shards_come_and_go(
        self, sandbox: Sandbox, shaped: Callable[[int, int], dict[str, Any]], before: int, after: int
    ) -> None:
        shaped(before, 1)
        with writing(sandbox, GROUP, region=REGION) as writer:
            group = shaped(after, 1)
            lost = writer.lost()

        assert list(members(group)) == [f"{number:04d}" for number in range(1, after + 1)]
        assert sum(slot_counts(group)) == SLOTS
        assert max(slot_counts(group)) - min(slot_counts(group)) <= 1
        assert not writer.failures
        assert not lost

    def test_replicas_come_and_go(self, sandbox: Sandbox, shaped: Callable[[int, int], dict[str, Any]]) -> None:
        more = shaped(2, 2)
        in_sync = [is_in_sync(server) for server in sandbox.data_plane(GROUP, region=REGION).servers]
        fewer = shaped(2, 1)

        assert members(more)["0002"] == [f"{GROUP}-0002-{number:03d}" for number in (1, 2, 3)]
        assert in_sync == [True] * 6
        assert [len(names) for names in members(fewer).values()] == [2, 2]

    def test_the_change_is_told_while_it_lasts_and_afterwards(
        self, elasticache: Any, shaped: Callable[[int, int], dict[str, Any]]
    ) -> None:
        shaped(2, 1)

        answer = elasticache.modify_replication_group_shard_configuration(
            ReplicationGroupId=GROUP, NodeGroupCount=3, ApplyImmediately=True
        )
        with pytest.raises(ClientError, match="InvalidReplicationGroupState"):
            elasticache.increase_replica_count(ReplicationGroupId=GROUP, NewReplicaCount=2, ApplyImmediately=True)
        shaped(3, 1)

        told = [event["Message"] for event in elasticache.describe_events(SourceIdentifier=GROUP)["Events"][:2]]
        nodes = elasticache.describe_cache_clusters()["CacheClusters"]
        assert answer["ReplicationGroup"]["Status"] == "modifying"
        assert told == ["Replication group modified", "Modifying node groups from 2 to 3"]
        assert [node["CacheClusterId"] for node in nodes][-2:] == [f"{GROUP}-0003-001", f"{GROUP}-0003-002"]

    @pytest.mark.parametrize("fault", ["kill", "hang", "graceful"])
    def test_a_shard_that_was_added_can_be_hurt(
        self, sandbox: Sandbox, shaped: Callable[[int, int], dict[str, Any]], fault: str
    ) -> None:
        shaped(3, 1)
        cluster = sandbox.data_plane(GROUP, region=REGION)
        added = cluster.topology.shards[2]
        before = cluster.primary(added)

        lifecycle.request(
            sandbox.connection,
            "POST",
            administration.FAULTS,
            {"replication_group": GROUP, "region": REGION, "shard": "0003", "fault": fault, "seconds": 10},
        )

        cluster.wait(lambda: cluster.primary(added) not in (None, before), "fail over")
        cluster.wait_until_healthy()

    @pytest.mark.parametrize(
        ("call", "parameters", "code"),
        [
            ("increase_replica_count", {"NewReplicaCount": 0}, "InvalidParameterValue"),
            ("increase_replica_count", {"NewReplicaCount": 1}, "NoOperationFault"),
            ("increase_replica_count", {"NewReplicaCount": 6}, "InvalidParameterValue"),
            ("increase_replica_count", {"NewReplicaCount": 2, "ApplyImmediately": False}, "InvalidParameterValue"),
            ("decrease_replica_count", {}, "InvalidParameterValue"),
            ("decrease_replica_count", {"ReplicasToRemove": ["unknown"]}, "InvalidParameterValue"),
            ("modify_replication_group_shard_configuration", {"NodeGroupCount": 46}, "InvalidParameterValue"),
            ("modify_replication_group_shard_configuration", {"NodeGroupCount": 0}, "InvalidParameterValue"),
        ],
    )
    def test_impossible_changes_are_refused(
        self, sandbox: Sandbox, elasticache: Any, call: str, parameters: dict[str, Any], code: str
    ) -> None:
        sandbox.wait_until(GROUP, "available", region=REGION)
        asked = {"ReplicationGroupId": GROUP, "ApplyImmediately": True, **parameters}

        with pytest.raises(ClientError) as refusal:
            getattr(elasticache, call)(**asked)

        assert refusal.value.response["Error"]["Code"] == code


@pytest.mark.integration
class TestNodes:
    def test_another_engine_and_node_type_are_described_once_the_nodes_are_changed(
        self, sandbox: Sandbox, elasticache: Any
    ) -> None:
        sandbox.wait_until(GROUP, "available", region=REGION)
        changes = {"Engine": "valkey", "EngineVersion": "8.2", "CacheNodeType": "cache.r7g.large"}

        answer = elasticache.modify_replication_group(
            ReplicationGroupId=GROUP, CacheParameterGroupName="default.valkey8.cluster.on", **changes
        )["ReplicationGroup"]
        sandbox.wait_until(GROUP, "available", region=REGION)

        (node, *_) = elasticache.describe_cache_clusters()["CacheClusters"]
        assert (answer["Status"], answer["Engine"]) == ("modifying", "redis")
        assert (node["Engine"], node["EngineVersion"], node["CacheNodeType"]) == ("valkey", "8.2.0", "cache.r7g.large")

    def test_parameters_that_nodes_use_cannot_be_deleted(self, elasticache: Any) -> None:
        used = elasticache.describe_cache_clusters()["CacheClusters"][0]["CacheParameterGroup"]

        with pytest.raises(elasticache.exceptions.InvalidCacheParameterGroupStateFault, match=GROUP):
            elasticache.delete_cache_parameter_group(CacheParameterGroupName=used["CacheParameterGroupName"])

    @pytest.mark.parametrize(
        ("changes", "reason"),
        [
            ({"Engine": "valkey", "EngineVersion": "9.0"}, "needs a parameter group of family valkey9"),
            ({"CacheParameterGroupName": "default.redis6.x.cluster.on"}, "found one of family redis6.x"),
            ({"ClusterMode": "compatible"}, "Cluster mode is enabled"),
        ],
    )
    def test_impossible_nodes_are_refused(
        self, sandbox: Sandbox, elasticache: Any, changes: dict[str, str], reason: str
    ) -> None:
        sandbox.wait_until(GROUP, "available", region=REGION)

        with pytest.raises(ClientError, match=reason):
            elasticache.modify_replication_group(ReplicationGroupId=GROUP, **changes)


@pytest.mark.integration
def test_a_change_that_the_sandbox_did_not_survive_is_finished_when_it_is_started_again(directory: Directory) -> None:
    sandbox = Sandbox(directory=directory, connection=lifecycle.up(directory, port=None, progress=print))
    sandbox.create_users()
    sandbox.create_group(GROUP, NumNodeGroups=1)
    sandbox.wait_until(GROUP, "available")
    with writing(sandbox, GROUP, region="us-east-1") as writer:
        sandbox.client("elasticache").modify_replication_group_shard_configuration(
            ReplicationGroupId=GROUP, NodeGroupCount=2, ApplyImmediately=True
        )
        joined = sandbox.data_plane(GROUP)
        while len((joined := sandbox.data_plane(GROUP)).topology.shards) == 1:
            time.sleep(0.05)
        joined.wait(lambda: bool(joined.primaries()["0002"].seen.slots), "get slots")
        gateway = processes.of_pid_file(directory.gateway_pid)
        assert gateway is not None
        gateway.signal(signal.SIGKILL)
        again = Sandbox(directory=directory, connection=lifecycle.up(directory, port=None, progress=print))
        group = again.wait_until(GROUP, "available")
        lost = writer.lost()

    assert slot_counts(group) == [SLOTS // 2, SLOTS // 2]
    assert not lost
