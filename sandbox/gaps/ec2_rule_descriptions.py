"""EC2: a security-group rule has a description whatever it refers to; moto keeps that of rules for CIDR blocks only."""

from __future__ import annotations

import functools
import inspect
from typing import Any


def keep_all(rule_class: type[Any]) -> None:
    """Make moto's class of security-group rules find every rule's description where it looks for a CIDR rule's."""
    build = rule_class.__init__
    signature = inspect.signature(build)

    @functools.wraps(build)
    def build_described(rule: Any, *arguments: Any, **named: Any) -> None:
        build(rule, *arguments, **named)
        given = signature.bind(rule, *arguments, **named).arguments
        for target in (given.get("source_group"), given.get("prefix_list_id")):
            if target and "Description" in target:
                rule.ip_range = {**rule.ip_range, "Description": target["Description"]}

    rule_class.__init__ = build_described
