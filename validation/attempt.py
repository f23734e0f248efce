"""What using a service gives: an answer, or the error that the service names."""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec

import redis
from botocore.exceptions import ClientError

from validation.framework.result import Json
from validation.framework.runner import cause

P = ParamSpec("P")


def attempt(action: Callable[P, Json], *args: P.args, **kwargs: P.kwargs) -> Json:
    """The answer of an action, or the service's own error in words; what is no answer of a service is raised.

    Either is something found, so that a refused request fails a check instead of breaking it.
    """
    try:
        return action(*args, **kwargs)
    except ClientError as error:
        return f"{error_code(error)}: {error.response.get('Error', {}).get('Message', '')}"
    except redis.RedisError as error:
        return cause(error)


def outcome(request: Callable[[], object]) -> str:
    """`accepted`, or AWS's name of the error."""
    try:
        request()
    except ClientError as error:
        return error_code(error)
    return "accepted"


def error_code(error: ClientError) -> str:
    """AWS's name of an error, such as AccessDenied."""
    return str(error.response.get("Error", {}).get("Code", ""))
