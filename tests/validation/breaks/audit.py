"""The trail of data events, broken."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.validation.breaks.breaking import Break, as_if, changed, really
from validation.context import Context
from validation.live import cloudtrail


def trail(context: Context) -> str:
    return context.environment.trail_name


def change(context: Context, **settings: Any) -> None:
    context.clients.cloudtrail.update_trail(Name=trail(context), **settings)


@contextmanager
def recording_less(context: Context) -> Iterator[Context]:
    """The trail without one of the tables."""
    selectors: Any = cloudtrail.selectors(context.clients, trail(context))
    tables = f"table/{context.environment.physical_name('core')}"
    without: Any = [
        {
            **selector,
            "FieldSelectors": [
                {**field, "Equals": [value for value in field["Equals"] if not value.endswith(tables)]}
                if "Equals" in field
                else field
                for field in selector["FieldSelectors"]
            ],
        }
        for selector in selectors
    ]
    put = context.clients.cloudtrail.put_event_selectors
    put(TrailName=trail(context), AdvancedEventSelectors=without)
    try:
        yield context
    finally:
        put(TrailName=trail(context), AdvancedEventSelectors=selectors)


def conditions(*tables: str) -> dict[str, Any]:
    place = "arn:aws:dynamodb:us-east-1:000000000000:table/tierstore-local"
    return {
        "eventCategory": {"Equals": ["Data"]},
        "resources.type": {"Equals": ["AWS::DynamoDB::Table"]},
        "resources.ARN": {"Equals": [f"{place}-{table}" for table in tables]},
    }


BREAKS = (
    Break(
        check="platform.trail",
        how=really(
            lambda context: context.clients.cloudtrail.stop_logging(Name=trail(context)),
            lambda context: context.clients.cloudtrail.start_logging(Name=trail(context)),
        ),
        what="records",
        expected=True,
        found=False,
    ),
    Break(
        check="platform.trail",
        how=really(
            lambda context: change(context, EnableLogFileValidation=False),
            lambda context: change(context, EnableLogFileValidation=True),
        ),
        what="files are signed",
        expected=True,
        found=False,
    ),
    Break(
        check="platform.trail",
        how=as_if(cloudtrail.trail, changed(CloudWatchLogsLogGroupArn=None)),
        what="log group",
        expected=":log-group:/tierstore/local/data-events:*",
        found=None,
    ),
    Break(
        check="platform.trail_events",
        how=recording_less,
        what="selected",
        expected=conditions("core", "state"),
        found=conditions("state"),
    ),
)
