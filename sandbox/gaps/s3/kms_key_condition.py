"""S3: policies may ask for the KMS key that a write names; the emulator tells them of the encryption's kind only.

Conditions are gathered before a service is asked, so no handler can stand in front: this replaces the emulator's
function, which it looks up anew for each request.
"""

from __future__ import annotations

import importlib
from typing import Any

_KEY = "x-amz-server-side-encryption-aws-kms-key-id"


def tell_policies() -> None:
    """Add the condition key with the KMS key's id to the context of every write, an upload's parts included."""
    actions: Any = importlib.import_module("ministack.core.iam_actions")
    # A part names only its upload, so what the upload began with has to be looked up.
    uploads = importlib.import_module("ministack.services.s3")._multipart_uploads  # noqa: SLF001
    gather = actions.s3_service_context

    def with_key(
        action: str, query: dict[str, Any] | None, path: str = "", headers: dict[str, str] | None = None
    ) -> Any:
        context = gather(action, query, path, headers)
        if action == "s3:PutObject":
            stated = _stated_headers(query or {}, headers or {}, uploads)
            if _KEY in stated:
                context[f"s3:{_KEY}"] = stated[_KEY]
        return context

    actions.s3_service_context = with_key


def _stated_headers(query: dict[str, Any], headers: dict[str, str], uploads: Any) -> dict[str, str]:
    """A part carries no encryption of its own: its upload's first request decides."""
    upload_id = query.get("uploadId")
    if upload_id is None:
        return headers
    upload = uploads.get(upload_id[0] if isinstance(upload_id, list) else upload_id)
    preserved: dict[str, str] = upload["preserved_headers"] if upload else {}
    return preserved
