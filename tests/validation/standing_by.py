"""What stands by in another region, as validation sees it."""

from __future__ import annotations

from validation.checks import standby
from validation.framework.check import Check

STANDBY_IDS = {each.id for each in vars(standby).values() if isinstance(each, Check)}
"""The checks of what `local` does not deploy."""
