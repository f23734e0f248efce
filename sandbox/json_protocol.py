"""AWS's JSON protocols: responses of the sandbox's own.

The protocols: https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html and aws-restjson1-protocol.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sandbox.wire import OK, Response


def respond(document: Mapping[str, Any], *, status: int = OK) -> Response:
    """Return a response with a document."""
    return status, {"Content-Type": "application/x-amz-json-1.1"}, json.dumps(document).encode()


def refuse(code: str, message: str) -> Response:
    """Return an error, its type in both places in which clients look for it."""
    status, headers, body = respond({"__type": code, "message": message}, status=400)
    return status, {**headers, "x-amzn-errortype": code}, body


def amend(headers: Mapping[str, str], document: Mapping[str, Any]) -> Response:
    """Return the emulator's response with another document."""
    # The checksum is the old document's.
    kept = {name: value for name, value in headers.items() if name.lower() != "x-amz-crc32"}
    return OK, kept, json.dumps(document).encode()
