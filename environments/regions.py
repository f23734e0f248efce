"""AWS regions, by the partition that they belong to."""

from __future__ import annotations


def partition(region: str) -> str:
    """Partition of AWS that `region` belongs to, the second part of every ARN; nothing crosses it."""
    if region.startswith("cn-"):
        return "aws-cn"
    return "aws-us-gov" if region.startswith("us-gov-") else "aws"
