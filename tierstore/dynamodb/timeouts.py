"""How long one attempt may take."""

from __future__ import annotations

from typing import Final

from tierstore.errors import TimedOutError

CONNECT_SECONDS: Final = 1.0
"""Until a connection stands; within a region it takes milliseconds."""
READ_SECONDS: Final = 5.0
"""Until an answer is complete; botocore would wait for 60 s."""


def deadline_passed(action: str) -> TimedOutError:
    """The error of a request that is not even sent, for want of time."""
    return TimedOutError(f"DynamoDB {action}: the deadline passed before it was sent")
