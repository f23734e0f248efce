"""Takes the secrets out of Terraform's JSON, which holds them in clear beside masks that say where they are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from validation.plan.values import HIDDEN, Value

_SECRETS_OF_PROVIDERS: Final = frozenset({"access_key", "secret_key", "token", "password", "web_identity_token"})
"""Settings of a provider that no mask covers."""

Json = dict[str, Any]


def redacted(document: Mapping[str, Any]) -> Json:
    """The JSON of a plan in which `HIDDEN` stands for every value that Terraform holds for sensitive."""
    attributes = _sensitive_attributes(document)
    result = dict(document)
    for name in ("resource_changes", "resource_drift"):
        if name in document:
            result[name] = [entry | {"change": _change(entry["change"])} for entry in document[name]]
    if "output_changes" in document:
        result["output_changes"] = {name: _change(change) for name, change in document["output_changes"].items()}
    if "planned_values" in document:
        result["planned_values"] = _state(document["planned_values"])
    if "values" in document.get("prior_state", {}):
        result["prior_state"] = document["prior_state"] | {"values": _state(document["prior_state"]["values"])}
    if "configuration" in document:
        result["configuration"] = _configuration(document["configuration"], attributes)
    if "variables" in document:
        result["variables"] = _variables(document)
    return result


def hide(value: Value, mask: Value) -> Value:
    """`value` with `HIDDEN` wherever the mask, which has the same shape, holds true."""
    match value, mask:
        case None, _:
            return None
        case _, True:
            return HIDDEN
        case Mapping(), Mapping():
            return {key: hide(member, mask.get(key, False)) for key, member in value.items()}
        case list(), list():
            masks = [*mask, *[False] * (len(value) - len(mask))]
            return [hide(member, masks[position]) for position, member in enumerate(value)]
        case _:
            return value


def _change(change: Mapping[str, Any]) -> Json:
    return dict(change) | {
        when: hide(change[when], change.get(f"{when}_sensitive", False))
        for when in ("before", "after")
        if when in change
    }


def _state(values: Mapping[str, Any]) -> Json:
    outputs = {
        name: output | {"value": HIDDEN} if output.get("sensitive") else output
        for name, output in values.get("outputs", {}).items()
    }
    result = dict(values)
    if outputs:
        result["outputs"] = outputs
    if "root_module" in values:
        result["root_module"] = _module(values["root_module"])
    return result


def _module(module: Mapping[str, Any]) -> Json:
    result = dict(module)
    if "resources" in module:
        result["resources"] = [
            resource | {"values": hide(resource["values"], resource.get("sensitive_values", False))}
            if "values" in resource
            else resource
            for resource in module["resources"]
        ]
    if "child_modules" in module:
        result["child_modules"] = [_module(child) for child in module["child_modules"]]
    return result


def _variables(document: Mapping[str, Any]) -> Json:
    declared = document.get("configuration", {}).get("root_module", {}).get("variables", {})
    return {
        name: variable | {"value": HIDDEN} if declared.get(name, {}).get("sensitive") else variable
        for name, variable in document["variables"].items()
    }


def _configuration(configuration: Mapping[str, Any], attributes: Mapping[str, set[str]]) -> Json:
    result = dict(configuration)
    if "provider_config" in configuration:
        result["provider_config"] = {
            name: provider | {"expressions": _without(provider.get("expressions", {}), _SECRETS_OF_PROVIDERS)}
            for name, provider in configuration["provider_config"].items()
        }
    if "root_module" in configuration:
        result["root_module"] = _configured_module(configuration["root_module"], attributes)
    return result


def _configured_module(module: Mapping[str, Any], attributes: Mapping[str, set[str]]) -> Json:
    result = dict(module)
    if "resources" in module:
        result["resources"] = [
            resource | {"expressions": _without(resource.get("expressions", {}), attributes[_kind(resource)])}
            for resource in module["resources"]
        ]
    if "module_calls" in module:
        result["module_calls"] = {
            name: call | {"module": _configured_module(call["module"], attributes)} if "module" in call else call
            for name, call in module["module_calls"].items()
        }
    return result


def _without(expressions: Value, names: set[str] | frozenset[str]) -> Value:
    match expressions:
        case Mapping():
            return {
                name: {"constant_value": HIDDEN} if name in names else _without(value, names)
                for name, value in expressions.items()
            }
        case list():
            return [_without(expression, names) for expression in expressions]
        case _:
            return expressions


def _sensitive_attributes(document: Mapping[str, Any]) -> Mapping[str, set[str]]:
    """By type and name of a resource, the attributes of which any part is sensitive."""
    found: dict[str, set[str]] = defaultdict(set)
    for entry in [*document.get("resource_changes", []), *document.get("resource_drift", [])]:
        for when in ("before", "after"):
            mask = entry["change"].get(f"{when}_sensitive")
            if isinstance(mask, Mapping):
                found[_kind(entry)].update(name for name, part in mask.items() if _any(part))
    for resource in _resources(document.get("planned_values", {}).get("root_module", {})):
        mask = resource.get("sensitive_values")
        if isinstance(mask, Mapping):
            found[_kind(resource)].update(name for name, part in mask.items() if _any(part))
    return found


def _resources(module: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield from module.get("resources", [])
    for child in module.get("child_modules", []):
        yield from _resources(child)


def _kind(resource: Mapping[str, Any]) -> str:
    return f"{resource['type']}.{resource['name']}"


def _any(mask: Value) -> bool:
    match mask:
        case Mapping():
            return any(map(_any, mask.values()))
        case Sequence() if not isinstance(mask, str):
            return any(map(_any, mask))
        case _:
            return mask is True
