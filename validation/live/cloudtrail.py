"""What CloudTrail says of the trail of data events."""

from __future__ import annotations

from typing import TYPE_CHECKING

from validation.clients import Clients
from validation.framework.result import Unmet

if TYPE_CHECKING:
    from mypy_boto3_cloudtrail.type_defs import AdvancedEventSelectorOutputTypeDef, TrailTypeDef


def trail(clients: Clients, name: str) -> TrailTypeDef:
    """The trail; raises `Unmet` where there is none of this name."""
    found = clients.cloudtrail.describe_trails(trailNameList=[name])["trailList"]
    if not found:
        raise Unmet(f"trail {name}", expected="exists", found="does not exist")
    return found[0]


def is_logging(clients: Clients, name: str) -> bool:
    """Whether the trail records anything now."""
    return clients.cloudtrail.get_trail_status(Name=name)["IsLogging"]


def selectors(clients: Clients, name: str) -> list[AdvancedEventSelectorOutputTypeDef]:
    """Which events the trail records; none where it has selectors of the older kind."""
    return clients.cloudtrail.get_event_selectors(TrailName=name).get("AdvancedEventSelectors", [])
