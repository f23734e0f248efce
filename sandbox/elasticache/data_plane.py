"""The running Redis Clusters behind the replication groups."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from sandbox.certificates import CertificateFiles
from sandbox.elasticache.passwords import IamPasswords
from sandbox.redis_cluster import cluster
from sandbox.redis_cluster.cluster import RedisCluster, Specification
from sandbox.redis_cluster.endpoint import Endpoint
from sandbox.redis_cluster.reshaping import reshape
from sandbox.redis_cluster.supervisor import Observer, Supervisor
from sandbox.redis_cluster.topology import Members


class DataPlane:
    """Starts, finds again and ends the cluster of each replication group; each is supervised while it runs."""

    def __init__(
        self,
        *,
        folder: Path,
        authority: CertificateFiles,
        passwords: IamPasswords,
        loop: asyncio.AbstractEventLoop,
    ) -> None:
        self.passwords = passwords
        self._folder = folder
        self._authority = authority
        self._loop = loop
        self._clusters: dict[str, RedisCluster] = {}
        self._supervisors: dict[str, Supervisor] = {}
        self._endpoints: dict[str, Endpoint] = {}

    @property
    def snapshots(self) -> Path:
        """The folder of the snapshots' files."""
        return self._folder / "snapshots"

    def create(self, key: str, specification: Specification, observer: Observer) -> None:
        """Create a cluster and wait until it is healthy; raise SandboxError where it does not get so."""
        self._adopt(key, cluster.create(specification, folder=self._folder / key, authority=self._authority), observer)

    def restore(self, key: str, observer: Observer, *, unfinished: bool) -> None:
        """Run a cluster that was created earlier: nodes that still run are kept, the others started with their data.

        An `unfinished` one was being reshaped: it is not healthy before that is done.
        """
        restored = cluster.load(self._folder / key, authority=self._authority)
        restored.start()
        if not unfinished:
            restored.wait_until_healthy()
        self._adopt(key, restored, observer)

    def reshape(self, key: str, wanted: Members, *, parameters: Mapping[str, str]) -> None:
        """Make a running cluster one of the `wanted` nodes; raise SandboxError where that does not succeed."""
        reshape(self._clusters[key], wanted, parameters=parameters)

    def get(self, key: str) -> RedisCluster | None:
        """Return a running cluster, or None."""
        return self._clusters.get(key)

    def remove(self, key: str) -> None:
        """End a cluster and forget its data."""
        if endpoint := self._endpoints.pop(key, None):
            endpoint.close()
        if supervisor := self._supervisors.pop(key, None):
            supervisor.end()
        self._clusters.pop(key, None)
        cluster.remove(self._folder / key)

    def stop(self) -> None:
        """End every cluster in order, their data on disk."""
        for endpoint in self._endpoints.values():
            endpoint.close()
        with ThreadPoolExecutor() as pool:
            for ended in [pool.submit(supervisor.end) for supervisor in self._supervisors.values()]:
                ended.result()
            for stopped in [pool.submit(server.stop) for group in self._clusters.values() for server in group.servers]:
                stopped.result()

    def _adopt(self, key: str, running: RedisCluster, observer: Observer) -> None:
        self._clusters[key] = running
        self._endpoints[key] = Endpoint(running, self._loop)
        self._endpoints[key].open()
        self._supervisors[key] = Supervisor(running, observer)
