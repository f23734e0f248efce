"""The resources that an environment has before or after a plan."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from validation.plan.model import Plan, without_indexes
from validation.plan.values import Value, at


@dataclass(frozen=True, kw_only=True)
class Resource:
    """One resource as it is, or will be."""

    address: str
    type: str
    values: Mapping[str, Value]
    code: Mapping[str, Any]
    """The expression of each attribute and block that the code sets."""

    def get(self, path: str) -> Value:
        """The value at a dotted path; None where there is none."""
        return at(self.values, path)

    def belongs_to(self, host: Resource, *, by: str) -> bool:
        """Whether the attribute `by` names the host, which may have no id before it is created."""
        names = {host.values.get(name) for name in ("id", "name", "bucket", "arn")}
        if isinstance(self.values.get(by), str):
            return self.values[by] in names
        return without_indexes(host.address) in self.code.get(by, {}).get("references", ())


@dataclass(frozen=True)
class Inventory:
    """All resources at one time, in the order of their addresses."""

    resources: tuple[Resource, ...]

    @cached_property
    def _by_type(self) -> Mapping[str, tuple[Resource, ...]]:
        types = {resource.type for resource in self.resources}
        return {type_: tuple(each for each in self.resources if each.type == type_) for type_ in types}

    def of(self, type_: str) -> tuple[Resource, ...]:
        """The resources of a type."""
        return self._by_type.get(type_, ())

    def settings_of(self, host: Resource, type_: str, *, by: str) -> Iterator[Resource]:
        """The resources of a type whose attribute `by` names the host."""
        return (resource for resource in self.of(type_) if resource.belongs_to(host, by=by))


def before(plan: Plan) -> Inventory:
    """What there is now."""
    return _inventory(plan, {change.address: change.before for change in plan.changes if not change.deposed})


def after(plan: Plan) -> Inventory:
    """What there will be."""
    return _inventory(plan, {change.address: change.after for change in plan.changes if not change.deposed})


def _inventory(plan: Plan, values: Mapping[str, Mapping[str, Value] | None]) -> Inventory:
    types = {change.address: change.type for change in plan.changes}
    return Inventory(
        tuple(
            Resource(
                address=address,
                type=types[address],
                values=own,
                code=plan.code.get(without_indexes(address), {}),
            )
            for address, own in sorted(values.items())
            if own is not None
        )
    )
