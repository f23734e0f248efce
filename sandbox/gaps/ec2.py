"""EC2 as a whole: moto knows network ACLs, flow logs, interface endpoints and tags of rules better."""

from __future__ import annotations

import importlib
import os
import pickle
from pathlib import Path
from typing import Any

from sandbox.files import write_private
from sandbox.gaps import ec2_rule_descriptions
from sandbox.keeping import is_read
from sandbox.wire import Handler, Request, Response


class Ec2:
    """moto's EC2, loaded on first use; its state is kept after every change."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._moto: _Moto | None = None

    async def answer(self, request: Request) -> Response:
        """Answer a request."""
        if self._moto is None:
            self._moto = _Moto(account=request.account, file=self._file)
        response = self._moto.answer(request)
        if not is_read(request):
            self._moto.keep()
        return response

    async def handle(self, request: Request, _: Handler) -> Response:
        """Answer a request in the emulator's place."""
        return await self.answer(request)


class _Moto:
    def __init__(self, *, account: str, file: Path) -> None:
        # Machine images are of no use here and slow to load.
        os.environ["MOTO_EC2_LOAD_DEFAULT_AMIS"] = "false"
        self._file = file
        self._account = account
        self._responses = importlib.import_module("moto.ec2.responses")
        self._request = importlib.import_module("moto.core.request").Request
        self._backends: Any = importlib.import_module("moto.ec2.models").ec2_backends[account]
        rules = importlib.import_module("moto.ec2.models.security_groups").SecurityGroupRule
        ec2_rule_descriptions.keep_all(rules)
        if file.exists():
            # The file is the sandbox's own, readable by its owner only.
            self._backends.update(pickle.loads(file.read_bytes()))  # noqa: S301

    def answer(self, request: Request) -> Response:
        url = f"https://ec2.{request.region}.amazonaws.com/"
        headers = {**request.headers, "x-moto-account-id": self._account}
        asked = self._request.from_primitives(request.method, url, headers, request.body)
        status, headers, body = self._responses.EC2Response.dispatch(asked)
        content = body.encode() if isinstance(body, str) else body
        return status, {"Content-Type": headers.get("Content-Type", "text/xml"), **headers}, content

    def keep(self) -> None:
        write_private(self._file, pickle.dumps(dict(self._backends)))
