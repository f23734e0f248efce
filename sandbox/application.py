"""What is behind the sandbox's endpoint: the emulator, the gaps in front of it, and the sandbox's own interface."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

from sandbox import administration, certificates, gaps
from sandbox.directory import Directory
from sandbox.elasticache import failover
from sandbox.elasticache.data_plane import DataPlane
from sandbox.elasticache.objects import Objects
from sandbox.elasticache.passwords import IamPasswords
from sandbox.elasticache.service import ElastiCache
from sandbox.emulator import Emulator, Receive, Scope, Send
from sandbox.files import write_private
from sandbox.gaps.dynamodb import point_in_time_restore
from sandbox.gaps.ec2 import Ec2
from sandbox.gaps.memory import Memory
from sandbox.gaps.s3.control import S3Control
from sandbox.keeping import Keeper
from sandbox.wire import parse_xml

ACCOUNT = "000000000000"
REGION = "us-east-1"
_ADMINISTRATOR = "sandbox-administrator"


class Application:
    """The ASGI application: the sandbox's own interface, and AWS's."""

    def __init__(self, directory: Directory, *, port: int) -> None:
        self._loop = asyncio.get_running_loop()
        authority = certificates.ensure_authority(directory.certificates)
        self._emulator = Emulator(account=ACCOUNT, region=REGION, port=port, state=directory.state)
        self._keeper = Keeper(self._emulator, directory.root)
        self._data_plane = DataPlane(
            folder=directory.redis,
            authority=authority,
            passwords=IamPasswords(directory.redis_users),
            loop=self._loop,
        )
        ec2 = Ec2(directory.state / "ec2.pickle")
        self.elasticache = ElastiCache(
            account=ACCOUNT,
            file=directory.state / "elasticache.json",
            data_plane=self._data_plane,
            ec2=ec2.answer,
            objects=self._objects,
            test_failover_quota=failover.quota(),
        )
        self._s3_control = S3Control(Memory(directory.state / "s3-account-public-access.json"))
        self.started = asyncio.Event()
        for service in self._emulator.services():
            self._emulator.put_in_front(service, self._keeper.watch(service))
        for service, gap in (
            *gaps.closed(directory.state),
            ("dynamodb", point_in_time_restore.taking_back(self._emulator.handler("dynamodbstreams"))),
            ("ec2", ec2.handle),
            ("elasticache", self.elasticache.handle),
        ):
            self._emulator.put_in_front(service, gap)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request."""
        if scope["type"] == "http" and scope["path"].startswith(administration.PREFIX):
            await self._administer(scope, receive, send)
        elif scope["type"] == "http" and self._s3_control.answers(scope["path"]):
            account = dict(scope["headers"]).get(b"x-amz-account-id", b"").decode()
            body = await _body(receive)
            status, answer = self._s3_control.answer(scope["method"], scope["path"], account, body)
            await _send(send, status, answer, content_type=b"application/xml")
        elif scope["type"] == "lifespan":
            await self._emulator(scope, receive, self._noticing_start(send))
        else:
            await self._emulator(scope, receive, send)

    async def administrator(self, file: Path) -> tuple[str, str]:
        """Return the access key of the IAM user that clients use, made on first use."""
        if not file.exists():
            await self._emulator.call("iam", Action="CreateUser", UserName=_ADMINISTRATOR, unless="EntityAlreadyExists")
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

    def _objects(self, region: str) -> Objects:
        return Objects(
            account=ACCOUNT,
            region_name=region,
            s3=self._emulator.handler("s3"),
            kms=self._emulator.handler("kms"),
            permits=self._emulator.permits,
            loop=self._loop,
        )

    def _noticing_start(self, send: Send) -> Send:
        async def noticing(message: dict[str, object]) -> None:
            await send(message)
            if message["type"] == "lifespan.startup.complete":
                self.started.set()

        return noticing

    async def _administer(self, scope: Scope, receive: Receive, send: Send) -> None:
        status, answer = await asyncio.to_thread(
            administration.answer,
            scope["method"],
            scope["path"],
            await _body(receive),
            elasticache=self.elasticache,
            services=self._emulator.services(),
        )
        await _send(send, status, json.dumps(answer).encode(), content_type=b"application/json")


async def _body(receive: Receive) -> bytes:
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return body


async def _send(send: Send, status: int, body: bytes, *, content_type: bytes) -> None:
    await send({"type": "http.response.start", "status": status, "headers": [(b"content-type", content_type)]})
    await send({"type": "http.response.body", "body": body})
