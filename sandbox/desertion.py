"""Ends a sandbox whose directory was deleted while it runs: without its pid files nobody else can find it.

The directory of another sandbox may be at the same path by then, so that processes are remembered, not looked up.
"""

from __future__ import annotations

import asyncio
import logging
import os
from concurrent.futures import ThreadPoolExecutor
from typing import Final, NoReturn

from sandbox import processes
from sandbox.directory import Directory
from sandbox.processes import Process
from sandbox.redis_cluster import cluster
from sandbox.redis_cluster.node import STOP_GRACE

_LOG = logging.getLogger(__name__)
_LOOK_SECONDS: Final = 2.0


async def end_when_deserted(directory: Directory) -> NoReturn:
    """Look again and again whether the pid file is still this gateway's; end it, and the Redis nodes, once it is not.

    Nothing is saved then: that would bring the directory back.
    """
    nodes: set[Process] = set()
    while _is_ours(directory):
        found = await asyncio.to_thread(cluster.running, directory.redis)
        nodes = found | {node for node in nodes if node.is_running()}
        await asyncio.sleep(_LOOK_SECONDS)
    _LOG.warning("%s is gone: ending", directory.root)
    await asyncio.to_thread(_end, nodes | processes.children())
    os._exit(0)


def _is_ours(directory: Directory) -> bool:
    process = processes.of_pid_file(directory.gateway_pid)
    return process is not None and process.pid == os.getpid()


def _end(nodes: set[Process]) -> None:
    with ThreadPoolExecutor() as pool:
        for ended in [pool.submit(node.stop, STOP_GRACE) for node in nodes]:
            ended.result()
