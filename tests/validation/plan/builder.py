"""Builds the JSON of small plans, as `terraform show -json` writes it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from typing import Any

import environments
from environments.schema import AllowedChange, Environment, PlanSettings
from validation.plan.finding import Finding
from validation.plan.model import read_plan
from validation.plan.review import Review, review

Json = dict[str, Any]
Values = Mapping[str, Any]

TODAY = date(2026, 11, 22)

_ADDRESS = re.compile(r"(module\.[^.]+\.)*(?P<type>\w+)\.(?P<name>[^\[]+)")


def created(address: str, after: Values, *, unknown: Values | None = None, **more: Any) -> Json:
    """A resource that is created; `unknown` marks what is known after apply."""
    return _change(address, ["create"], None, after, unknown=unknown or {"id": True}, **more)


def updated(address: str, before: Values, *, unknown: Values | None = None, **changes: Any) -> Json:
    """A resource that is updated in place; a change to None removes the attribute."""
    return _change(address, ["update"], before, {**before, **changes}, unknown=unknown)


def destroyed(address: str, before: Values, *, because: str = "no_resource_config", **more: Any) -> Json:
    """A resource that is destroyed; `because` is the end of Terraform's reason."""
    return _change(address, ["delete"], before, None, reason=f"delete_because_{because}", **more)


def replaced(
    address: str,
    before: Values,
    *,
    by: Sequence[Sequence[str | int]] = (),
    reason: str = "replace_because_cannot_update",
    create_first: bool = False,
    unknown: Values | None = None,
    **changes: Any,
) -> Json:
    """A resource that is replaced; `by` are the attributes that force it."""
    actions = ["create", "delete"] if create_first else ["delete", "create"]
    entry = _change(address, actions, before, {**before, **changes}, unknown=unknown, reason=reason)
    entry["change"]["replace_paths"] = [list(path) for path in by]
    return entry


def unchanged(address: str, values: Values, **more: Any) -> Json:
    """A resource to which nothing happens."""
    return _change(address, ["no-op"], values, values, **more)


def forgotten(address: str, before: Values) -> Json:
    """A resource that Terraform stops managing."""
    return _change(address, ["forget"], before, None)


def imported(entry: Json) -> Json:
    """The same change of a resource that comes into the state by it."""
    return entry | {"change": entry["change"] | {"importing": {"id": "core"}}}


def moved(entry: Json, *, from_: str) -> Json:
    """The same change of a resource that had another address before."""
    return entry | {"previous_address": from_}


def sensitive(entry: Json, *attributes: str) -> Json:
    """The same change with attributes that hold secrets."""
    mask = dict.fromkeys(attributes, True)
    return entry | {"change": entry["change"] | {"before_sensitive": mask, "after_sensitive": mask}}


def plan(
    *changes: Json,
    drift: Sequence[Json] = (),
    declared: Mapping[str, Sequence[str]] | None = None,
    regions: Sequence[str] = (),
    **more: Any,
) -> Json:
    """A plan; `declared` says which attributes the code sets, by address, `regions` where its providers look."""
    resources: list[Json] = [
        {"address": address, "mode": "managed", **_parts(address), "expressions": {name: {} for name in names}}
        for address, names in (declared or {}).items()
    ]
    return {
        "format_version": "1.2",
        "terraform_version": "1.11.4",
        "resource_changes": list(changes),
        "resource_drift": list(drift),
        "configuration": {
            "provider_config": {region: {"expressions": {"region": {"constant_value": region}}} for region in regions},
            "root_module": {"resources": resources},
        },
        "complete": True,
        "errored": False,
        **more,
    }


def reviewed(document: Json, *, allowed: Sequence[AllowedChange] = (), name: str = "dev") -> Review:
    """The review of a plan of an environment that allows some changes, on the day `TODAY`."""
    return review(read_plan(document), environment(name, allowed=allowed), today=TODAY)


def environment(name: str = "dev", *, allowed: Sequence[AllowedChange] = ()) -> Environment:
    """An environment of this repository that allows some changes."""
    return _load(name).model_copy(update={"plan": PlanSettings(allowed=tuple(allowed))})


_load = cache(environments.load)


def findings_of(*changes: Json, **more: Any) -> tuple[Finding, ...]:
    """What a review finds in a plan of these changes."""
    return reviewed(plan(*changes, **more)).findings


def only_finding(*changes: Json, **more: Any) -> Finding:
    """The one thing that a review finds in a plan of these changes."""
    (finding,) = findings_of(*changes, **more)
    return finding


def _change(
    address: str,
    actions: list[str],
    before: Values | None,
    after: Values | None,
    *,
    unknown: Values | None = None,
    reason: str = "",
    deposed: str = "",
) -> Json:
    unknown = unknown or {}
    known = None if after is None else {name: value for name, value in after.items() if unknown.get(name) is not True}
    entry: Json = {
        "address": address,
        "mode": "managed",
        **_parts(address),
        "change": {
            "actions": actions,
            "before": before,
            "after": known,
            "after_unknown": unknown,
            "before_sensitive": {},
            "after_sensitive": {},
        },
    }
    if reason:
        entry["action_reason"] = reason
    if deposed:
        entry["deposed"] = deposed
    return entry


def _parts(address: str) -> dict[str, str]:
    match = _ADDRESS.match(address)
    assert match is not None, address
    return match.groupdict()
