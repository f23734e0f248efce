"""Carries DynamoDB requests out over connections of our own."""

from __future__ import annotations

from typing import Any, Final

from tierstore.aws import Aws
from tierstore.aws_json.asyncio_client import AsyncJsonClient
from tierstore.aws_json.client import JsonClient
from tierstore.aws_json.services import Service
from tierstore.dynamodb.effects import DynamoDBRequest
from tierstore.dynamodb.failures import failure_of

_DYNAMODB: Final = Service(
    title="DynamoDB",
    endpoint="dynamodb",
    target="DynamoDB_20120810",
    content_type="application/x-amz-json-1.0",
    failure_of=failure_of,
)


class DynamoDBTransport:
    """Blocks until a request is answered; used by many threads at once."""

    def __init__(self, aws: Aws) -> None:
        self._client = JsonClient(aws, _DYNAMODB)

    def carry_out(self, request: DynamoDBRequest[Any], /) -> Any:
        """Answer the request, or raise what went wrong."""
        return self._client.call(request.action, request.document, request.decode)

    def close(self) -> None:
        """Close the connections that are not in use."""
        self._client.close()


class AsyncDynamoDBTransport:
    """Awaits the answers of requests; used by many tasks at once."""

    def __init__(self, aws: Aws) -> None:
        self._client = AsyncJsonClient(aws, _DYNAMODB)

    async def carry_out(self, request: DynamoDBRequest[Any], /) -> Any:
        """Answer the request, or raise what went wrong."""
        return await self._client.call(request.action, request.document, request.decode)

    async def close(self) -> None:
        """Close the running event loop's connections that are not in use."""
        await self._client.close()
