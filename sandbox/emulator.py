"""The emulator of AWS's control plane: ministack, unmodified, in this very process; nothing else knows its name."""

from __future__ import annotations

import importlib
import importlib.metadata
import os
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from sandbox.errors import SandboxError
from sandbox.gaps import iam_policy_variables
from sandbox.gaps.dynamodb import leading_keys
from sandbox.gaps.s3 import kms_key_condition, replica_key, version_deletions
from sandbox.wire import OK, Gap, Handler, Request, Response

VERSION = "1.5.33"
# Without credentials of its own: what a handler is called with from inside has been authorised already.
_INSIDE: dict[str, str] = {"content-type": "application/x-www-form-urlencoded"}

_ACCOUNT_OF_SERVICES = "999999999999"

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]


class Emulator:
    """The emulator as an ASGI application, with the sandbox's own handlers in front of its services'."""

    def __init__(self, *, account: str, region: str, port: int, state: Path) -> None:
        """Load the emulator; its state is kept in `state`, IAM is enforced. Raises SandboxError for another version."""
        installed = importlib.metadata.version("ministack")
        if installed != VERSION:
            raise SandboxError(
                f"ministack {installed} is installed, but the sandbox is made for {VERSION}: install that."
            )
        # It reads its settings while it is imported.
        os.environ.update(
            AUTH="true",
            MINISTACK_ACCOUNT_ID=account,
            MINISTACK_REGION=region,
            MINISTACK_HOST="localhost",
            GATEWAY_PORT=str(port),
            PERSIST_STATE="1",
            STATE_DIR=str(state / "services"),
            S3_PERSIST="1",
            S3_DATA_DIR=str(state / "s3"),
            # Neither containers nor further listeners.
            DOCKER_HOST="unix:///nonexistent",
            SFTP_ENABLED="0",
            IOT_MTLS_ENABLED="0",
        )
        self._account = account
        self._region = region
        self._app = importlib.import_module("ministack.app")
        self._persistence = importlib.import_module("ministack.core.persistence")
        self._responses = importlib.import_module("ministack.core.responses")
        self._policies = importlib.import_module("ministack.core.iam_evaluator")
        self._router = importlib.import_module("ministack.core.router")
        importlib.import_module("ministack.core.hypercorn_compat").install()
        kms_key_condition.tell_policies()
        leading_keys.tell_policies()
        iam_policy_variables.resolve_in_policies()
        replica_key.encrypt_copies()
        version_deletions.ask_for_versions()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request."""
        await self._app.app(scope, receive, send)

    def handler(self, service: str) -> Handler:
        """Who answers the requests of a service now, if anybody."""
        inner = self._app.SERVICE_HANDLERS.get(service)

        async def answer(request: Request) -> Response:
            if inner is None:
                raise SandboxError(f"The emulator does not know {service}.")
            response: Response = await inner(
                request.method, request.path, dict(request.headers), request.body, dict(request.query)
            )
            return response

        return answer

    def put_in_front(self, service: str, gap: Gap) -> None:
        """Let `gap` answer the requests of a service; what it passes on goes to who answered before, if anybody."""
        emulator = self.handler(service)
        # For a service that its router has no pattern of, the emulator reads botocore's models of all of AWS, which
        # takes seconds in which it answers nobody.
        self._router.SERVICE_PATTERNS.setdefault(service, {})

        async def outer(
            method: str, path: str, headers: dict[str, str], body: bytes, query: dict[str, list[str]]
        ) -> Response:
            request = Request(
                method=method,
                path=path,
                headers=headers,
                body=body,
                query=query,
                account=self._responses.get_account_id(),
                region=self._responses.get_region(),
            )
            return await gap(request, emulator)

        self._app.SERVICE_HANDLERS[service] = outer

    async def call(self, service: str, *, unless: str = "", **form: str) -> bytes:
        """Call a Query-protocol action from inside, as the account's root, and return the XML.

        Raises SandboxError where it is refused, `unless` for that reason.
        """
        status, _, body = await self._app.SERVICE_HANDLERS[service](
            "POST", "/", dict(_INSIDE), urlencode(form).encode(), {}
        )
        if status != OK and (not unless or unless.encode() not in body):
            raise SandboxError(f"{service} refused {form['Action']}: {body.decode()}")
        answer: bytes = body
        return answer

    def permits(self, policy: str, *, service: str, action: str, resource: str) -> bool:
        """Whether a resource's policy lets an AWS service (`<name>.amazonaws.com`) itself do something for the account.

        A service's own calls state no header that a condition could ask for.
        """
        asked = self._policies.EvalContext(
            principal_arn=f"arn:aws:iam::{_ACCOUNT_OF_SERVICES}:role/{service}",
            principal_type="AssumedRole",
            principal_account=_ACCOUNT_OF_SERVICES,
            action=action,
            resource_arn=resource,
            region=self._region,
            secure_transport=True,
            service_context={
                "aws:principalisawsservice": "true",
                "aws:principalservicename": service,
                "aws:sourceaccount": self._account,
            },
        )
        decision: str = self._policies.evaluate_resource_policy(policy, asked, service=service).decision
        return decision == "Allow"

    def services(self) -> list[str]:
        """Return the names of the services it knows."""
        return sorted(self._app.SERVICE_HANDLERS)

    def keep(self, service: str) -> float:
        """Write a service's state to disk; return how long that took, in seconds."""
        began = time.monotonic()
        modules = self._app.SERVICE_REGISTRY[service]
        names = (modules.get("state_key", modules["module"]), *modules.get("sub_modules", ()))
        states = self._app._build_persistence_save_dict()  # noqa: SLF001 (it saves at shutdown only, a crash must not lose more)
        self._persistence.save_all({name: states[name] for name in names if name in states})
        return time.monotonic() - began
