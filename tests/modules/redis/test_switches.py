"""Terraform and the real provider change a deployed replication group, and never replace it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import boto3
import pytest
from cdktf import App, TerraformStack

from environments import Deployment, Environment, load_target
from environments.schema import RedisScaling, RedisSettings, Scaled, ScaledShards
from modules.provider import add_provider
from modules.redis import Caches, Place
from modules.state import add_file_state
from tests.support.deployed import Deployed, running_sandbox
from toolchain.terraform import pin_provider

NO_CHANGES = 0
OFTEN = {"Delay": 1, "MaxAttempts": 120}
STACK = "scratch"


@dataclass(frozen=True, kw_only=True)
class Step:
    """What there was after a change."""

    applied: str
    """What Terraform said."""
    planned: CompletedProcess[str]
    """What it would change once more."""
    group: dict[str, Any]
    node: dict[str, Any]
    """One of many that are alike."""
    scaled: list[str]
    """What Application Auto Scaling scales."""

    @property
    def shape(self) -> list[int]:
        """How many nodes each shard has."""
        return [len(shard["NodeGroupMembers"]) for shard in self.group["NodeGroups"]]


class Scratch:
    """A stack of nothing but Redis in a sandbox of its own, whose settings change."""

    def __init__(self, environment: Environment, sandbox_directory: Path, output: Path) -> None:
        self._deployed = Deployed(
            name=STACK, sandbox_directory=sandbox_directory, stack_directory=output / "stacks" / STACK
        )
        self._output = output
        sandbox = load_target("local", variables=self._deployed.variables).sandbox
        assert sandbox is not None
        here = {"account": sandbox.account, "region": sandbox.region, "target": "sandbox", "state": "file"}
        self._deployment = Deployment(environment=environment.model_copy(update=here), sandbox=sandbox)
        self._subnet_ids = self._create_subnets()
        self._is_initialized = False

    def client(self, service: str) -> Any:
        """A client of the sandbox."""
        sandbox, create = self._deployment.sandbox, boto3.client
        assert sandbox is not None
        untyped: Any = create  # typed for literal service names only
        return untyped(
            service,
            endpoint_url=sandbox.endpoint,
            region_name=sandbox.region,
            aws_access_key_id=sandbox.access_key_id,
            aws_secret_access_key=sandbox.secret_access_key,
            verify=str(sandbox.ca_file),
        )

    def apply(self, **settings: Any) -> Step:
        """Deploy it with these settings, and plan again."""
        self._synthesize(RedisSettings(**settings, apply_immediately=True, final_snapshot=False))
        if not self._is_initialized:
            self._terraform("init", "-input=false")
            self._is_initialized = True
        applied = self._terraform("apply", "-input=false", "-auto-approve")
        return self._seen(applied.stdout)

    def scale(self, *, shards: int, replicas: int) -> Step:
        """Do what autoscaling would do, and plan."""
        elasticache = self.client("elasticache")
        (group,) = elasticache.describe_replication_groups()["ReplicationGroups"]
        name = group["ReplicationGroupId"]
        elasticache.modify_replication_group_shard_configuration(
            ReplicationGroupId=name, NodeGroupCount=shards, ApplyImmediately=True
        )
        elasticache.get_waiter("replication_group_available").wait(ReplicationGroupId=name, WaiterConfig=OFTEN)
        elasticache.increase_replica_count(ReplicationGroupId=name, NewReplicaCount=replicas, ApplyImmediately=True)
        elasticache.get_waiter("replication_group_available").wait(ReplicationGroupId=name, WaiterConfig=OFTEN)
        return self._seen("")

    def _terraform(self, *arguments: str) -> CompletedProcess[str]:
        finished = self._deployed.terraform(*arguments)
        assert finished.returncode == 0, f"{finished.stdout}\n{finished.stderr}"
        return finished

    def _seen(self, applied: str) -> Step:
        elasticache = self.client("elasticache")
        (group,) = elasticache.describe_replication_groups()["ReplicationGroups"]
        targets = self.client("application-autoscaling").describe_scalable_targets(ServiceNamespace="elasticache")
        return Step(
            applied=applied,
            planned=self._deployed.terraform("plan", "-input=false", "-detailed-exitcode"),
            group=group,
            node=elasticache.describe_cache_clusters()["CacheClusters"][0],
            scaled=sorted(target["ScalableDimension"].rpartition(":")[2] for target in targets["ScalableTargets"]),
        )

    def _synthesize(self, settings: RedisSettings) -> None:
        environment = self._deployment.environment.model_copy(update={"redis": settings})
        deployment = Deployment(environment=environment, sandbox=self._deployment.sandbox)
        app = App(outdir=str(self._output))
        stack = TerraformStack(app, STACK)
        add_file_state(stack, deployment)
        add_provider(stack, deployment)
        place = Place(
            subnet_ids=self._subnet_ids,
            security_group_id="sg-1",
            key_arn="arn:aws:kms:us-east-1:000000000000:key/1",
            logs_key_arn="arn:aws:kms:us-east-1:000000000000:key/1",
        )
        Caches(stack, "redis", environment=environment, place=place)
        app.synth()
        pin_provider(self._deployed.stack_directory)

    def _create_subnets(self) -> list[str]:
        ec2 = self.client("ec2")
        vpc = ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
        return [
            ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.9.{number}.0/24", AvailabilityZone=f"us-east-1{zone}")[
                "Subnet"
            ]["SubnetId"]
            for number, zone in enumerate("ab")
        ]


@pytest.fixture(scope="module")
def steps(environment: Environment, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Step]]:
    """A group's way from a single shard of Redis to an autoscaled cluster of Valkey."""
    valkey = {"engine": "valkey", "engine_version": "8.2", "node_type": "cache.r7g.large"}
    autoscaling = RedisScaling(
        shards=ScaledShards(minimum=2, maximum=4),
        replicas=Scaled(minimum=1, maximum=2),
    )
    with running_sandbox(tmp_path_factory.mktemp("sandbox")) as directory:
        scratch = Scratch(environment, directory, tmp_path_factory.mktemp("output"))
        yield {
            "created": scratch.apply(cluster_mode="compatible", shards=1),
            "valkey": scratch.apply(shards=1, **valkey),
            "resharded": scratch.apply(shards=2, **valkey),
            "autoscaled": scratch.apply(shards=2, **valkey, autoscaling=autoscaling),
            "scaled": scratch.scale(shards=3, replicas=2),
        }


