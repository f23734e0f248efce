"""Takes the secrets out of Terraform's JSON, which holds them in clear beside masks that say where they are."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from itertools import zip_longest
from typing import Any, Final

from validation.plan.values import HIDDEN, Value, is_empty

_SECRETS_OF_PROVIDERS: Final = frozenset({"access_key", "secret_key", "token", "password", "web_identity_token"})
"""Settings of a provider that no mask covers."""

_SHORTEST: Final = 8
"""Characters of a secret that is looked for elsewhere; a shorter one may well be a word."""

Json = dict[str, Any]


def redacted(document: Mapping[str, Any]) -> Json:
    """The JSON of a plan in which `HIDDEN` stands for every value that Terraform holds for sensitive.

    It also stands wherever such a value is repeated: providers copy some into attributes that carry no mark.
    """
    masks = _masks(document)
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
        result["configuration"] = _configuration(document["configuration"], masks)
    if "variables" in document:
        result["variables"] = _variables(document)
    secrets = {secret for secret in _secrets(document) if len(secret) >= _SHORTEST and secret != HIDDEN}
    return _without(secrets, result) if secrets else result


def hide(value: Value, mask: Value) -> Value:
    """`value` with `HIDDEN` wherever the mask, which has the same shape, holds true."""
    match value, mask:
        case _, True:
            return value if is_empty(value) else HIDDEN
        case Mapping(), Mapping():
            return {key: hide(member, mask.get(key, False)) for key, member in value.items()}
        case list(), list():
            masks = [*mask, *[False] * (len(value) - len(mask))]
            return [hide(member, masks[position]) for position, member in enumerate(value)]
        case _:
            return value


def _without(secrets: Collection[str], value: Value) -> Value:
    match value:
        case str():
            return HIDDEN if any(secret in value for secret in secrets) else value
        case Mapping():
            return {name: _without(secrets, member) for name, member in value.items()}
        case list():
            return [_without(secrets, member) for member in value]
        case _:
            return value


def _secrets(document: Mapping[str, Any]) -> Iterator[str]:
    """Every text that Terraform holds for sensitive."""
    for entry in [*document.get("resource_changes", []), *document.get("resource_drift", [])]:
        yield from _secrets_of_change(entry["change"])
    for change in document.get("output_changes", {}).values():
        yield from _secrets_of_change(change)
    for values in (document.get("planned_values", {}), document.get("prior_state", {}).get("values", {})):
        for output in values.get("outputs", {}).values():
            yield from _texts(output.get("value"), output.get("sensitive", False))
        for resource in _resources(values.get("root_module", {})):
            yield from _texts(resource.get("values"), resource.get("sensitive_values", False))


def _secrets_of_change(change: Mapping[str, Any]) -> Iterator[str]:
    for when in ("before", "after"):
        yield from _texts(change.get(when), change.get(f"{when}_sensitive", False))


def _texts(value: Value, mask: Value) -> Iterator[str]:
    """The texts of `value` where the mask, which has the same shape, holds true."""
    match value, mask:
        case str(), True:
            yield value
        case Mapping(), True | Mapping():
            for name, member in value.items():
                yield from _texts(member, mask is True or mask.get(name, False))
        case list(), True | list():
            masks = [True] * len(value) if mask is True else mask
            for member, each in zip(value, masks, strict=False):
                yield from _texts(member, each)


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


def _configuration(configuration: Mapping[str, Any], masks: Mapping[str, Value]) -> Json:
    result = dict(configuration)
    if "provider_config" in configuration:
        result["provider_config"] = {
            name: provider | {"expressions": _without_secrets(provider.get("expressions", {}))}
            for name, provider in configuration["provider_config"].items()
        }
    if "root_module" in configuration:
        result["root_module"] = _configured_module(configuration["root_module"], masks)
    return result


def _configured_module(module: Mapping[str, Any], masks: Mapping[str, Value]) -> Json:
    result = dict(module)
    if "resources" in module:
        result["resources"] = [
            resource | {"expressions": _hide_code(resource.get("expressions", {}), masks.get(_kind(resource), {}))}
            for resource in module["resources"]
        ]
    if "module_calls" in module:
        result["module_calls"] = {
            name: call | {"module": _configured_module(call["module"], masks)} if "module" in call else call
            for name, call in module["module_calls"].items()
        }
    return result


def _hide_code(code: Value, mask: Value) -> Value:
    """The expressions of a block, constants hidden by the mask of its values."""
    match code, mask:
        case {"constant_value": constant}, _:
            return code | {"constant_value": hide(constant, mask)}
        case _, True:
            return {}
        case Mapping(), Mapping():
            return {name: _hide_code(each, mask.get(name, False)) for name, each in code.items()}
        case list(), list():
            masks = [*mask, *[False] * (len(code) - len(mask))]
            return [_hide_code(each, masks[position]) for position, each in enumerate(code)]
        case _:
            return code


def _without_secrets(expressions: Value) -> Value:
    """The settings of a provider, at any depth."""
    match expressions:
        case Mapping():
            return {
                name: {"constant_value": HIDDEN} if name in _SECRETS_OF_PROVIDERS else _without_secrets(value)
                for name, value in expressions.items()
            }
        case list():
            return [_without_secrets(expression) for expression in expressions]
        case _:
            return expressions


def _masks(document: Mapping[str, Any]) -> Mapping[str, Value]:
    """By type and name of a resource, where any of its values is sensitive."""
    found: dict[str, Value] = {}
    for entry in [*document.get("resource_changes", []), *document.get("resource_drift", [])]:
        for when in ("before", "after"):
            mask = entry["change"].get(f"{when}_sensitive", False)
            found[_kind(entry)] = _either(found.get(_kind(entry), False), mask)
    for resource in _resources(document.get("planned_values", {}).get("root_module", {})):
        mask = resource.get("sensitive_values", False)
        found[_kind(resource)] = _either(found.get(_kind(resource), False), mask)
    return found


def _either(mask: Value, other: Value) -> Value:
    """A mask that holds true wherever one of both does."""
    match mask, other:
        case (True, _) | (_, True):
            return True
        case Mapping(), Mapping():
            names = mask.keys() | other.keys()
            return {name: _either(mask.get(name, False), other.get(name, False)) for name in names}
        case list(), list():
            return [_either(*each) for each in zip_longest(mask, other, fillvalue=False)]
        case ((Mapping() | list()), _):
            return mask
        case _:
            return other


def _resources(module: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield from module.get("resources", [])
    for child in module.get("child_modules", []):
        yield from _resources(child)


def _kind(resource: Mapping[str, Any]) -> str:
    return f"{resource['type']}.{resource['name']}"
