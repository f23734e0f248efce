"""The process environment in which Terraform, CDKTF and Node find each other and the pinned settings."""

from __future__ import annotations

import os
from collections.abc import Mapping

from toolchain import node, paths, terraform
from toolchain.errors import ToolchainError


def terraform_environment(inherited: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the whole environment for a process that runs Terraform or CDKTF, based on this process's own.

    Raises ToolchainError where nothing is installed yet.
    """
    if not paths.TERRAFORM_RC.exists():
        raise ToolchainError(f"{paths.TERRAFORM_RC} is missing. Run `python3 -m toolchain install`.")
    base = dict(os.environ if inherited is None else inherited)
    mirror = terraform.configured_mirror()
    own_folders = [str(folder) for folder in (paths.VENV_BIN, paths.NODE_MODULES / ".bin")]
    other_folders = [folder for folder in base.get("PATH", os.defpath).split(os.pathsep) if folder not in own_folders]
    return {
        **base,
        "PATH": os.pathsep.join([*own_folders, *other_folders]),
        "VIRTUAL_ENV": str(paths.VENV),
        "JSII_NODE": str(node.executable()),
        "CHECKPOINT_DISABLE": "1",
        "CI": "1",
        "TF_CLI_CONFIG_FILE": str(paths.TERRAFORM_RC),
        "TF_IN_AUTOMATION": "1",
        # The AWS provider's schema is large: collecting garbage a quarter as often saves a quarter of the processor
        # time of a plan, for 140 MB of memory.
        "GOGC": base.get("GOGC", "400"),
        # CDKTF would otherwise put a plugin cache of its own, in the home folder, in place of the configured one.
        "CDKTF_DISABLE_PLUGIN_CACHE_ENV": "1",
        **({"TF_CLI_ARGS_providers_lock": f"-fs-mirror={mirror}"} if mirror else {}),
    }
