"""The sandbox's one long-lived process: it serves the application by HTTPS and plain HTTP on loopback.

Started by `python -m sandbox up` as `python -m sandbox.gateway`; says on its standard output how far it has got, at
last `ready` or `error: …`, and then falls silent.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import signal
import socket
import sys
from contextlib import suppress
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any

from hypercorn.asyncio import serve
from hypercorn.config import Config
from pydantic import ValidationError

from environments.target import SandboxConnection, SandboxRedis
from sandbox import certificates, connection, desertion, proxy
from sandbox.application import ACCOUNT, REGION, Application
from sandbox.certificates import CertificateFiles
from sandbox.directory import Directory
from sandbox.errors import SandboxError

HOST = "127.0.0.1"
READY = "ready"
ERROR = "error: "
_LOG_BYTES = 4 * 1024 * 1024
# So long clients may take to agree that a TLS connection ends; asyncio waits for 30 s, longer than `down` does.
_TLS_SHUTDOWN_SECONDS = 5.0
_LOG = logging.getLogger(__name__)


class _Loop(asyncio.SelectorEventLoop):
    """Bounds the end of TLS connections that clients keep open, for which Hypercorn has no setting."""

    async def create_server(self, *arguments: Any, **options: Any) -> Any:
        if options.get("ssl") is not None:
            options["ssl_shutdown_timeout"] = _TLS_SHUTDOWN_SECONDS
        return await super().create_server(*arguments, **options)


async def run(directory: Directory, *, port: int | None) -> None:
    """Serve until SIGTERM, or until the directory is gone; raise SandboxError where it cannot."""
    previous = connection.read(directory)
    https = listen(port, preferred=previous.port if previous else None)
    http = listen(None, preferred=previous.insecure_port if previous else None)
    tunnel = listen(None, preferred=previous.proxy_port if previous else None)
    proxy_port = tunnel.getsockname()[1]
    https_port, http_port = https.getsockname()[1], http.getsockname()[1]
    _progress("starting the emulator")
    application = Application(directory, port=https_port)
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    server = asyncio.create_task(
        # Hypercorn types every ASGI message by itself, the application any message as a dictionary.
        serve(
            application,  # type: ignore[arg-type]
            _configuration(directory, https, http),
            shutdown_trigger=stopping.wait,
        )
    )
    tunnels = await proxy.serve(tunnel, gateway_host=HOST, gateway_port=https_port)
    beside = asyncio.create_task(application.run_beside())
    deserted = asyncio.create_task(desertion.end_when_deserted(directory))
    try:
        await _until_started(application, server)
        key_id, secret = await application.administrator(directory.state / "administrator.json")
        await asyncio.to_thread(application.elasticache.restore, _progress)
        connection.write(
            directory,
            SandboxConnection(
                version=1,
                pid=os.getpid(),
                endpoint=f"https://{HOST}:{https_port}",
                insecure_endpoint=f"http://{HOST}:{http_port}",
                proxy=f"http://{HOST}:{proxy_port}",
                ca_file=directory.authority,
                account=ACCOUNT,
                region=REGION,
                access_key_id=key_id,
                secret_access_key=secret,
                credentials_file=directory.credentials,
                redis=SandboxRedis(user_passwords_file=directory.redis_users, ca_file=directory.authority),
            ),
        )
        _progress(READY)
        _fall_silent()
        await server
    finally:
        stopping.set()
        deserted.cancel()
        beside.cancel()
        tunnels.close()
        await asyncio.to_thread(application.stop)
        await asyncio.wait([server])
        directory.connection.unlink(missing_ok=True)


def listen(port: int | None, *, preferred: int | None) -> socket.socket:
    """Return a listening loopback socket: on `port`, which must be free, else on the preferred port or any free one."""
    candidates = [port] if port is not None else [preferred or 0, 0]
    for candidate in candidates:
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((HOST, candidate))
        except OSError:
            listener.close()
            continue
        listener.listen()
        return listener
    raise SandboxError(
        f"Port {port} of {HOST} is in use. Name another one with --port, or none: then a free one is taken."
    )


def _configuration(directory: Directory, https: socket.socket, http: socket.socket) -> Config:
    files = CertificateFiles(
        certificate=directory.certificates / "gateway.pem", key=directory.certificates / "gateway.key"
    )
    # Anew each time: it costs nothing, and an earlier version may have had other names.
    hosts = [HOST, "localhost", f"{ACCOUNT}.{HOST}"]
    certificates.issue(certificates.ensure_authority(directory.certificates), files, hosts=hosts)
    configuration = Config()
    configuration.bind = [f"fd://{https.detach()}"]
    configuration.insecure_bind = [f"fd://{http.detach()}"]
    configuration.certfile = str(files.certificate)
    configuration.keyfile = str(files.key)
    configuration.keep_alive_timeout = 75
    # Terraform sends thousands of requests over one connection, and fails where it is ended between two of them.
    configuration.keep_alive_max_requests = 1_000_000
    configuration.graceful_timeout = 2
    configuration.accesslog = None
    configuration.errorlog = logging.getLogger("hypercorn.error")
    return configuration


async def _until_started(application: Application, server: asyncio.Task[None]) -> None:
    started = asyncio.create_task(application.started.wait())
    await asyncio.wait([started, server], return_when=asyncio.FIRST_COMPLETED)
    if server.done():
        started.cancel()
        raise SandboxError("The HTTP server ended before it was ready.") from server.exception()


def _progress(text: str) -> None:
    # Whoever started the gateway may be gone; it goes on.
    with suppress(BrokenPipeError):
        print(text, flush=True)


def _fall_silent() -> None:
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, sys.stdout.fileno())
    os.close(null)


def main() -> int:
    """Run the gateway; exit code 0 after SIGTERM, 2 where it could not run."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.gateway", description=__doc__)
    parser.add_argument("--directory", type=Path, required=True)
    parser.add_argument("--port", type=int)
    arguments = parser.parse_args()
    directory = Directory(root=arguments.directory)
    handler = RotatingFileHandler(directory.gateway_log, maxBytes=_LOG_BYTES, backupCount=1)
    logging.basicConfig(
        handlers=[handler], level=logging.INFO, format="%(asctime)s %(levelname)s [%(name)s] %(message)s"
    )
    try:
        with asyncio.Runner(loop_factory=_Loop) as runner:
            runner.run(run(directory, port=arguments.port))
    except (SandboxError, ValidationError) as error:
        _LOG.exception("cannot run")
        _progress(f"{ERROR}{error}")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
