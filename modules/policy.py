"""IAM policy documents as plain data, rendered without jsii."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any, Final

from environments.schema import Environment

Statement = dict[str, Any]

LARGEST_ROLE_POLICIES: Final = 10_240
"""Characters of all inline policies of one role (IAM quotas)."""
LARGEST_MANAGED_POLICY: Final = 6_144
"""Characters of one managed policy (IAM quotas)."""

_UNKNOWN: Final = re.compile(r"\$\{TfToken\[[^]]+\]\}")
_VARIABLE: Final = re.compile(r"\$\{(?!TfToken\[)")
_LONGEST_UNKNOWN: Final = 100
"""Characters of what is not known before it exists: the ARN of a key has up to 85."""


class PolicyTooLargeError(ValueError):
    """A policy that IAM would refuse halfway through a deployment."""


def document(statements: Iterable[Statement]) -> str:
    """The JSON of a policy with these statements, as Terraform reads it: IAM's variables are none of its own."""
    text = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
    return _VARIABLE.sub("$${", text)


def limited_document(statements: Iterable[Statement], *, of: str, limit: int) -> str:
    """The JSON of a policy that IAM takes, which counts it without white space; raises `PolicyTooLargeError`."""
    text = document(statements)
    size = len("".join(_UNKNOWN.sub("?" * _LONGEST_UNKNOWN, text).split()))
    if size > limit:
        raise PolicyTooLargeError(
            f"the policy of {of} has {size} characters, IAM takes {limit}: give it fewer access patterns, "
            "or divide it between two personas"
        )
    return text


def service_host(service: str, environment: Environment, *, region: str | None = None) -> str:
    """`<service>.<region>.amazonaws.com`: how KMS and regional service principals name a service.

    `region` is the environment's own where it is None.
    """
    return f"{service}.{region or environment.region}.{_suffix(environment)}"


def snapshot_service(environment: Environment) -> str:
    """The service principal by which ElastiCache exports snapshots ("Exporting a backup", ElastiCache User Guide)."""
    return f"{environment.region}.elasticache-snapshot.{_suffix(environment)}"


def _suffix(environment: Environment) -> str:
    return "amazonaws.com.cn" if environment.partition == "aws-cn" else "amazonaws.com"
