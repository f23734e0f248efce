"""Makes a plan of a synthesized stack, as Terraform would before the first deployment, without asking anybody."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from tests.validation.plan.builder import Json, created, plan

_MAPS = ("tags", "tags_all")


def as_plan(stack: dict[str, Any]) -> Json:
    """A plan that creates every resource of a synthesized stack, as far as Terraform need not ask anybody."""
    resources = [
        (f"{type_}.{name}", values) for type_, named in stack["resource"].items() for name, values in named.items()
    ]
    document = plan(*(created(address, _known(values)) for address, values in resources))
    document["configuration"]["root_module"]["resources"] = [
        {"address": address, "type": address.partition(".")[0], "name": address.partition(".")[2]}
        | {"expressions": {name: {"references": list(_references(value))} for name, value in values.items()}}
        for address, values in resources
    ]
    return document


def _known(values: dict[str, Any]) -> dict[str, Any]:
    """The values that are known when planning, every block as a list, as Terraform has them."""
    return {
        name: value if name in _MAPS else _listed(value)
        for name, value in values.items()
        if not isinstance(value, str) or "${" not in value
    }


def _listed(value: Any) -> Any:
    match value:
        case dict():
            return [_known(value)]
        case list():
            return [_known(item) if isinstance(item, dict) else item for item in value]
        case _:
            return value


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        for reference in re.findall(r"\$\{([\w.-]+)\}", value):
            yield from (reference, reference.rpartition(".")[0])
