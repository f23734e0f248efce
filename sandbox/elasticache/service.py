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
    global_datastores,
    parameters,
    protocol,
    replication_groups,
    scaling,
    serverless_caches,
    serverless_snapshots,
    snapshots,
    subnet_groups,
    tags,
    users,
)
from sandbox.elasticache.context import Context, Operation, Subnet, cluster_key
from sandbox.elasticache.data_plane import DataPlane
from sandbox.elasticache.objects import Objects
from sandbox.elasticache.protocol import Parameters, ServiceError
from sandbox.elasticache.state import Kind, Record, Region, Store
from sandbox.errors import SandboxError
from sandbox.redis_cluster.cluster import RedisCluster, Specification
from sandbox.redis_cluster.supervisor import Observer
from sandbox.redis_cluster.topology import Node
from sandbox.wire import Handler, Request, Response

_LOG = logging.getLogger(__name__)
_OPERATIONS: dict[str, Operation] = {
    **cache_clusters.OPERATIONS,
    **events.OPERATIONS,
    **failover.OPERATIONS,
    **global_datastores.OPERATIONS,
    **replication_groups.OPERATIONS,
    **scaling.OPERATIONS,
    **serverless_caches.OPERATIONS,
    **serverless_snapshots.OPERATIONS,
    **snapshots.OPERATIONS,
    **tags.OPERATIONS,
    **subnet_groups.OPERATIONS,
    **users.OPERATIONS,
}
_XML = {"Content-Type": "text/xml"}


@dataclass(frozen=True, kw_only=True)
class _Surroundings:
    """What other services know about the things that a call names."""

    named_parameters: Mapping[str, str] = field(default_factory=dict)
    parameter_family: str | None = None
    subnets: Mapping[str, Subnet] = field(default_factory=dict)


