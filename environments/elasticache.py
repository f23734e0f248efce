"""What ElastiCache offers that this product can use: engine versions and node families."""

from __future__ import annotations

from typing import Literal

Engine = Literal["redis", "valkey"]

ENGINE_VERSIONS: dict[Engine, tuple[str, ...]] = {
    "redis": ("7.0", "7.1"),
    "valkey": ("7.2", "8.0", "8.1", "8.2", "9.0", "9.1"),
}
"""Oldest first, as ElastiCache offers them in November 2026, from the first that clients can log in to with IAM."""

SERVERLESS_VERSIONS: dict[Engine, tuple[str, ...]] = {"redis": ("7",), "valkey": ("7", "8")}
"""Major versions of serverless caches, oldest first."""

NODE_FAMILIES = ("c7gn", "m4", "m5", "m6g", "m7g", "r4", "r5", "r6g", "r7g", "t3", "t4g")
"""Families whose nodes can be created, in cluster mode and with TLS. Older ones (t2, m3, r3 …) cannot be created any
more or lack one of these, and r6gd keeps data on disks."""


SCALED_NODE_FAMILIES = ("c7gn", "m5", "m6g", "m7g", "r5", "r6g", "r7g")
SCALED_NODE_SIZES = ("large", "xlarge", "2xlarge")
"""Nodes that Auto Scaling adds and removes (ElastiCache User Guide, "Auto Scaling clusters", prerequisites)."""

SCALED_UTILIZATION = range(35, 71)
"""Percent that Auto Scaling takes as a target (ElastiCache User Guide, "Adding a scaling policy")."""

GLOBAL_NODE_FAMILIES = ("c7gn", "m5", "m6g", "m7g", "r5", "r6g", "r7g")
"""Families of a global datastore, in size large and above (ElastiCache User Guide, "Global datastores", prerequisites,
without r6gd, which keeps data on disks)."""
GLOBAL_REGIONS = (
    "af-south-1", "ap-east-1", "ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-south-1", "ap-south-2",
    "ap-southeast-1", "ap-southeast-2", "ap-southeast-3", "ap-southeast-4", "ap-southeast-5", "ap-southeast-7",
    "ca-central-1", "ca-west-1", "cn-north-1", "cn-northwest-1", "eu-central-1", "eu-central-2", "eu-north-1",
    "eu-south-1", "eu-south-2", "eu-west-1", "eu-west-2", "eu-west-3", "il-central-1", "me-central-1", "me-south-1",
    "mx-central-1", "sa-east-1", "us-east-1", "us-east-2", "us-gov-east-1", "us-gov-west-1", "us-west-1", "us-west-2",
)  # fmt: skip
"""Regions that a global datastore can span (the same page)."""
_SMALLER_THAN_LARGE = ("micro", "small", "medium")

MOST_SHARDS = 500
MOST_REPLICAS = 5


def newest_version(engine: Engine) -> str:
    """The newest version of `engine` that the platform supports."""
    return ENGINE_VERSIONS[engine][-1]


def newest_serverless_version(engine: Engine) -> str:
    """The newest major version of `engine` that a serverless cache runs."""
    return SERVERLESS_VERSIONS[engine][-1]


def parameter_group_family(engine: Engine, version: str) -> str:
    """`<engine><major version>`, the parameter group family of an engine version."""
    return f"{engine}{version.partition('.')[0]}"


def node_size(node_type: str) -> str:
    """The size in a node type: large in cache.r7g.large."""
    return node_type.split(".")[2]


def is_large(node_type: str) -> bool:
    """Whether a node is large, or larger."""
    return node_size(node_type) not in _SMALLER_THAN_LARGE


def node_family(node_type: str) -> str:
    """The family in a node type: r7g in cache.r7g.large."""
    return node_type.split(".")[1]
