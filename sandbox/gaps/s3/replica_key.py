"""S3: copies are encrypted with the key that the replication rule names; the emulator keeps that of the original.

It makes the copy while it stores the original, so that no handler can stand in between: this replaces the emulator's
function, which it looks up anew for each write.
"""

from __future__ import annotations

import importlib
from typing import Any

_ENCRYPTION = "x-amz-server-side-encryption"


def encrypt_copies() -> None:
    """Let every copy state the encryption of its destination."""
    s3: Any = importlib.import_module("ministack.services.s3")
    replicate, rule_for = s3._maybe_replicate, s3._replication_rule_for  # noqa: SLF001

    def with_key(bucket: str, key: str, stored: dict[str, Any], data: Any, tags: dict[str, str] | None = None) -> None:
        rule, _ = rule_for(bucket, key, tags)
        named = ((rule or {}).get("Destination") or {}).get("EncryptionConfiguration", {}).get("ReplicaKmsKeyID")
        original = stored["preserved_headers"]
        if named:
            stored["preserved_headers"] = original | {
                _ENCRYPTION: "aws:kms",
                f"{_ENCRYPTION}-aws-kms-key-id": named,
            }
        try:
            replicate(bucket, key, stored, data, tags)
        finally:
            stored["preserved_headers"] = original

    s3._maybe_replicate = with_key  # noqa: SLF001
