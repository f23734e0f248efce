"""Alarms, the topic that tells of them, and the dashboard."""

from modules.monitoring.monitoring import Monitoring

__all__ = ["Monitoring"]
