"""ElastiCache's requests, answers and errors, in AWS's Query protocol."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any

import botocore.session
from botocore.model import ServiceModel

from sandbox import query_protocol
from sandbox.query_protocol import Parameters

__all__ = ["Parameters", "ServiceError", "model", "parse", "render", "render_error"]


class ServiceError(Exception):
    """An error of the service, named as its shape in the model (`ReplicationGroupNotFoundFault`)."""

    def __init__(self, shape: str, message: str) -> None:
        super().__init__(message)
        error = model().shape_for(shape).metadata["error"]
        self.code: str = error["code"]
        self.status: int = error["httpStatusCode"]
        self.message = message


@functools.cache
def model() -> ServiceModel:
    """Return botocore's model of ElastiCache."""
    return botocore.session.get_session().get_service_model("elasticache")


def parse(action: str, form: Mapping[str, str]) -> Parameters:
    """Return an action's parameters, typed and nested as the model says; what is not given is not there."""
    return query_protocol.parse(model(), action, form)


def render(action: str, result: Mapping[str, Any]) -> bytes:
    """Render an action's result; members that the model does not know are left out, timestamps are epoch seconds."""
    return query_protocol.render(model(), action, result)


def render_error(error: ServiceError) -> bytes:
    """Render an error."""
    return query_protocol.render_error(model(), code=error.code, message=error.message)
