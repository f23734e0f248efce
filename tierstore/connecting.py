"""Finding an environment: its connection document is an SSM parameter.

Importing this module imports botocore, so only `connect` does.
"""

from __future__ import annotations

import os
import random
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from typing import Any, Final

import msgspec
from botocore.session import Session

from tierstore.aws import AwsIdentity
from tierstore.aws_json.client import JsonClient
from tierstore.aws_json.services import Service
from tierstore.connection import Connection, access_by, parameter_name
from tierstore.core.effects import Effect
from tierstore.core.retries import standard_retries
from tierstore.core.runners import SyncRunner
from tierstore.dynamodb import failures
from tierstore.errors import InvalidError, NotFoundError, StorageError


@dataclass(frozen=True, kw_only=True)
class ReadParameter(Effect[str]):
    """Read an SSM parameter."""

    name: str


def find(environment: str, *, prefix: str, region: str | None, persona: str | None = None) -> Connection:
    """The connection of a deployed environment, found by its SSM parameter.

    Raises `InvalidError` where nothing tells the region, `NotFoundError` where the environment is not deployed there,
    and `AccessDeniedError` without credentials.
    """
    found = region or Session(profile=os.environ.get("AWS_PROFILE")).get_config_variable("region")
    if found is None:
        raise InvalidError("no AWS region is set; give `region`, or set AWS_REGION or one in the AWS profile")
    with closing(JsonClient(AwsIdentity(access_by(os.environ, region=found)), _SSM)) as client:

        def carry_out(effect: Any) -> str:
            return client.call("GetParameter", {"Name": effect.name}, _value)

        plan = standard_retries(random.random).retrying(ReadParameter(name=parameter_name(environment, prefix)))
        try:
            return Connection.parse(SyncRunner(carry_out, ThreadPoolExecutor).run(plan), persona=persona)
        except NotFoundError:
            raise NotFoundError(
                f"environment {environment!r} is not deployed in {found}: SSM has no parameter "
                f"{parameter_name(environment, prefix)}; deploy it, or check the region, the account and the prefix"
            ) from None


def _value(body: bytes) -> str:
    value: str = msgspec.json.decode(body)["Parameter"]["Value"]
    return value


def _failure_of(status: int, document: Mapping[str, Any]) -> StorageError:
    if str(document.get("__type", "")).endswith("ParameterNotFound"):
        return NotFoundError("there is no such parameter")
    return failures.failure_of(status, document)


_SSM: Final = Service(
    title="SSM", endpoint="ssm", target="AmazonSSM", content_type="application/x-amz-json-1.1", failure_of=_failure_of
)
