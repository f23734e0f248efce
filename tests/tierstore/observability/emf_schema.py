"""CloudWatch's embedded metric format, restated from the specification in AWS' CloudWatch User Guide.

Stricter than the schema that AWS publishes there: it has the limits too that are only in the prose.
"""

from __future__ import annotations

from typing import Any, Final

_NAME: Final = {"type": "string", "minLength": 1, "maxLength": 255}
_MEASURES: Final = ["Bytes", "Kilobytes", "Megabytes", "Gigabytes", "Terabytes"]
_MEASURES_BY_TIME: Final = [*_MEASURES, "Bits", "Kilobits", "Megabits", "Gigabits", "Terabits", "Count"]
_UNITS: Final = [
    "Seconds",
    "Microseconds",
    "Milliseconds",
    "Percent",
    "None",
    *_MEASURES_BY_TIME,
    *(f"{measure}/Second" for measure in _MEASURES_BY_TIME),
]
_DIRECTIVE: Final = {
    "type": "object",
    "required": ["Namespace", "Dimensions", "Metrics"],
    "additionalProperties": False,
    "properties": {
        "Namespace": _NAME,
        "Dimensions": {
            "type": "array",
            "minItems": 1,
            "items": {"type": "array", "maxItems": 30, "items": _NAME},
        },
        "Metrics": {
            "type": "array",
            "maxItems": 100,
            "items": {
                "type": "object",
                "required": ["Name"],
                "additionalProperties": False,
                "properties": {"Name": _NAME, "Unit": {"enum": _UNITS}, "StorageResolution": {"enum": [1, 60]}},
            },
        },
    },
}
SCHEMA: Final[dict[str, Any]] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "required": ["_aws"],
    "properties": {
        "_aws": {
            "type": "object",
            "required": ["Timestamp", "CloudWatchMetrics"],
            "additionalProperties": False,
            "properties": {
                "Timestamp": {"type": "integer"},
                "CloudWatchMetrics": {"type": "array", "items": _DIRECTIVE},
            },
        }
    },
    # A dimension is a string, a metric a number or at most 100 of them.
    "additionalProperties": {
        "anyOf": [
            {"type": "string", "minLength": 1, "maxLength": 1024},
            {"type": "number"},
            {"type": "array", "items": {"type": "number"}, "minItems": 1, "maxItems": 100},
        ]
    },
}
MAXIMUM_BYTES: Final = 256 * 1024
"""Of one line: what CloudWatch Logs took before it took 1 MB."""
