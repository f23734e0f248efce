"""What IAM says of a role, and what it would let the role do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from validation.clients import Clients
from validation.framework.result import Unmet

if TYPE_CHECKING:
    from mypy_boto3_iam.type_defs import ContextEntryTypeDef, RoleTypeDef


def role(clients: Clients, name: str) -> RoleTypeDef:
    """A role; raises `Unmet` where there is none."""
    try:
        return clients.iam.get_role(RoleName=name)["Role"]
    except clients.iam.exceptions.NoSuchEntityException:
        raise Unmet(f"role {name}", expected="exists", found="does not exist") from None


def allowed(
    clients: Clients,
    role_arn: str,
    actions: Sequence[str],
    resources: Sequence[str],
    conditions: Sequence[tuple[str, str]],
) -> list[str]:
    """Which of the actions the role may do on all of the resources, sorted; `conditions` are keys and values.

    IAM simulates the role's policies and its boundary; nothing is done.
    """
    pages = clients.iam.get_paginator("simulate_principal_policy").paginate(
        PolicySourceArn=role_arn,
        ActionNames=list(actions),
        ResourceArns=list(resources),
        ContextEntries=[_entry(key, value) for key, value in conditions],
    )
    refused = {
        result["EvalActionName"]
        for page in pages
        for result in page["EvaluationResults"]
        if result["EvalDecision"] != "allowed"
    }
    return sorted(set(actions) - refused)


def _entry(key: str, value: str) -> ContextEntryTypeDef:
    is_set = key == "dynamodb:LeadingKeys"
    return {
        "ContextKeyName": key,
        "ContextKeyType": "stringList" if is_set else "string",
        "ContextKeyValues": [value],
    }
