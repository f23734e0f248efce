"""A Terraform plan as the review sees it, read from `terraform show -json`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from validation.plan.redaction import redacted
from validation.plan.values import Path, Value, with_unknowns


class UnreadablePlan(Exception):  # noqa: N818 - says what is wrong
    """The JSON is no plan that can be reviewed; the message says what it is instead and what to do."""


class Action(StrEnum):
    """What happens to one resource."""

    NO_OP = "no-op"
    READ = "read"
    CREATE = "create"
    UPDATE = "update"
    REPLACE = "replace"
    DESTROY = "destroy"
    FORGET = "forget"
    """Terraform stops managing it; it stays in AWS."""


@dataclass(frozen=True, kw_only=True)
class Change:
    """What happens to one resource, or what happened to it outside Terraform."""

    address: str
    type: str
    action: Action
    before: Mapping[str, Value] | None
    """None where it does not exist yet."""
    after: Mapping[str, Value] | None
    """None where it will not exist; a part that is known after apply only is `UNKNOWN`."""
    reason: str = ""
    """Terraform's `action_reason`, such as delete_because_no_resource_config."""
    replace_paths: tuple[Path, ...] = ()
    """Attributes that force a replacement."""
    previous_address: str | None = None
    """Where a `moved` block or an automatic move found it."""
    imported: bool = False
    deposed: str = ""
    """Key of an old object that an interrupted replacement left behind; "" for the current one."""

    @property
    def is_change(self) -> bool:
        """Whether an apply would do something about it, if only in the state."""
        return self.action not in (Action.NO_OP, Action.READ) or self.moved or self.imported

    @property
    def moved(self) -> bool:
        """Whether it only got another address."""
        return self.previous_address is not None and self.previous_address != self.address


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Everything that a review looks at."""

    changes: tuple[Change, ...]
    """Of managed resources, the unchanged ones too."""
    drift: tuple[Change, ...]
    """What happened outside Terraform since the last apply."""
    changed_outputs: tuple[str, ...]
    errored: bool
    """Terraform stopped at an error, so changes are missing."""
    complete: bool
    """False where applying it would leave changes for a further plan."""
    terraform_version: str
    code: Mapping[str, Mapping[str, Any]]
    """By address without indexes, the expression of each attribute and block that the code sets."""
    regions: frozenset[str]
    """Where the providers of the code look; empty where the code does not say so in plain text."""

    @property
    def is_empty(self) -> bool:
        """Whether an apply would do nothing."""
        return not self.changed_outputs and not any(change.is_change for change in self.changes)


_ACTIONS: Final = {
    frozenset({"no-op"}): Action.NO_OP,
    frozenset({"read"}): Action.READ,
    frozenset({"create"}): Action.CREATE,
    frozenset({"update"}): Action.UPDATE,
    frozenset({"delete"}): Action.DESTROY,
    frozenset({"forget"}): Action.FORGET,
    frozenset({"create", "delete"}): Action.REPLACE,
    frozenset({"create", "forget"}): Action.REPLACE,
}


def read_plan(document: Any) -> Plan:
    """The plan in a parsed `terraform show -json`, without its secrets; raises `UnreadablePlan`."""
    if not isinstance(document, Mapping) or not document.keys() & {"resource_changes", "planned_values"}:
        raise UnreadablePlan(
            "not the JSON of a plan: write one with `terraform plan -out FILE` and `terraform show -json FILE`"
        )
    version = str(document.get("format_version", ""))
    if version.partition(".")[0] != "1":
        raise UnreadablePlan(f"format version {version or 'missing'}, understood is 1.x: use Terraform 1.10 or newer")
    try:
        document = redacted(document)
        return Plan(
            changes=_changes(document.get("resource_changes") or []),
            drift=tuple(c for c in _changes(document.get("resource_drift") or []) if c.action is not Action.NO_OP),
            changed_outputs=tuple(
                name
                for name, change in sorted((document.get("output_changes") or {}).items())
                if change["actions"] != ["no-op"]
            ),
            errored=bool(document.get("errored", False)),
            complete=bool(document.get("complete", True)),
            terraform_version=str(document.get("terraform_version", "unknown")),
            code=dict(_code((document.get("configuration") or {}).get("root_module", {}))),
            regions=frozenset(_regions((document.get("configuration") or {}).get("provider_config", {}))),
        )
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise UnreadablePlan(
            f"not understood ({type(error).__name__}: {error}): write it with `terraform show -json FILE`"
        ) from error


def without_indexes(address: str) -> str:
    """The address of the block in the code: module.a.aws_x.y of module.a[0].aws_x.y["b"]."""
    return re.sub(r'\[(\d+|"(\\.|[^"\\])*")\]', "", address)


def _code(module: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
    for resource in module.get("resources", []):
        yield prefix + resource["address"], resource.get("expressions", {})
    for name, call in module.get("module_calls", {}).items():
        yield from _code(call.get("module", {}), f"{prefix}module.{name}.")


def _regions(providers: Mapping[str, Any]) -> Iterator[str]:
    for provider in providers.values():
        region = provider.get("expressions", {}).get("region", {}).get("constant_value")
        if region:
            yield region


def _changes(entries: Sequence[Mapping[str, Any]]) -> tuple[Change, ...]:
    return tuple(_change(entry) for entry in entries if entry["mode"] == "managed")


def _change(entry: Mapping[str, Any]) -> Change:
    change = entry["change"]
    actions = frozenset(change["actions"])
    if actions not in _ACTIONS:
        raise ValueError(f"{entry['address']} has the actions {sorted(actions)}")
    return Change(
        address=entry["address"],
        type=entry["type"],
        action=_ACTIONS[actions],
        before=change.get("before"),
        after=with_unknowns(change.get("after"), change.get("after_unknown")),
        reason=entry.get("action_reason", ""),
        replace_paths=tuple(tuple(path) for path in change.get("replace_paths") or ()),
        previous_address=entry.get("previous_address"),
        imported="importing" in change,
        deposed=entry.get("deposed", ""),
    )
