"""AWS Backup: restore-testing plans and their selections, kept as they are given; nothing is restored by them."""

from __future__ import annotations

import json
import re
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from sandbox.gaps.memory import Memory
from sandbox.json_protocol import refuse, respond
from sandbox.wire import OK, Gap, Handler, Request, Response

_PATH = re.compile(r"/restore-testing/plans(?:/([^/]+)(/selections(?:/([^/]+))?)?)?/?")
_TAGS = re.compile(r"/(tags|untag)/(arn:[^/]*:restore-testing-plan:.+?)/?")
_PLAN, _SELECTION = "RestoreTestingPlan", "RestoreTestingSelection"
_CREATED, _GONE = 201, 204


@dataclass(frozen=True, kw_only=True)
class _Target:
    """What a request is about: one plan or selection, or all of them where it names none."""

    kind: str
    names: dict[str, str]
    arn: str
    """Of the plan."""
    folder: str
    """Beginning of the keys in memory."""
    name: str

    @property
    def key(self) -> str:
        return self.folder + self.name


def remembering(memory: Memory) -> Gap:
    """Return a handler that keeps the plans of each region, their selections and their tags."""

    async def handle(request: Request, emulator: Handler) -> Response:
        path = unquote(request.path)
        if tags := _TAGS.fullmatch(path):
            return _tags(request, memory, f"{tags[2]}#tags", remove=tags[1] == "untag")
        if found := _PATH.fullmatch(path):
            given = json.loads(request.body) if request.body else {}
            return _answer_about(_target(request, found, given), request.method, given, memory)
        return await emulator(request)

    return handle


def _target(request: Request, found: re.Match[str], given: dict[str, Any]) -> _Target:
    kind = _SELECTION if found[2] else _PLAN
    plan = found[1] or given.get(_PLAN, {}).get(f"{_PLAN}Name", "")
    arn = f"arn:aws:backup:{request.region}:{request.account}:restore-testing-plan:{plan}"
    if kind == _PLAN:
        names = {f"{_PLAN}Name": plan, f"{_PLAN}Arn": arn}
        return _Target(kind=kind, names=names, arn=arn, folder=f"{request.region}/", name=plan)
    selection = found[3] or given.get(_SELECTION, {}).get(f"{_SELECTION}Name", "")
    names = {f"{_PLAN}Name": plan, f"{_SELECTION}Name": selection}
    return _Target(kind=kind, names=names, arn=arn, folder=f"{request.region}/{plan}/", name=selection)


def _answer_about(target: _Target, method: str, given: dict[str, Any], memory: Memory) -> Response:
    if method == "PUT":
        return _put(target, given, memory)
    if not target.name:
        members = [json.loads(memory[key]) for key in sorted(memory) if _is_member(key, target.folder)]
        return respond({f"{target.kind}s": members})
    if target.key not in memory:
        message = f"{target.kind} {target.name} not found."
        return refuse("ResourceNotFoundException", message)
    if method == "GET":
        return respond({target.kind: json.loads(memory[target.key])})
    del memory[target.key]
    return _GONE, {}, b""


def _put(target: _Target, given: dict[str, Any], memory: Memory) -> Response:
    is_new = target.key not in memory
    before = {"CreationTime": int(time.time())} if is_new else json.loads(memory[target.key])
    memory[target.key] = json.dumps(before | given[target.kind] | target.names)
    if "Tags" in given:
        memory[f"{target.arn}#tags"] = json.dumps(given["Tags"])
    times = {"CreationTime": before["CreationTime"], "UpdateTime": int(time.time())}
    return respond(times | {f"{_PLAN}Arn": target.arn} | target.names, status=_CREATED if is_new else OK)


def _is_member(key: str, folder: str) -> bool:
    return key.startswith(folder) and not {"/", "#"} & set(key.removeprefix(folder))


def _tags(request: Request, memory: Memory, key: str, *, remove: bool) -> Response:
    kept: dict[str, str] = json.loads(memory.get(key, "{}"))
    if request.method == "GET":
        return respond({"Tags": kept})
    given = json.loads(request.body)
    if remove:
        kept = {name: value for name, value in kept.items() if name not in given["TagKeyList"]}
    else:
        kept |= given["Tags"]
    memory[key] = json.dumps(kept)
    return respond({})
