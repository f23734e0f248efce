"""AWS Backup Audit Manager: report plans and frameworks, kept as they are given; nothing is reported or judged."""

from __future__ import annotations

import json
import re
import time
import uuid
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import unquote

from sandbox.gaps.memory import Memory
from sandbox.json_protocol import refuse, respond
from sandbox.wire import Gap, Handler, Request, Response

Record = dict[str, Any]

_PATH: Final = re.compile(r"/audit/(report-plans|frameworks)(?:/([^/]+))?/?")
_TAGS: Final = re.compile(r"/(tags|untag)/(arn:[^/]*:(?:report-plan|framework):[^/]+)/?")


@dataclass(frozen=True, kw_only=True)
class _Kind:
    name: str
    """Beginning of the names of its members."""
    arn: str
    is_wrapped: bool
    """Whether a description has all that it says under the kind's name."""


_KINDS: Final = {
    "report-plans": _Kind(name="ReportPlan", arn="report-plan", is_wrapped=True),
    "frameworks": _Kind(name="Framework", arn="framework", is_wrapped=False),
}
_DEPLOYED: Final = {"DeploymentStatus": "COMPLETED"}


def remembering(memory: Memory) -> Gap:
    """Return a handler that keeps the report plans and frameworks of each region, and their tags."""

    async def handle(request: Request, emulator: Handler) -> Response:
        path = unquote(request.path)
        given = json.loads(request.body) if request.body else {}
        if tags := _TAGS.fullmatch(path):
            return _answer_about_tags(memory, tags[2], request.method, given, remove=tags[1] == "untag")
        if found := _PATH.fullmatch(path):
            return _answer_about(_KINDS[found[1]], found[2], request, given, memory)
        return await emulator(request)

    return handle


def _answer_about(kind: _Kind, name: str | None, request: Request, given: Record, memory: Memory) -> Response:
    folder = f"{request.region}/{kind.arn}/"
    if name is None and request.method == "GET":
        known = [json.loads(text) for key, text in sorted(memory.items()) if key.startswith(folder)]
        return respond({f"{kind.name}s": known})
    key = folder + (name or given[f"{kind.name}Name"])
    if request.method == "POST":
        return _create(kind, key, request, given, memory)
    if key not in memory:
        return refuse("ResourceNotFoundException", f"{kind.name} {name} not found.")
    record = json.loads(memory[key])
    match request.method:
        case "PUT":
            record |= given
            memory[key] = json.dumps(record)
        case "DELETE":
            del memory[key], memory[record[f"{kind.name}Arn"]]
    return respond({kind.name: record} if kind.is_wrapped and request.method == "GET" else record)


def _create(kind: _Kind, key: str, request: Request, given: Record, memory: Memory) -> Response:
    name = given[f"{kind.name}Name"]
    if key in memory:
        return refuse("AlreadyExistsException", f"{kind.name} {name} already exists.")
    arn = f"arn:aws:backup:{request.region}:{request.account}:{kind.arn}:{name}-{uuid.uuid4()}"
    memory[arn] = json.dumps(given.pop(f"{kind.name}Tags", {}))
    record = {**given, f"{kind.name}Arn": arn, "CreationTime": int(time.time()), **_DEPLOYED}
    memory[key] = json.dumps(record)
    return respond(record)


def _answer_about_tags(memory: Memory, arn: str, method: str, given: Record, *, remove: bool) -> Response:
    if arn not in memory:
        return refuse("ResourceNotFoundException", f"{arn} not found.")
    tags: dict[str, str] = json.loads(memory[arn])
    if method == "GET":
        return respond({"Tags": tags})
    if remove:
        tags = {name: value for name, value in tags.items() if name not in given["TagKeyList"]}
    else:
        tags |= given["Tags"]
    memory[arn] = json.dumps(tags)
    return respond({})
