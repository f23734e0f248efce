"""What Checkov finds and is meant to be so."""

from __future__ import annotations

from collections.abc import Mapping

from cdktf import TerraformResource


def suppress(resource: TerraformResource, reasons: Mapping[str, str]) -> None:
    """Note beside a resource which of Checkov's checks it fails on purpose, by id, and why; Terraform ignores it."""
    resource.add_override("//.checkov", dict(reasons))
