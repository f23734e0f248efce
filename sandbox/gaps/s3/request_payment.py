"""S3: who pays is read with `?requestPayment`; the emulator expects another spelling."""

from __future__ import annotations

from dataclasses import replace

from sandbox.wire import Handler, Request, Response


async def handle(request: Request, emulator: Handler) -> Response:
    """Spell it as the emulator does."""
    if request.action == "GET ?requestPayment":
        return await emulator(replace(request, query={"request-payment": [""]}))
    return await emulator(request)
