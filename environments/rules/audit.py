"""Settings of the record of requests that do not fit together."""

from __future__ import annotations

from collections.abc import Iterator

from environments.problems import Finding
from environments.schema import Environment


def findings(environment: Environment) -> Iterator[Finding]:
    """What is asked for without anything being recorded."""
    if environment.audit.log_group and not environment.audit.enabled:
        yield Finding(
            path=("audit", "log_group"),
            message="given true while data_events is none: choose which events are recorded, or set this to false",
        )
