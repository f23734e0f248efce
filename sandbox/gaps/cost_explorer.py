"""Cost Explorer: anomaly monitors and their subscriptions, as they were put; nothing is ever found unusual."""

from __future__ import annotations

import json
import uuid
from typing import Any, Final

from sandbox.gaps import tagging
from sandbox.gaps.memory import Memory
from sandbox.json_protocol import refuse, respond
from sandbox.wire import Gap, Handler, Request, Response

Record = dict[str, Any]

# What each kind is called, and the ARN's name for it.
_KINDS: Final = {"AnomalyMonitor": "Monitor", "AnomalySubscription": "Subscription"}


def remembering(memory: Memory) -> Gap:
    """Return a handler that answers for the whole service."""

    async def handle(request: Request, _: Handler) -> Response:
        given = json.loads(request.body or b"{}")
        for kind, short in _KINDS.items():
            match request.action.partition(kind):
                case ("Create", _, ""):
                    return _create(memory, request, given, kind)
                case ("Get", _, "s"):
                    wanted = given.get(f"{short}ArnList") or [arn for arn in memory if f":{kind.lower()}/" in arn]
                    found = [json.loads(memory[arn])[kind] for arn in wanted if arn in memory]
                    return respond({f"{kind}s": found})
                case ("Update", _, "") if given[f"{short}Arn"] in memory:
                    return _update(memory, given, kind)
                case ("Delete", _, "") if given[f"{short}Arn"] in memory:
                    del memory[given[f"{short}Arn"]]
                    return respond({})
                case ("Update" | "Delete", _, ""):
                    return refuse(f"Unknown{short}Exception", given[f"{short}Arn"])
        return _tags(memory, request.action, given)

    return handle


def _create(memory: Memory, request: Request, given: Record, kind: str) -> Response:
    arn = f"arn:aws:ce::{request.account}:{kind.lower()}/{uuid.uuid4()}"
    record = {**given[kind], f"{_KINDS[kind]}Arn": arn}
    if kind == "AnomalySubscription":
        record["AccountId"] = request.account
        record["Subscribers"] = [{"Status": "CONFIRMED", **each} for each in record["Subscribers"]]
    memory[arn] = json.dumps({kind: record, "Tags": given.get("ResourceTags", [])})
    return respond({f"{_KINDS[kind]}Arn": arn})


def _update(memory: Memory, given: Record, kind: str) -> Response:
    arn = given[f"{_KINDS[kind]}Arn"]
    known = json.loads(memory[arn])
    memory[arn] = json.dumps({**known, kind: {**known[kind], **given}})
    return respond({f"{_KINDS[kind]}Arn": arn})


def _tags(memory: Memory, action: str, given: Record) -> Response:
    if action not in tagging.ACTIONS:
        return refuse("UnknownOperationException", f"The sandbox does not know {action}.")
    arn = given["ResourceArn"]
    if arn not in memory:
        return refuse("ResourceNotFoundException", arn)
    return tagging.answer_about_tags(memory, arn, action, given)
