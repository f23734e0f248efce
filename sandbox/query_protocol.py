"""AWS's Query protocol: form parameters in, XML out, both shaped by botocore's model of a service.

The protocol: https://smithy.io/2.0/aws/protocols/aws-query-protocol.html
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any
from xml.sax.saxutils import escape

from botocore.model import ListShape, ServiceModel, Shape, StructureShape

Parameters = dict[str, Any]


def parse(model: ServiceModel, action: str, form: Mapping[str, str]) -> Parameters:
    """Return an action's parameters, typed and nested as the model says; what is not given is not there."""
    shape = model.operation_model(action).input_shape
    parsed = _parse_structure(shape, form, prefix="") if isinstance(shape, StructureShape) else None
    return parsed or {}


def _parse(shape: Shape, form: Mapping[str, str], key: str) -> Any:
    if isinstance(shape, StructureShape):
        return _parse_structure(shape, form, prefix=f"{key}.")
    if isinstance(shape, ListShape):
        return _parse_list(shape, form, key)
    return _SCALARS.get(shape.type_name, str)(form[key]) if key in form else None


def _parse_structure(shape: StructureShape, form: Mapping[str, str], prefix: str) -> Parameters | None:
    parsed = {name: _parse(member, form, prefix + name) for name, member in shape.members.items()}
    return {name: value for name, value in parsed.items() if value is not None} or None


def _parse_list(shape: ListShape, form: Mapping[str, str], key: str) -> list[Any] | None:
    names = dict.fromkeys((shape.member.serialization.get("name", "member"), "member"))
    for name in names:
        items: list[Any] = []
        while (item := _parse(shape.member, form, f"{key}.{name}.{len(items) + 1}")) is not None:
            items.append(item)
        if items:
            return items
    return None


def _parse_timestamp(text: str) -> float:
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


_SCALARS: Mapping[str, Callable[[str], Any]] = {
    "boolean": lambda text: text.lower() == "true",
    "integer": int,
    "double": float,
    "timestamp": _parse_timestamp,
}


def render(model: ServiceModel, action: str, result: Mapping[str, Any]) -> bytes:
    """Render an action's result; members that the model does not know are left out, timestamps are epoch seconds."""
    operation = model.operation_model(action)
    shape = operation.output_shape
    inner = _render_members(shape, result) if isinstance(shape, StructureShape) else ""
    wrapped = f"<{action}Result>{inner}</{action}Result>" if shape is not None else ""
    return (
        f'<{action}Response xmlns="{model.metadata["xmlNamespace"]}">{wrapped}'
        f"<ResponseMetadata><RequestId>{uuid.uuid4()}</RequestId></ResponseMetadata></{action}Response>"
    ).encode()


def render_error(model: ServiceModel, *, code: str, message: str) -> bytes:
    """Render an error."""
    return (
        f'<ErrorResponse xmlns="{model.metadata["xmlNamespace"]}"><Error><Type>Sender</Type>'
        f"<Code>{code}</Code><Message>{escape(message)}</Message></Error>"
        f"<RequestId>{uuid.uuid4()}</RequestId></ErrorResponse>"
    ).encode()


def _render_members(shape: StructureShape, value: Mapping[str, Any]) -> str:
    return "".join(
        _render(member, member.serialization.get("name", name), value[name])
        for name, member in shape.members.items()
        if value.get(name) is not None
    )


def _render(shape: Shape, tag: str, value: Any) -> str:
    if isinstance(shape, StructureShape):
        inner = _render_members(shape, value)
    elif isinstance(shape, ListShape):
        item_tag = shape.member.serialization.get("name", "member")
        inner = "".join(_render(shape.member, item_tag, item) for item in value)
    elif shape.type_name == "boolean":
        inner = str(value).lower()
    elif shape.type_name == "timestamp":
        inner = datetime.fromtimestamp(value, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    else:
        inner = escape(str(value))
    return f"<{tag}>{inner}</{tag}>"
