"""S3: a bucket's Intelligent-Tiering, inventory, metrics and analytics configurations, each known by an id.

The emulator takes such a request for one about the bucket itself: it would list its objects, or delete it.
"""

from __future__ import annotations

from dataclasses import replace
from xml.sax.saxutils import escape

from sandbox.gaps.memory import Memory
from sandbox.wire import OK, Gap, Handler, Request, Response

# The subresource and the XML element of one configuration.
_ELEMENTS = {
    "analytics": "AnalyticsConfiguration",
    "intelligent-tiering": "IntelligentTieringConfiguration",
    "inventory": "InventoryConfiguration",
    "metrics": "MetricsConfiguration",
}
_NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/"
_XML = {"Content-Type": "application/xml"}


def remembering(memory: Memory) -> Gap:
    """Return a handler that keeps the configurations and forgets them with their bucket."""

    async def handle(request: Request, emulator: Handler) -> Response:
        bucket, _, key = request.path.lstrip("/").partition("/")
        kind = next((name for name in _ELEMENTS if name in request.query), "")
        if key:
            return await emulator(request)
        if not kind:
            response = await emulator(request)
            if request.action == "DELETE" and response[0] < 300:  # noqa: PLR2004 (success)
                _forget(memory, f"{bucket}?")
            return response
        status, headers, body = await emulator(replace(request, method="HEAD", query={}))
        if status != OK:
            return status, headers, body or _error("NoSuchBucket", bucket)
        return _answer(memory, request, prefix=f"{bucket}?{kind}#", element=_ELEMENTS[kind])

    return handle


def _answer(memory: Memory, request: Request, *, prefix: str, element: str) -> Response:
    identifier = request.query.get("id", [""])[0]
    if request.method == "PUT":
        memory[prefix + identifier] = request.body.decode()
        return 200, {}, b""
    if request.method == "GET" and not identifier:
        return 200, dict(_XML), _listed(memory, prefix, element)
    if prefix + identifier not in memory:
        return 404, dict(_XML), _error("NoSuchConfiguration", identifier)
    if request.method == "GET":
        return 200, dict(_XML), memory[prefix + identifier].encode()
    del memory[prefix + identifier]
    return 204, {}, b""


def _listed(memory: Memory, prefix: str, element: str) -> bytes:
    found = [_without_declaration(memory[key]) for key in sorted(memory) if key.startswith(prefix)]
    root = f"List{element}sResult"
    inner = f"<IsTruncated>false</IsTruncated>{''.join(found)}"
    return f'<{root} xmlns="{_NAMESPACE}">{inner}</{root}>'.encode()


def _without_declaration(document: str) -> str:
    return document.partition("?>")[2] if document.startswith("<?xml") else document


def _forget(memory: Memory, prefix: str) -> None:
    for key in [key for key in memory if key.startswith(prefix)]:
        del memory[key]


def _error(code: str, resource: str) -> bytes:
    return (
        f"<Error><Code>{code}</Code><Message>{code}</Message><Resource>{escape(resource)}</Resource></Error>".encode()
    )
