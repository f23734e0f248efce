"""Requests as bytes to send, and answers from the bytes that came back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit
from zlib import crc32

import msgspec
from botocore.credentials import ReadOnlyCredentials

from tierstore.aws import AwsIdentity
from tierstore.aws_json.http import Response
from tierstore.aws_json.services import Service
from tierstore.aws_json.signing import Signer
from tierstore.errors import InvalidError, UnavailableError

Answer = TypeVar("Answer")

_OK: Final = 200
_DEFAULT_PORTS: Final = {"http": 80, "https": 443}
_encode: Final = msgspec.json.Encoder().encode
_decode: Final = msgspec.json.Decoder(dict[str, Any]).decode


class Wire:
    """One service as seen over the network; holds no connection."""

    def __init__(self, aws: AwsIdentity, service: Service) -> None:
        url = urlsplit(aws.endpoint(service.endpoint))
        self._service = service
        self.is_secure = url.scheme == "https"
        self.host = url.hostname or ""
        self.port = url.port or _DEFAULT_PORTS[url.scheme]
        self._signer = Signer(
            service=service.endpoint,
            region=aws.access.region,
            host=url.netloc,
            content_type=service.content_type,
        )

    def title(self, action: str) -> str:
        """What messages call a request."""
        return f"{self._service.title} {action}"

    def request(self, credentials: ReadOnlyCredentials, action: str, document: Mapping[str, Any]) -> bytes:
        """The whole request, signed; raises `InvalidError` for text that is no Unicode."""
        try:
            body = _encode(document)
        except UnicodeEncodeError as error:
            character = error.object[error.start]
            raise InvalidError(f"{self.title(action)}: {character!r} is no character that UTF-8 has") from None
        target = f"{self._service.target}.{action}"
        headers = self._signer.headers(credentials, target=target, body=body, now=datetime.now(UTC))
        head = f"POST / HTTP/1.1\r\n{headers}content-length:{len(body)}\r\nuser-agent:tierstore\r\n\r\n"
        return head.encode() + body

    def answer(self, response: Response, decode: Callable[[bytes], Answer]) -> Answer:
        """What `decode` makes of a response's JSON.

        Raises what a refusal means, and `UnavailableError` for a response that was damaged on its way.
        """
        checksum = response.headers.get("x-amz-crc32")
        if checksum is not None and checksum != str(crc32(response.body)):
            raise UnavailableError("the response was damaged on its way: its CRC-32 differs", in_doubt=True)
        if response.status == _OK:
            try:
                return decode(response.body)
            except msgspec.DecodeError as error:
                raise UnavailableError(f"the response is no JSON: {error}", in_doubt=True) from None
        try:
            document = _decode(response.body)
        except msgspec.DecodeError:
            document = {}
        raise self._service.failure_of(response.status, document)
