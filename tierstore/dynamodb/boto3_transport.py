"""Carries DynamoDB requests out with boto3's client: slower than our own transport, and known to everybody."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from typing import Any, Final

import boto3
import msgspec
from botocore import xform_name
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
    ReadTimeoutError,
)

from tierstore.aws import Aws
from tierstore.aws_json.timeouts import CONNECT_SECONDS, READ_SECONDS, deadline_passed
from tierstore.core.deadlines import remaining
from tierstore.core.processes import PerProcess
from tierstore.dynamodb.effects import DynamoDBRequest
from tierstore.dynamodb.failures import failure_of
from tierstore.errors import AccessDeniedError, StorageError, TimedOutError, UnavailableError

MAXIMUM_CONNECTIONS: Final = 50


class Boto3Transport:
    """One client a process, which never retries: that is for the plans.

    A deadline stops what has not begun; what has may take `READ_SECONDS` longer, which boto3 fixes for a client.
    """

    def __init__(self, aws: Aws) -> None:
        self._aws = aws
        self._client: PerProcess[Any] = PerProcess(self._make_client)

    def carry_out(self, request: DynamoDBRequest[Any], /) -> Any:
        """Answer the request, or raise what went wrong."""
        left = remaining()
        if left is not None and left <= 0:
            raise deadline_passed(f"DynamoDB {request.action}")
        try:
            call = getattr(self._client(), xform_name(request.action))
            answer = call(**_blobs(request.document, b64decode))
        except ClientError as error:
            raise _failure(error) from None
        except BotoCoreError as error:
            raise _disconnection(request.action, error) from error
        del answer["ResponseMetadata"]
        return request.decode(msgspec.json.encode(_blobs(answer, lambda blob: b64encode(blob).decode())))

    def close(self) -> None:
        """Close the client's connections; a later request makes a new client."""
        self._client().close()
        self._client.forget()

    def _make_client(self) -> Any:
        connection = self._aws.connection
        return boto3.Session(botocore_session=self._aws.session()).client(
            "dynamodb",
            endpoint_url=self._aws.endpoint("dynamodb"),
            verify=str(connection.ca_file) if connection.ca_file else None,
            config=Config(
                connect_timeout=CONNECT_SECONDS,
                read_timeout=READ_SECONDS,
                max_pool_connections=MAXIMUM_CONNECTIONS,
                retries={"total_max_attempts": 1, "mode": "standard"},
            ),
        )


def _failure(error: ClientError) -> StorageError:
    response: Mapping[str, Any] = _blobs(dict(error.response), lambda blob: b64encode(blob).decode())
    details = response.get("Error", {})
    status = response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    document = {**response, "__type": details.get("Code"), "message": details.get("Message")}
    return failure_of(status, document)


def _disconnection(action: str, error: BotoCoreError) -> StorageError:
    text = f"DynamoDB {action}: {error}"
    if isinstance(error, NoCredentialsError):
        return AccessDeniedError(f"{text}; sign in with the AWS CLI, set AWS_PROFILE, or run with a role")
    if isinstance(error, ReadTimeoutError):
        return TimedOutError(text, in_doubt=True)
    if isinstance(error, ConnectTimeoutError):
        return TimedOutError(text)
    return UnavailableError(text, in_doubt=not isinstance(error, EndpointConnectionError))


def _blobs(value: Any, convert: Callable[[Any], Any]) -> Any:
    """The document with every binary value converted: boto3 has bytes where the protocol has base 64."""
    if isinstance(value, Mapping):
        if len(value) == 1:
            ((name, content),) = value.items()
            if name == "B" and isinstance(content, str | bytes):
                return {"B": convert(content)}
            if name == "BS" and isinstance(content, list):
                return {"BS": [convert(blob) for blob in content]}
        return {name: _blobs(content, convert) for name, content in value.items()}
    if isinstance(value, list | tuple):
        return [_blobs(content, convert) for content in value]
    return value
