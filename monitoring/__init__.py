"""What is watched and when somebody hears of it: alarms and a dashboard, derived from the declaration and the settings.

Pure data. `modules` turns it into resources, `validation` holds it against what is live, `python -m monitoring` prints
it as a page.
"""

from __future__ import annotations

from monitoring.alarm import Alarm
from monitoring.catalogue import alarms, standby_alarms
from monitoring.rule import Comparison, Missing, Rule, Severity, Tier

__all__ = ["Alarm", "Comparison", "Missing", "Rule", "Severity", "Tier", "alarms", "standby_alarms"]
