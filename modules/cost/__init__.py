"""Who is told what the environment costs, and what stops it from costing more."""

from modules.cost.costs import Costs

__all__ = ["Costs"]
