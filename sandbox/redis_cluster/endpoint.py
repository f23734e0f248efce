"""The configuration endpoint: one address that leads to any node that answers, whichever nodes are down.

On AWS that is DNS; here it is a relay, which clients use to discover the cluster and then leave.
"""

from __future__ import annotations

import asyncio
import contextlib

from sandbox.redis_cluster.cluster import RedisCluster
from sandbox.relay import relay


class Endpoint:
    """A relay in front of one cluster; TLS passes through, the nodes' certificate is valid for it, too."""

    def __init__(self, cluster: RedisCluster, loop: asyncio.AbstractEventLoop) -> None:
        self._cluster = cluster
        self._loop = loop
        self._server: asyncio.Server | None = None

    def open(self) -> None:
        """Listen; called from another thread than the loop's."""
        self._server = asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result()

    def close(self) -> None:
        """Listen no more; called from another thread than the loop's."""
        if self._server is not None:
            self._loop.call_soon_threadsafe(self._server.close)

    async def _listen(self) -> asyncio.Server:
        topology = self._cluster.topology
        return await asyncio.start_server(self._relay, topology.endpoint, topology.port)

    async def _relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.closing(writer):
            for server in self._cluster.servers:
                try:
                    node_reader, node_writer = await asyncio.open_connection(server.node.address, server.port)
                except OSError:
                    continue
                with contextlib.closing(node_writer):
                    await relay((reader, node_writer), (node_reader, writer))
                return
