"""Expressions of DynamoDB, composed of small functions; names and values are placeholders throughout."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from tierstore.dynamodb.items.attribute_values import AttributeValue


class Placeholders:
    """Owns the placeholders of one request: hands them out and knows what they stand for."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}
        self._values: dict[str, AttributeValue] = {}

    def name(self, attribute: str) -> str:
        """The placeholder of an attribute's name, the same each time."""
        return self._names.setdefault(attribute, f"#{len(self._names)}")

    def value(self, value: AttributeValue) -> str:
        """A placeholder of a value."""
        placeholder = f":{len(self._values)}"
        self._values[placeholder] = value
        return placeholder

    def parameters(self) -> dict[str, Any]:
        """The request's parameters that explain the placeholders; DynamoDB refuses empty ones."""
        parameters: dict[str, Any] = {}
        if self._names:
            parameters["ExpressionAttributeNames"] = {placeholder: name for name, placeholder in self._names.items()}
        if self._values:
            parameters["ExpressionAttributeValues"] = self._values
        return parameters


Condition: TypeAlias = Callable[[Placeholders], str]
"""Writes itself with the placeholders of a request."""


def absent(attribute: str) -> Condition:
    """The item does not have the attribute, or is not there at all."""
    return lambda placeholders: f"attribute_not_exists({placeholders.name(attribute)})"


def compare(attribute: str, operator: str, value: AttributeValue) -> Condition:
    """The attribute compared with a value by `=`, `<>`, `<`, `<=`, `>` or `>=`."""
    return lambda placeholders: f"{placeholders.name(attribute)} {operator} {placeholders.value(value)}"


def equals(attribute: str, value: AttributeValue) -> Condition:
    """The attribute has the value."""
    return compare(attribute, "=", value)


def begins_with(attribute: str, prefix: AttributeValue) -> Condition:
    """The attribute is a text with the prefix."""
    return lambda placeholders: f"begins_with({placeholders.name(attribute)}, {placeholders.value(prefix)})"


def between(attribute: str, lowest: AttributeValue, highest: AttributeValue) -> Condition:
    """The attribute is from lowest to highest, both included."""
    return lambda placeholders: (
        f"{placeholders.name(attribute)} BETWEEN {placeholders.value(lowest)} AND {placeholders.value(highest)}"
    )


def all_of(*conditions: Condition) -> Condition:
    """Every condition holds."""
    return _joined(" AND ", conditions)


def any_of(*conditions: Condition) -> Condition:
    """At least one condition holds."""
    return _joined(" OR ", conditions)


def _joined(word: str, conditions: tuple[Condition, ...]) -> Condition:
    if len(conditions) == 1:
        return conditions[0]
    return lambda placeholders: word.join(f"({condition(placeholders)})" for condition in conditions)


def set_and_remove(
    placeholders: Placeholders, changed: Mapping[str, AttributeValue], removed: tuple[str, ...] = ()
) -> str:
    """An update expression that sets attributes and removes others."""
    clauses = []
    if changed:
        assignments = (f"{placeholders.name(name)} = {placeholders.value(value)}" for name, value in changed.items())
        clauses.append("SET " + ", ".join(assignments))
    if removed:
        clauses.append("REMOVE " + ", ".join(map(placeholders.name, removed)))
    return " ".join(clauses)
