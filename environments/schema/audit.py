"""Settings of the record of who read and changed the data."""

from __future__ import annotations

from typing import Literal

from environments.settings import Section


class AuditSettings(Section):
    """A trail of CloudTrail that records requests for items and objects; each recorded request is paid for."""

    data_events: Literal["none", "write", "read", "all"] = "none"
    """Which requests are recorded: none, those that change something, those that only read, or all."""
    log_group: bool = False
    """Send what is recorded to a log group too, where it can be searched within minutes, and is paid for again."""

    @property
    def enabled(self) -> bool:
        """Whether anything is recorded."""
        return self.data_events != "none"
