"""Nodes of ElastiCache that an advice may name."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

NODE_MEMORY_GB: Final = {
    "cache.t4g.micro": Decimal("0.5"),
    "cache.t4g.small": Decimal("1.37"),
    "cache.t4g.medium": Decimal("3.09"),
    "cache.m7g.large": Decimal("6.38"),
    "cache.m7g.xlarge": Decimal("12.93"),
    "cache.m7g.2xlarge": Decimal("26.04"),
    "cache.r7g.large": Decimal("13.07"),
    "cache.r7g.xlarge": Decimal("26.32"),
    "cache.r7g.2xlarge": Decimal("52.82"),
    "cache.r7g.4xlarge": Decimal("105.81"),
}
"""Memory of a node in GiB (ElastiCache User Guide, "Supported node types")."""
