"""S3: whoever may not list a bucket is told that an object is forbidden, also where there is none."""

from __future__ import annotations

import importlib
from typing import Any, Final

from sandbox.wire import Handler, Request, Response

_NOT_FOUND: Final = 404
_FORBIDDEN: Final = b"<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>"


async def handle(request: Request, emulator: Handler) -> Response:
    """Look at objects as S3 does (Amazon S3 API reference: HeadObject, Permissions)."""
    response = await emulator(request)
    bucket, _, key = request.path.lstrip("/").partition("/")
    if response[0] != _NOT_FOUND or not key or request.method not in ("GET", "HEAD") or request.query:
        return response
    evaluator: Any = importlib.import_module("ministack.core.iam_evaluator")
    router: Any = importlib.import_module("ministack.core.router")
    sender = router.extract_access_key_id(dict(request.headers), dict(request.query))
    denied = evaluator.enforce(sender, "s3:ListBucket", "s3", request.region, f"arn:aws:s3:::{bucket}", {})
    if denied is None:
        return response
    return 403, {"Content-Type": "application/xml"}, b"" if request.method == "HEAD" else _FORBIDDEN
