"""AWS Budgets: what a budget does when it is used up, as it was put; nothing is ever spent here."""

from __future__ import annotations

import json
import uuid
from typing import Any, Final

from sandbox.gaps import tagging
from sandbox.gaps.memory import Memory
from sandbox.json_protocol import refuse, respond
from sandbox.wire import OK, Gap, Handler, Request, Response

Record = dict[str, Any]

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
                return respond(
                    {"Actions": [one["Action"] for one in known if one["BudgetName"] == given["BudgetName"]]}
                )
            case action if action in tagging.ACTIONS and "/action/" in given["ResourceARN"]:
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
    return respond({"AccountId": request.account, "BudgetName": budget, "ActionId": action_id})


def _existing(memory: Memory, action: str, given: Record) -> Response:
    action_id = given["ActionId"]
    if action_id not in memory:
        return refuse("NotFoundException", f"There is no action {action_id}.")
    known = json.loads(memory[action_id])
    names = {"AccountId": given["AccountId"], "BudgetName": given["BudgetName"]}
    match action:
        case "UpdateBudgetAction":
            changes = {name: value for name, value in given.items() if name not in _OWN}
            memory[action_id] = json.dumps({**known, "Action": {**known["Action"], **changes}})
            return respond({**names, "OldAction": known["Action"], "NewAction": {**known["Action"], **changes}})
        case "DeleteBudgetAction":
            del memory[action_id]
    return respond({**names, "Action": known["Action"]})


def _tags(memory: Memory, action: str, given: Record) -> Response:
    action_id = given["ResourceARN"].rpartition("/")[2]
    if action_id not in memory:
        return refuse("NotFoundException", f"There is no action {action_id}.")
    return tagging.answer_about_tags(memory, action_id, action, given)
