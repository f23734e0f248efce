"""TestFailover: the primary of a shard is really killed, and what happens then is told in AWS's events.

Rules, events and their order: https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/AutoFailover.html#auto-failover-test
"""

from __future__ import annotations

import os
import signal
import time

from sandbox.elasticache import events, replication_groups
from sandbox.elasticache.context import Context, Operation
from sandbox.elasticache.protocol import Parameters, ServiceError
from sandbox.elasticache.state import Record, Region
from sandbox.redis_cluster.topology import Node

QUOTA_VARIABLE = "TIERSTORE_SANDBOX_TEST_FAILOVERS_PER_DAY"
# AWS lets one test 15 shards in any rolling 24 hours, as that page says; a laptop is for trying it more often.
_QUOTA = 1000
_DAY = 24 * 3600.0  # seconds


def quota() -> int:
    """Return how many shards may be failed over in 24 hours: many, unless the environment says 15 as on AWS."""
    return int(os.environ.get(QUOTA_VARIABLE, _QUOTA))


def test_failover(context: Context, parameters: Parameters) -> Record:
    """TestFailover; returns at once, the replication group is `modifying` until the killed node is back."""
    group = replication_groups.find(context, parameters["ReplicationGroupId"])
    group_id, shard_id = group["ReplicationGroupId"], parameters["NodeGroupId"]
    cluster = context.cluster(group_id)
    if group["Status"] != "available" or cluster is None:
        raise ServiceError(
            "InvalidReplicationGroupStateFault",
            f"Replication group {group_id} is {group['Status']}; a node replacement must be over before the next call.",
        )
    shard = cluster.topology.shard(shard_id)
    if shard is None:
        allowed = ", ".join(shard.id for shard in cluster.topology.shards)
        raise ServiceError(
            "NodeGroupNotFoundFault", f"Node group {shard_id} not found in {group_id}; it has {allowed}."
        )
    if group["AutomaticFailover"] != "enabled" or len(shard.nodes) == 1:
        raise ServiceError("TestFailoverNotAvailableFault", f"Automatic failover is not enabled on {group_id}.")
    primary = cluster.primary(shard)
    process = cluster.server(primary).process if primary else None
    if primary is None or process is None:
        raise ServiceError(
            "InvalidReplicationGroupStateFault", f"Node group {shard_id} of {group_id} has no primary now."
        )
    _spend_quota(context)
    group["Status"] = "modifying"
    group["FailingOver"] = primary.name
    events.record(
        context.region, events.REPLICATION_GROUP, group_id, f"Test Failover API called for node group {shard_id}"
    )
    process.signal(signal.SIGKILL)
    return {"ReplicationGroup": replication_groups.described(context, group)}


def _spend_quota(context: Context) -> None:
    now = time.time()
    recent = [moment for moment in context.region.test_failovers if moment > now - _DAY]
    if len(recent) >= context.test_failover_quota:
        raise ServiceError(
            "APICallRateForCustomerExceededFault",
            f"{len(recent)} shards were failed over in the last 24 hours; the quota is {context.test_failover_quota}. "
            f"The sandbox takes another one from {QUOTA_VARIABLE} when it starts.",
        )
    context.region.test_failovers = [*recent, now]


def record_failed_over(region: Region, group_id: str, old_primary: Node, new_primary: Node) -> None:
    """Tell that a replica has taken its primary's place."""
    message = f"Failover from primary node {old_primary.name} to replica node {new_primary.name} completed"
    events.record(region, events.CACHE_CLUSTER, old_primary.name, message)
    events.record(region, events.REPLICATION_GROUP, group_id, message)


def record_recovering(region: Region, node: Node) -> None:
    """Tell that a dead node is being replaced."""
    events.record(region, events.CACHE_CLUSTER, node.name, f"Recovering cache nodes {replication_groups.NODE_ID}")


def record_recovered(region: Region, group_id: str, node: Node) -> None:
    """Tell that a dead node is back; the test failover that killed it is over."""
    events.record(
        region, events.CACHE_CLUSTER, node.name, f"Finished recovery for cache nodes {replication_groups.NODE_ID}"
    )
    group = region.replication_groups.get(group_id)
    if group is not None and group.get("FailingOver") == node.name:
        end(group)


def end(group: Record) -> None:
    """Make a replication group available again after a test failover."""
    group.pop("FailingOver", None)
    group["Status"] = "available"


OPERATIONS: dict[str, Operation] = {"TestFailover": test_failover}