@pytest.mark.integration
@pytest.mark.slow
class TestSwitches:
    @pytest.mark.parametrize("name", ["created", "valkey", "resharded", "autoscaled", "scaled"])
    def test_a_second_plan_finds_nothing_to_change(self, steps: dict[str, Step], name: str) -> None:
        assert steps[name].planned.returncode == NO_CHANGES, steps[name].planned.stdout

    @pytest.mark.parametrize("name", ["valkey", "resharded", "autoscaled"])
    def test_the_group_is_never_replaced(self, steps: dict[str, Step], name: str) -> None:
        assert "aws_elasticache_replication_group.redis_group_D692ECB6: Creating" not in steps[name].applied
        assert "aws_elasticache_replication_group.redis_group_D692ECB6: Creating" in steps["created"].applied

    def test_engine_node_type_parameters_and_cluster_mode_change_in_place(self, steps: dict[str, Step]) -> None:
        before, after = steps["created"], steps["valkey"]

        assert (before.node["Engine"], before.group["ClusterMode"]) == ("redis", "compatible")
        assert (after.node["Engine"], after.group["ClusterMode"]) == ("valkey", "enabled")
        assert (after.node["EngineVersion"], after.node["CacheNodeType"]) == ("8.2.0", "cache.r7g.large")
        assert after.node["CacheParameterGroup"]["CacheParameterGroupName"] == "tierstore-test-valkey8"

    def test_shards_are_added(self, steps: dict[str, Step]) -> None:
        assert (steps["valkey"].shape, steps["resharded"].shape) == ([2], [2, 2])

    def test_what_follows_the_load_is_registered(self, steps: dict[str, Step]) -> None:
        assert steps["resharded"].scaled == []
        assert steps["autoscaled"].scaled == ["NodeGroups", "Replicas"]

    def test_the_load_may_move_it_away_from_what_the_file_says(self, steps: dict[str, Step]) -> None:
        assert steps["scaled"].shape == [3, 3, 3]
