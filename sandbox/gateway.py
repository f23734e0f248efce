"""The sandbox's one long-lived process: HTTPS and HTTP on loopback, the emulator and the gaps behind them.

Started by `python -m sandbox up` as `python -m sandbox.gateway`; says on its standard output how far it has got, at
last `ready` or `error: …`, and then falls silent.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import os
import signal
import socket
import sys
from contextlib import suppress
from logging.handlers import RotatingFileHandler
from pathlib import Path

from hypercorn.asyncio import serve
from hypercorn.config import Config
from pydantic import ValidationError

from environments.target import SandboxConnection, SandboxRedis
from sandbox import administration, certificates, connection, gaps
from sandbox.certificates import CertificateFiles
from sandbox.directory import Directory
from sandbox.elasticache import failover
from sandbox.elasticache.data_plane import DataPlane
from sandbox.elasticache.passwords import IamPasswords
from sandbox.elasticache.service import ElastiCache
from sandbox.emulator import Emulator, Receive, Scope, Send
from sandbox.errors import SandboxError
from sandbox.files import write_private
from sandbox.gaps.ec2 import Ec2
from sandbox.keeping import Keeper
from sandbox.wire import parse_xml

ACCOUNT = "000000000000"
REGION = "us-east-1"
HOST = "127.0.0.1"
READY = "ready"
ERROR = "error: "
_ADMINISTRATOR = "sandbox-administrator"
_LOG_BYTES = 4 * 1024 * 1024
_LOG = logging.getLogger(__name__)


class Gateway:
    """The ASGI application: the sandbox's own interface, and AWS's."""

    def __init__(self, directory: Directory, *, port: int) -> None:
        authority = certificates.ensure_authority(directory.certificates)
        self._emulator = Emulator(account=ACCOUNT, region=REGION, port=port, state=directory.state)
        self._keeper = Keeper(self._emulator)
        self._data_plane = DataPlane(
            folder=directory.redis,
            authority=authority,
            passwords=IamPasswords(directory.redis_users),
            loop=asyncio.get_running_loop(),
        )
        ec2 = Ec2(directory.state / "ec2.pickle")
        self.elasticache = ElastiCache(
            account=ACCOUNT,
            file=directory.state / "elasticache.json",
            data_plane=self._data_plane,
            ec2=ec2.answer,
            test_failover_quota=failover.quota(),
        )
        self.started = asyncio.Event()
        for service in self._emulator.services():
            self._emulator.put_in_front(service, self._keeper.watch(service))
        for service, gap in (
            *gaps.closed(directory.state),
            ("ec2", ec2.handle),
            ("elasticache", self.elasticache.handle),
        ):
            self._emulator.put_in_front(service, gap)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request."""
        if scope["type"] == "http" and scope["path"].startswith(administration.PREFIX):
            await self._administer(scope, receive, send)
        elif scope["type"] == "lifespan":
            await self._emulator(scope, receive, self._noticing_start(send))
        else:
            await self._emulator(scope, receive, send)

    async def administrator(self, file: Path) -> tuple[str, str]:
        """Return the access key of the IAM user that clients use, made on first use."""
        if not file.exists():
            await self._emulator.call("iam", Action="CreateUser", UserName=_ADMINISTRATOR)
            await self._emulator.call(
                "iam",
                Action="AttachUserPolicy",
                UserName=_ADMINISTRATOR,
                PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess",
            )
            answer = parse_xml(await self._emulator.call("iam", Action="CreateAccessKey", UserName=_ADMINISTRATOR))
            key = [answer.findtext(f".//{{*}}{name}", "") for name in ("AccessKeyId", "SecretAccessKey")]
            write_private(file, json.dumps(key).encode())
        key_id, secret = json.loads(file.read_text())
        return key_id, secret

    async def run_beside(self) -> None:
        """Do what has to be done again and again while requests are served."""
        await self._keeper.run()

    def stop(self) -> None:
        """End the Redis Clusters in order."""
        self._data_plane.stop()

    def _noticing_start(self, send: Send) -> Send:
        async def noticing(message: dict[str, object]) -> None:
            await send(message)
            if message["type"] == "lifespan.startup.complete":
                self.started.set()

        return noticing

    async def _administer(self, scope: Scope, receive: Receive, send: Send) -> None:
        body, more = b"", True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        status, answer = await asyncio.to_thread(
            administration.answer,
            scope["method"],
            scope["path"],
            body,
            elasticache=self.elasticache,
            services=self._emulator.services(),
        )
        headers = [(b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": json.dumps(answer).encode()})


async def run(directory: Directory, *, port: int | None) -> None:
    """Serve until SIGTERM; raise SandboxError where it cannot."""
    previous = connection.read(directory)
    https = listen(port, preferred=previous.port if previous else None)
    http = listen(None, preferred=previous.insecure_port if previous else None)
    https_port, http_port = https.getsockname()[1], http.getsockname()[1]
    _progress("starting the emulator")
    gateway = Gateway(directory, port=https_port)
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    server = asyncio.create_task(
        serve(gateway, _configuration(directory, https, http), shutdown_trigger=stopping.wait)  # type: ignore[arg-type]
    )
    beside = asyncio.create_task(gateway.run_beside())
    try:
        await _first(gateway.started.wait(), server)
        key_id, secret = await gateway.administrator(directory.state / "administrator.json")
        await asyncio.to_thread(gateway.elasticache.restore, _progress)
        connection.write(
            directory,
            SandboxConnection(
                version=1,
                pid=os.getpid(),
                endpoint=f"https://{HOST}:{https_port}",
                insecure_endpoint=f"http://{HOST}:{http_port}",
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
        beside.cancel()
        await asyncio.to_thread(gateway.stop)
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
    if not files.certificate.exists():
        certificates.issue(certificates.ensure_authority(directory.certificates), files, hosts=[HOST, "localhost"])
    configuration = Config()
    configuration.bind = [f"fd://{https.detach()}"]
    configuration.insecure_bind = [f"fd://{http.detach()}"]
    configuration.certfile = str(files.certificate)
    configuration.keyfile = str(files.key)
    configuration.keep_alive_timeout = 75
    configuration.graceful_timeout = 2
    configuration.accesslog = None
    configuration.errorlog = logging.getLogger("hypercorn.error")
    return configuration


async def _first(waiting: object, server: asyncio.Task[None]) -> None:
    waiter = asyncio.ensure_future(waiting)  # type: ignore[call-overload]
    await asyncio.wait([waiter, server], return_when=asyncio.FIRST_COMPLETED)
    if server.done():
        waiter.cancel()
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
        asyncio.run(run(directory, port=arguments.port))
    except (SandboxError, ValidationError) as error:
        _LOG.exception("cannot run")
        _progress(f"{ERROR}{error}")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
