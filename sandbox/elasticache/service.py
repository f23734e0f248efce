"""ElastiCache: what this package knows is answered here, everything else by the emulator."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import redis

from sandbox.elasticache import (
    cache_clusters,
    events,
    failover,
    parameters,
    protocol,
    replication_groups,
    subnet_groups,
    tags,
    users,
)
from sandbox.elasticache.context import Context, Operation, Subnet
from sandbox.elasticache.data_plane import DataPlane
from sandbox.elasticache.protocol import Parameters, ServiceError
from sandbox.elasticache.state import Record, Region, Store
from sandbox.errors import SandboxError
from sandbox.redis_cluster.cluster import RedisCluster, Specification
from sandbox.redis_cluster.topology import Node
from sandbox.wire import Handler, Request, Response

_LOG = logging.getLogger(__name__)
_OPERATIONS: dict[str, Operation] = {
    **cache_clusters.OPERATIONS,
    **events.OPERATIONS,
    **failover.OPERATIONS,
    **replication_groups.OPERATIONS,
    **tags.OPERATIONS,
    **subnet_groups.OPERATIONS,
    **users.OPERATIONS,
}
_XML = {"Content-Type": "text/xml"}


@dataclass(frozen=True, kw_only=True)
class _Surroundings:
    """What other services know about the things that a call names."""

    named_parameters: Mapping[str, str] = field(default_factory=dict)
    subnets: Mapping[str, Subnet] = field(default_factory=dict)


class ElastiCache:
    """The service's state and its clusters; one change at a time, each on disk before it is answered."""

    def __init__(
        self, *, account: str, file: Path, data_plane: DataPlane, ec2: Handler, test_failover_quota: int
    ) -> None:
        self._account = account
        self._data_plane = data_plane
        self._ec2 = ec2
        self._test_failover_quota = test_failover_quota
        self._store = Store(file)
        self._changing = threading.RLock()

    async def handle(self, request: Request, emulator: Handler) -> Response:
        """Answer a request, or let the emulator."""
        if request.action == "DescribeCacheParameters":
            return await parameters.describe(request, emulator)
        operation = _OPERATIONS.get(request.action)
        if operation is None or (
            request.action in tags.OPERATIONS and not tags.is_known_kind(request.form["ResourceName"])
        ):
            return await emulator(request)
        given = protocol.parse(request.action, request.form)
        surroundings = await self._look_up(request, given, emulator)
        try:
            result = await asyncio.to_thread(self._run, operation, request.region, given, surroundings)
        except ServiceError as error:
            return error.status, dict(_XML), protocol.render_error(error)
        return 200, dict(_XML), protocol.render(request.action, result)

    def replication_groups(self) -> dict[str, tuple[Record, RedisCluster | None]]:
        """Return every replication group and its running cluster, by id."""
        with self._changing:
            return {
                group_id: (dict(group), self._data_plane.get(_key(region_name, group_id)))
                for region_name, region in self._store.state.regions.items()
                for group_id, group in region.replication_groups.items()
            }

    def restore(self, progress: Callable[[str], None]) -> None:
        """Run the clusters of an earlier run again, and finish what that run did not."""
        for region_name, region in self._store.state.regions.items():
            for group_id, group in list(region.replication_groups.items()):
                if group["Status"] == "deleting":
                    self._end_cluster(region_name, group_id)
                elif group["Status"] == "creating":
                    self._data_plane.remove(_key(region_name, group_id))
                    context = self._context(region_name, _Surroundings())
                    self._start_cluster(region_name, group_id, replication_groups.specification(context, group))
                elif group["Status"] != "create-failed":
                    progress(f"starting the Redis Cluster of {group_id}")
                    observer = _Observer(self, region_name, group_id)
                    self._data_plane.restore(_key(region_name, group_id), observer)
                    with self.change(region_name):
                        failover.end(group)

    @contextmanager
    def change(self, region_name: str) -> Iterator[Region]:
        """Change a region's resources: kept on disk if the block succeeds, undone if it fails."""
        with self._changing:
            try:
                yield self._store.state.region(region_name)
                self._store.keep()
            except BaseException:
                self._store.undo()
                raise

    async def _look_up(self, request: Request, given: Parameters, emulator: Handler) -> _Surroundings:
        name, subnet_ids = given.get("CacheParameterGroupName"), given.get("SubnetIds")
        return _Surroundings(
            named_parameters=await parameters.set_by_user(request, name, emulator) if name else {},
            subnets=await subnet_groups.look_up(request, subnet_ids, self._ec2) if subnet_ids else {},
        )

    def _run(self, operation: Operation, region_name: str, given: Parameters, surroundings: _Surroundings) -> Record:
        try:
            with self.change(region_name):
                return operation(self._context(region_name, surroundings), given)
        except KeyError as error:
            raise ServiceError(
                "InvalidParameterValueException", f"The parameter {error.args[0]} is missing."
            ) from error
        except redis.RedisError as error:
            raise ServiceError("InvalidParameterValueException", f"The Redis nodes refused it: {error}") from error

    def _context(self, region_name: str, surroundings: _Surroundings) -> Context:
        return Context(
            account=self._account,
            region_name=region_name,
            region=self._store.state.region(region_name),
            data_plane=self._data_plane,
            named_parameters=surroundings.named_parameters,
            subnets=surroundings.subnets,
            test_failover_quota=self._test_failover_quota,
            start_cluster=lambda group_id, specification: self._start_cluster(region_name, group_id, specification),
            end_cluster=lambda group_id: self._end_cluster(region_name, group_id),
        )

    def _start_cluster(self, region_name: str, group_id: str, specification: Specification) -> None:
        def start() -> None:
            try:
                self._data_plane.create(
                    _key(region_name, group_id), specification, _Observer(self, region_name, group_id)
                )
                status, message = "available", "Replication group created"
            except (SandboxError, redis.RedisError, OSError) as error:
                _LOG.exception("creating %s", group_id)
                status, message = "create-failed", f"Failed to create the replication group: {error}"
            with self.change(region_name) as region:
                region.replication_groups[group_id]["Status"] = status
                events.record(region, events.REPLICATION_GROUP, group_id, message)

        threading.Thread(target=start, name=f"create-{group_id}", daemon=True).start()

    def _end_cluster(self, region_name: str, group_id: str) -> None:
        def end() -> None:
            self._data_plane.remove(_key(region_name, group_id))
            with self.change(region_name) as region:
                group = region.replication_groups.pop(group_id)
                region.tags.pop(group["ARN"], None)
                events.record(region, events.REPLICATION_GROUP, group_id, "Replication group deleted")

        threading.Thread(target=end, name=f"delete-{group_id}", daemon=True).start()


class _Observer:
    """Writes what the supervisor of one cluster sees into the service's events."""

    def __init__(self, service: ElastiCache, region_name: str, group_id: str) -> None:
        self._service = service
        self._region_name = region_name
        self._group_id = group_id

    def failed_over(self, old_primary: Node, new_primary: Node) -> None:
        with self._service.change(self._region_name) as region:
            failover.record_failed_over(region, self._group_id, old_primary, new_primary)

    def recovering(self, node: Node) -> None:
        with self._service.change(self._region_name) as region:
            failover.record_recovering(region, node)

    def recovered(self, node: Node) -> None:
        with self._service.change(self._region_name) as region:
            failover.record_recovered(region, self._group_id, node)


def _key(region_name: str, group_id: str) -> str:
    return f"{region_name}.{group_id}"
