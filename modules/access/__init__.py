"""Roles: one for each persona of the data model, and one for each of those who run an environment."""

from modules.access.access_points import AccessPoints
from modules.access.boundaries import Boundaries, BoundaryArns
from modules.access.personas import Personas
from modules.access.statements import DataKeys

__all__ = ["AccessPoints", "Boundaries", "BoundaryArns", "DataKeys", "Personas"]