class ElastiCache:
    """The service's state and its clusters; one change at a time, each on disk before it is answered."""

    def __init__(
        self,
        *,
        account: str,
        file: Path,
        data_plane: DataPlane,
        ec2: Handler,
        objects: Callable[[str], Objects],
        test_failover_quota: int,
    ) -> None:
        self._account = account
        self._data_plane = data_plane
        self._ec2 = ec2
        self._objects = objects
        self._test_failover_quota = test_failover_quota
        self._store = Store(file)
        self._changing = threading.RLock()

    async def handle(self, request: Request, emulator: Handler) -> Response:
        """Answer a request, or let the emulator."""
        if request.action == "DescribeCacheParameters":
            return await parameters.describe(request, emulator)
        if request.action == "DeleteCacheParameterGroup":
            return await self._delete_parameters(request, emulator)
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
            return _refused(error)
        return 200, dict(_XML), protocol.render(request.action, result)

    def clustered(self, kind: Kind) -> dict[tuple[str, str], tuple[Record, RedisCluster | None]]:
        """Return every resource of a kind and its running cluster, by region and id."""
        with self._changing:
            return {
                (region_name, resource_id): (
                    dict(record),
                    self._data_plane.get(cluster_key(region_name, kind, resource_id)),
                )
                for region_name, region in self._store.state.regions.items()
                for resource_id, record in region.clustered(kind).items()
            }

    def restore(self, progress: Callable[[str], None]) -> None:
        """Run the clusters of an earlier run again, and finish what that run did not."""
        for region_name, region in self._store.state.regions.items():
            for kind in Kind:
                for resource_id, record in list(region.clustered(kind).items()):
                    self._resume(region_name, kind, resource_id, record, progress)

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

    async def _delete_parameters(self, request: Request, emulator: Handler) -> Response:
        region = self._store.state.region(request.region)
        try:
            parameters.check_deletable(region, request.form["CacheParameterGroupName"])
        except ServiceError as error:
            return _refused(error)
        return await emulator(request)

    async def _look_up(self, request: Request, given: Parameters, emulator: Handler) -> _Surroundings:
        name, subnet_ids = given.get("CacheParameterGroupName"), given.get("SubnetIds")
        return _Surroundings(
            named_parameters=await parameters.set_by_user(request, name, emulator) if name else {},
            parameter_family=await parameters.family(request, name, emulator) if name else None,
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
        except SandboxError as error:
            raise ServiceError("InvalidReplicationGroupStateFault", str(error)) from error
        except redis.RedisError as error:
            raise ServiceError("InvalidParameterValueException", f"The Redis nodes refused it: {error}") from error

    def _context(self, region_name: str, surroundings: _Surroundings) -> Context:
        return Context(
            account=self._account,
            region_name=region_name,
            state=self._store.state,
            data_plane=self._data_plane,
            objects=self._objects(region_name),
            named_parameters=surroundings.named_parameters,
            parameter_family=surroundings.parameter_family,
            subnets=surroundings.subnets,
            test_failover_quota=self._test_failover_quota,
            start_cluster=lambda kind, id_, specification: self._start_cluster(region_name, kind, id_, specification),
            change_cluster=lambda id_: self._change_cluster(region_name, id_),
            end_cluster=lambda kind, id_: self._end_cluster(region_name, kind, id_),
        )

    def _resume(
        self, region_name: str, kind: Kind, resource_id: str, record: Record, progress: Callable[[str], None]
    ) -> None:
        key = cluster_key(region_name, kind, resource_id)
        if record["Status"] == "deleting":
            self._end_cluster(region_name, kind, resource_id)
        elif record["Status"] == "creating":
            self._data_plane.remove(key)
            specification = _SPECIFICATIONS[kind](self._context(region_name, _Surroundings()), record)
            self._start_cluster(region_name, kind, resource_id, specification)
        elif record["Status"] != "create-failed":
            progress(f"starting the Redis Cluster of {resource_id}")
            unfinished = replication_groups.is_changing(record)
            self._data_plane.restore(key, self._observer(region_name, kind, resource_id), unfinished=unfinished)
            if unfinished:
                self._change_cluster(region_name, resource_id)
            else:
                with self.change(region_name):
                    failover.end(record)

    def _start_cluster(self, region_name: str, kind: Kind, resource_id: str, specification: Specification) -> None:
        def start() -> None:
            observer = self._observer(region_name, kind, resource_id)
            try:
                self._data_plane.create(cluster_key(region_name, kind, resource_id), specification, observer)
                status, message = "available", f"{_TITLES[kind]} created"
            except (SandboxError, redis.RedisError, OSError) as error:
                _LOG.exception("creating %s", resource_id)
                status, message = "create-failed", f"Failed to create the {_TITLES[kind].lower()}: {error}"
            with self.change(region_name) as region:
                region.clustered(kind)[resource_id]["Status"] = status
                events.record(region, kind, resource_id, message)

        threading.Thread(target=start, name=f"create-{resource_id}", daemon=True).start()

    def _change_cluster(self, region_name: str, group_id: str) -> None:
        key = cluster_key(region_name, Kind.REPLICATION_GROUP, group_id)

        def change() -> None:
            # Waits until whoever asked for it has kept what it asked for.
            with self.change(region_name) as region:
                group = dict(region.replication_groups[group_id])
            trouble = None
            try:
                wanted = replication_groups.members(group)
                self._data_plane.reshape(key, wanted, parameters=group["Parameters"])
            except (SandboxError, redis.RedisError, OSError) as error:
                _LOG.exception("changing %s", group_id)
                trouble = f"Failed to modify the replication group: {error}"
            with self.change(region_name) as region:
                replication_groups.end_change(self._context(region_name, _Surroundings()), group_id, trouble=trouble)

        threading.Thread(target=change, name=f"change-{group_id}", daemon=True).start()

    def _end_cluster(self, region_name: str, kind: Kind, resource_id: str) -> None:
        def end() -> None:
            self._data_plane.remove(cluster_key(region_name, kind, resource_id))
            with self.change(region_name) as region:
                record = region.clustered(kind).pop(resource_id)
                region.tags.pop(record["ARN"], None)
                events.record(region, kind, resource_id, f"{_TITLES[kind]} deleted")

        threading.Thread(target=end, name=f"delete-{resource_id}", daemon=True).start()

    def _observer(self, region_name: str, kind: Kind, resource_id: str) -> Observer:
        return _Unseen() if kind is Kind.SERVERLESS_CACHE else _Observer(self, region_name, resource_id)


def _refused(error: ServiceError) -> Response:
    return error.status, dict(_XML), protocol.render_error(error)


_TITLES = {Kind.REPLICATION_GROUP: "Replication group", Kind.SERVERLESS_CACHE: "Serverless cache"}
_SPECIFICATIONS: dict[Kind, Callable[[Context, Record], Specification]] = {
    Kind.REPLICATION_GROUP: replication_groups.specification,
    Kind.SERVERLESS_CACHE: serverless_caches.specification,
}


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


class _Unseen:
    """Hears what happens to the nodes of a serverless cache, which ElastiCache tells nobody."""

    def failed_over(self, old_primary: Node, new_primary: Node) -> None:
        """Nobody is told."""

    def recovering(self, node: Node) -> None:
        """Nobody is told."""

    def recovered(self, node: Node) -> None:
        """Nobody is told."""
