"""IAM policy documents as plain data, rendered without jsii."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from environments.schema import Environment

Statement = dict[str, Any]


def document(statements: Iterable[Statement]) -> str:
    """The JSON of a policy with these statements."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def service_host(service: str, environment: Environment, *, region: str | None = None) -> str:
    """`<service>.<region>.amazonaws.com`: how KMS and regional service principals name a service.

    `region` is the environment's own where it is None.
    """
    suffix = "amazonaws.com.cn" if environment.partition == "aws-cn" else "amazonaws.com"
    return f"{service}.{region or environment.region}.{suffix}"
