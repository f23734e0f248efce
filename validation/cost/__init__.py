"""Estimates what an environment costs a month, offline: from a plan, assumptions about its use, and list prices."""
