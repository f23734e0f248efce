"""What a report is about."""

from __future__ import annotations

from validation.context import Context
from validation.report.document import Subject


def subject(context: Context) -> Subject:
    """The environment of a context, as reports name it."""
    environment = context.environment
    return Subject(
        environment=environment.name,
        target=environment.target,
        account=environment.account,
        region=environment.region,
    )
