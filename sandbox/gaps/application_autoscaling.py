"""Application Auto Scaling: scalable targets, scaling policies and scheduled actions, as they were put.

Nothing is scaled: no metric is watched and no schedule is run.
"""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable
from functools import partial
from typing import Any

from sandbox.gaps.memory import Memory
from sandbox.json_protocol import refuse, respond
from sandbox.wire import Gap, Handler, Request, Response

Record = dict[str, Any]

_TARGET = ("ServiceNamespace", "ResourceId", "ScalableDimension")
# What each kind is known by, what its list is called, and which parameter narrows the list to some of its names.
_KINDS: dict[str, tuple[tuple[str, ...], str, str]] = {
    "ScalableTarget": (_TARGET, "ScalableTargets", "ResourceIds"),
    "ScalingPolicy": ((*_TARGET, "PolicyName"), "ScalingPolicies", "PolicyNames"),
    "ScheduledAction": ((*_TARGET, "ScheduledActionName"), "ScheduledActions", "ScheduledActionNames"),
}
_NOT_SUSPENDED: Record = {
    "SuspendedState": dict.fromkeys(
        ("DynamicScalingInSuspended", "DynamicScalingOutSuspended", "ScheduledScalingSuspended"), False
    )
}


class _Refused(Exception):  # noqa: N818 - says what is wrong
    """The service's own refusal."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


def remembering(memory: Memory) -> Gap:
    """Return a handler that answers for the whole service."""

    async def handle(request: Request, _: Handler) -> Response:
        try:
            return respond(_answer(memory, request, json.loads(request.body or b"{}")))
        except _Refused as refusal:
            return refuse(refusal.kind, str(refusal))

    return handle


def _answer(memory: Memory, request: Request, given: Record) -> Record:
    operation = _OPERATIONS.get(request.action)
    if operation is None:
        raise _Refused("UnknownOperationException", f"The sandbox does not know {request.action}.")
    return operation(memory, request, given)


def _register(memory: Memory, request: Request, given: Record) -> Record:
    key = _key(request, given, "ScalableTarget")
    known = _get(memory, key)
    target = {**_NOT_SUSPENDED, **known, **given}
    if not {"MinCapacity", "MaxCapacity"} <= target.keys():
        raise _Refused("ValidationException", "A new scalable target needs MinCapacity and MaxCapacity.")
    if target["MinCapacity"] > target["MaxCapacity"]:
        raise _Refused("ValidationException", "Maximum capacity cannot be less than minimum capacity")
    if not known:
        arn = f"arn:aws:application-autoscaling:{request.region}:{request.account}:scalable-target/{uuid.uuid4().hex}"
        target |= {"ScalableTargetARN": arn, "CreationTime": time.time()}
    memory[key] = json.dumps(target)
    return {"ScalableTargetARN": target["ScalableTargetARN"]}


def _put_policy(memory: Memory, request: Request, given: Record) -> Record:
    defaults = {"PolicyARN": _arn(request, "scalingPolicy", given["PolicyName"]), "Alarms": []}
    policy = _put(memory, request, {"PolicyType": "StepScaling", **given}, "ScalingPolicy", defaults)
    return {"PolicyARN": policy["PolicyARN"], "Alarms": policy["Alarms"]}


def _put_action(memory: Memory, request: Request, given: Record) -> Record:
    defaults = {"ScheduledActionARN": _arn(request, "scheduledAction", given["ScheduledActionName"])}
    _put(memory, request, given, "ScheduledAction", defaults)
    return {}


def _put(memory: Memory, request: Request, given: Record, kind: str, defaults: Record) -> Record:
    if _key(request, given, "ScalableTarget") not in memory:
        raise _Refused("ObjectNotFoundException", f"No scalable target registered for {_named(given)}")
    key = _key(request, given, kind)
    record = {"CreationTime": time.time(), **defaults, **_get(memory, key), **given}
    memory[key] = json.dumps(record)
    return record


def _deregister(memory: Memory, request: Request, given: Record) -> Record:
    answer = _delete(memory, request, given, "ScalableTarget")
    for kind in ("ScalingPolicy", "ScheduledAction"):
        prefix = _key(request, given, "ScalableTarget").replace("ScalableTarget", kind, 1) + "|"
        for key in [key for key in memory if key.startswith(prefix)]:
            del memory[key]
    return answer


def _delete(memory: Memory, request: Request, given: Record, kind: str) -> Record:
    key = _key(request, given, kind)
    if key not in memory:
        raise _Refused("ObjectNotFoundException", f"No {kind} found for {_named(given)}")
    del memory[key]
    return {}


def _describe(memory: Memory, request: Request, given: Record, kind: str) -> Record:
    _, listed, narrowing = _KINDS[kind]
    records = [_get(memory, key) for key in sorted(memory) if key.startswith(f"{kind}|{request.region}|")]
    same = {name: given[name] for name in _TARGET if name in given}
    names = given.get(narrowing, [])
    found = [
        record
        for record in records
        if same.items() <= record.items() and (not names or record[narrowing.removesuffix("s")] in names)
    ]
    return {listed: [{name: value for name, value in record.items() if name != "Tags"} for record in found]}


def _list_tags(memory: Memory, _: Request, given: Record) -> Record:
    return {"Tags": _tagged(memory, given["ResourceARN"])[1].get("Tags", {})}


def _tag(memory: Memory, _: Request, given: Record) -> Record:
    key, record = _tagged(memory, given["ResourceARN"])
    tags = {**record.get("Tags", {}), **given.get("Tags", {})}
    for name in given.get("TagKeys", ()):
        tags.pop(name, None)
    memory[key] = json.dumps({**record, "Tags": tags})
    return {}


def _tagged(memory: Memory, arn: str) -> tuple[str, Record]:
    for key in memory:
        record = _get(memory, key)
        if record.get("ScalableTargetARN") == arn:
            return key, record
    raise _Refused("ResourceNotFoundException", f"The specified resource doesn't exist: {arn}")


def _key(request: Request, given: Record, kind: str) -> str:
    return "|".join((kind, request.region, *(given[name] for name in _KINDS[kind][0])))


def _get(memory: Memory, key: str) -> Record:
    record: Record = json.loads(memory.get(key, "{}"))
    return record


def _named(given: Record) -> str:
    return ", ".join(f"{name}: {given[name]}" for name in _TARGET)


def _arn(request: Request, kind: str, name: str) -> str:
    return f"arn:aws:autoscaling:{request.region}:{request.account}:{kind}:{uuid.uuid4()}:{name}"


_OPERATIONS: dict[str, Callable[[Memory, Request, Record], Record]] = {
    "RegisterScalableTarget": _register,
    "DeregisterScalableTarget": _deregister,
    "DescribeScalableTargets": partial(_describe, kind="ScalableTarget"),
    "PutScalingPolicy": _put_policy,
    "DeleteScalingPolicy": partial(_delete, kind="ScalingPolicy"),
    "DescribeScalingPolicies": partial(_describe, kind="ScalingPolicy"),
    "PutScheduledAction": _put_action,
    "DeleteScheduledAction": partial(_delete, kind="ScheduledAction"),
    "DescribeScheduledActions": partial(_describe, kind="ScheduledAction"),
    "ListTagsForResource": _list_tags,
    "TagResource": _tag,
    "UntagResource": _tag,
}
