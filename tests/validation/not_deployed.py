"""What `local` does not deploy, as validation sees it."""

from __future__ import annotations

from validation.checks import serverless_redis, standby
from validation.framework.check import Check

STANDBY_IDS = {each.id for each in vars(standby).values() if isinstance(each, Check)}
"""The checks of what stands by in another region."""

SERVERLESS_IDS = {each.id for each in vars(serverless_redis).values() if isinstance(each, Check)}
"""The checks of a serverless cache."""
