"""AWS Budgets: what a budget does when it is used up, as it was put; nothing is ever spent here."""

from __future__ import annotations

import json
import uuid
from typing import Any, Final

from sandbox.gaps.memory import Memory
from sandbox.wire import OK, Gap, Handler, Request, Response

Record = dict[str, Any]

_JSON: Final = {"Content-Type": "application/x-amz-json-1.1"}
_OWN: Final = ("AccountId", "ActionId", "BudgetName", "ExecuteAction", "ResourceTags")
"""What a request has beside the action's own settings."""


def remembering(memory: Memory) -> Gap:
    """Return a handler that keeps actions with their tags, and forgets them with their budget."""

    async def handle(request: Request, emulator: Handler) -> Response:
        given = json.loads(request.body or b"{}")
        match request.action:
            case "CreateBudgetAction":
                return _create(memory, request, given)
            case "DescribeBudgetAction" | "UpdateBudgetAction" | "DeleteBudgetAction" as action:
                return _existing(memory, action, given)
            case "DescribeBudgetActionsForBudget":
                known = [json.loads(text) for text in memory.values()]
                return _answer(
                    {"Actions": [each["Action"] for each in known if each["BudgetName"] == given["BudgetName"]]}
                )
            case "ListTagsForResource" | "TagResource" | "UntagResource" as action if (
                "/action/" in given["ResourceARN"]
            ):
                return _tags(memory, action, given)
        response = await emulator(request)
        if request.action == "DeleteBudget" and response[0] == OK:
            for key in [key for key in memory if json.loads(memory[key])["BudgetName"] == given["BudgetName"]]:
                del memory[key]
        return response

    return handle


def _create(memory: Memory, request: Request, given: Record) -> Response:
    action_id, budget = str(uuid.uuid4()), given["BudgetName"]
    arn = f"arn:aws:budgets::{request.account}:budget/{budget}/action/{action_id}"
    memory[action_id] = json.dumps(
        {
            "BudgetName": budget,
            "ARN": arn,
            "Tags": given.get("ResourceTags", []),
            "Action": {
                "ActionId": action_id,
                "BudgetName": budget,
                "Status": "STANDBY",
                **{name: value for name, value in given.items() if name not in _OWN},
            },
        }
    )
    return _answer({"AccountId": request.account, "BudgetName": budget, "ActionId": action_id})


def _existing(memory: Memory, action: str, given: Record) -> Response:
    action_id = given["ActionId"]
    if action_id not in memory:
        return _refused("NotFoundException", f"There is no action {action_id}.")
    known = json.loads(memory[action_id])
    names = {"AccountId": given["AccountId"], "BudgetName": given["BudgetName"]}
    match action:
        case "UpdateBudgetAction":
            changes = {name: value for name, value in given.items() if name not in _OWN}
            memory[action_id] = json.dumps({**known, "Action": {**known["Action"], **changes}})
            return _answer({**names, "OldAction": known["Action"], "NewAction": {**known["Action"], **changes}})
        case "DeleteBudgetAction":
            del memory[action_id]
    return _answer({**names, "Action": known["Action"]})


def _tags(memory: Memory, action: str, given: Record) -> Response:
    action_id = given["ResourceARN"].rpartition("/")[2]
    if action_id not in memory:
        return _refused("NotFoundException", f"There is no action {action_id}.")
    known = json.loads(memory[action_id])
    tags = {each["Key"]: each["Value"] for each in known["Tags"]}
    match action:
        case "ListTagsForResource":
            return _answer({"ResourceTags": known["Tags"]})
        case "TagResource":
            tags |= {each["Key"]: each["Value"] for each in given["ResourceTags"]}
        case "UntagResource":
            tags = {key: value for key, value in tags.items() if key not in given["ResourceTagKeys"]}
    memory[action_id] = json.dumps({**known, "Tags": [{"Key": key, "Value": value} for key, value in tags.items()]})
    return _answer({})


def _answer(body: Record) -> Response:
    return 200, dict(_JSON), json.dumps(body).encode()


def _refused(code: str, message: str) -> Response:
    return 400, dict(_JSON), json.dumps({"__type": code, "message": message}).encode()
