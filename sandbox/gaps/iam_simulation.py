"""IAM: a simulation takes context entries and any number of resources, and obeys the permission boundary."""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping
from typing import Any, Final
from xml.sax.saxutils import escape

from sandbox.gaps.iam_policy_variables import substituted
from sandbox.wire import Handler, Request, Response

_NAMESPACE: Final = "https://iam.amazonaws.com/doc/2010-05-08/"
_DECISIONS: Final = {"Allow": "allowed", "Deny": "explicitDeny", "ImplicitDeny": "implicitDeny"}


async def handle(request: Request, emulator: Handler) -> Response:
    """Answer SimulatePrincipalPolicy about a role by what the emulator would decide for a request of it."""
    form = request.form
    source = form.get("PolicySourceArn", "")
    if request.action != "SimulatePrincipalPolicy" or ":role/" not in source:
        return await emulator(request)
    evaluator: Any = importlib.import_module("ministack.core.iam_evaluator")
    roles: Any = importlib.import_module("ministack.services.iam")._roles  # noqa: SLF001 - the emulator shows them to nobody
    name = source.rpartition("/")[2]
    if roles.get(name) is None:
        return await emulator(request)
    context = dict(_context(form))
    policies = substituted(evaluator._gather_role_policies(name, request.account), context)  # noqa: SLF001
    limits = substituted(evaluator._permissions_boundary(roles, name, request.account), context)  # noqa: SLF001
    members = []
    for action in _listed(form, "ActionNames"):
        for resource in _listed(form, "ResourceArns") or ["*"]:
            asked = evaluator.EvalContext(
                principal_arn=source,
                principal_type="AssumedRole",
                principal_account=request.account,
                action=action,
                resource_arn=resource,
                region=request.region,
                service_context=context,
                principal_keys=context,
            )
            decision = _DECISIONS[evaluator.evaluate(asked, policies, *limits).decision]
            members.append(
                f"<member><EvalActionName>{escape(action)}</EvalActionName>"
                f"<EvalResourceName>{escape(resource)}</EvalResourceName>"
                f"<EvalDecision>{decision}</EvalDecision></member>"
            )
    answer = (
        f'<SimulatePrincipalPolicyResponse xmlns="{_NAMESPACE}"><SimulatePrincipalPolicyResult>'
        f"<EvaluationResults>{''.join(members)}</EvaluationResults><IsTruncated>false</IsTruncated>"
        f"</SimulatePrincipalPolicyResult></SimulatePrincipalPolicyResponse>"
    )
    return 200, {"Content-Type": "text/xml"}, answer.encode()


def _listed(form: Mapping[str, str], name: str) -> list[str]:
    found: list[str] = []
    while (value := form.get(f"{name}.member.{len(found) + 1}")) is not None:
        found.append(value)
    return found


def _context(form: Mapping[str, str]) -> Iterator[tuple[str, Any]]:
    number = 1
    while (key := form.get(f"ContextEntries.member.{number}.ContextKeyName")) is not None:
        prefix = f"ContextEntries.member.{number}"
        values = _listed(form, f"{prefix}.ContextKeyValues")
        is_list = form.get(f"{prefix}.ContextKeyType", "string").endswith("List")
        yield key.lower(), values if is_list else values[0]
        number += 1
