"""The record of who read and changed the data."""

from modules.audit.trail import Trail

__all__ = ["Trail"]
