"""AWS requests and responses as the emulator's handlers see them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl
from xml.etree import ElementTree as ET

OK = 200


@dataclass(frozen=True, kw_only=True)
class Request:
    """A request for one service, already authenticated and authorised."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    query: Mapping[str, list[str]]
    account: str
    region: str

    @cached_property
    def form(self) -> dict[str, str]:
        """The parameters of a Query-protocol request."""
        return dict(parse_qsl(self.body.decode(), keep_blank_values=True))

    @cached_property
    def action(self) -> str:
        """What is asked for, by its name (`CreateUser`); of S3, which has none, as in `GET ?lifecycle`."""
        if target := self.headers.get("x-amz-target"):
            return target.rpartition(".")[2]
        if (self.method, self.path) == ("POST", "/"):
            return self.form.get("Action", "")
        subresource = next((name for name in self.query if not name.startswith(("x-", "X-"))), "")
        return f"{self.method} ?{subresource}" if subresource else self.method


def parse_xml(body: bytes) -> ET.Element:
    """Parse an answer of a service of the sandbox's own."""
    return ET.fromstring(body)  # noqa: S314 (written in this very process)


# The body is bytes, or a stream of the emulator's own kind that only it can send.
Response = tuple[int, dict[str, str], Any]
Handler = Callable[[Request], Awaitable[Response]]
# Answers a request itself, or asks the next handler and changes the request or the response.
Gap = Callable[[Request, Handler], Awaitable[Response]]
