"""Says which attribute makes Terraform replace a resource."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from validation.plan.model import Change
from validation.plan.values import Path, Value, dotted, shown


@dataclass(frozen=True, kw_only=True)
class Cause:
    """Why a resource is replaced; `before` and `after` are empty where no attribute is the cause."""

    why: str
    before: str = ""
    after: str = ""


_WITHOUT_ATTRIBUTE: Final = {
    "replace_because_tainted": "it is tainted, because an earlier apply failed halfway or somebody marked it",
    "replace_by_request": "it was asked for with -replace",
    "replace_by_triggers": "something that its `replace_triggered_by` names changes",
}


def forced_by(change: Change) -> Cause:
    """The attributes that force the replacement, each before and after; else what Terraform gives as its reason."""
    if not change.replace_paths:
        return Cause(why=_WITHOUT_ATTRIBUTE.get(change.reason, "Terraform does not say why"))
    old = [_labelled(path, value_at(change.before, path), change) for path in change.replace_paths]
    new = [_labelled(path, value_at(change.after, path), change) for path in change.replace_paths]
    forces = "force" if len(change.replace_paths) > 1 else "forces"
    names = ", ".join(dotted(path) for path in change.replace_paths)
    return Cause(why=f"{names} {forces} it", before=", ".join(old), after=", ".join(new))


def value_at(value: Value, path: Path) -> Value:
    """The value at a path; None where the path leads nowhere, `UNKNOWN` from where on it is not known."""
    for part in path:
        match value, part:
            case dict(), str():
                value = value.get(part)
            case list(), int():
                value = value[part] if part < len(value) else None
            case dict() | list() | None, _:
                return None
            case _:
                return value
    return value


def _labelled(path: Path, value: Value, change: Change) -> str:
    return shown(value) if len(change.replace_paths) == 1 else f"{dotted(path)} = {shown(value)}"
