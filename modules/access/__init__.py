"""Roles: one for each persona of the data model, and one for each of those who run an environment."""

from modules.access.personas import Personas
from modules.access.statements import DataKeys

__all__ = ["DataKeys", "Personas"]
