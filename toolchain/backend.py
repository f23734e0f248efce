"""Where Terraform last kept a stack's state, which it remembers in the stack's folder.

A stack that moves between AWS and the sandbox, or to a sandbox elsewhere, does so on purpose and takes no state along;
Terraform would stop and ask. A change of the backend on AWS itself is left to Terraform's question.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

TARGET_VARIABLE = "TIERSTORE_TARGET"
_LOOPBACK = "https://127."


def init_options(folder: Path, *, variables: Mapping[str, str]) -> dict[str, str]:
    """Return the variables with which `terraform init` may take another backend than the folder remembers."""
    if variables.get(TARGET_VARIABLE) == "sandbox" or is_on_sandbox(remembered(folder)):
        return {"TF_CLI_ARGS_init": "-reconfigure"}
    return {}


def remembered(folder: Path) -> Mapping[str, Any]:
    """Return the backend's block that the folder remembers; empty where there is none or it cannot be read."""
    try:
        backend: Mapping[str, Any] = json.loads((folder / ".terraform" / "terraform.tfstate").read_text())["backend"]
    except (OSError, ValueError, KeyError):
        return {}
    return backend


def is_on_sandbox(backend: Mapping[str, Any]) -> bool:
    """Tell whether the backend is a file beside a sandbox's data, or a bucket of a sandbox."""
    if backend.get("type") == "local":
        return True
    endpoints = (backend.get("config") or {}).get("endpoints") or {}
    return str(endpoints.get("s3", "")).startswith(_LOOPBACK)
