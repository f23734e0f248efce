"""Where everything lies in a checkout."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

REQUIREMENTS = ROOT / "requirements"
UV_LOCK = REQUIREMENTS / "uv.lock"
PACKAGES_LOCK = REQUIREMENTS / "all.lock"
CHECKOV_LOCK = REQUIREMENTS / "checkov.lock"
PROVIDER_LOCK = REQUIREMENTS / "terraform.lock.hcl"
NODE_MANIFEST = ROOT / "package.json"
NODE_LOCK = ROOT / "package-lock.json"

ENVIRONMENTS = ROOT / "environments"
STACKS = ROOT / "cdktf.out" / "stacks"

VENV = ROOT / ".venv"
VENV_BIN = VENV / "bin"
PYTHON = VENV_BIN / "python"

NODE_MODULES = ROOT / "node_modules"
CDKTF_CLI = NODE_MODULES / "cdktf-cli" / "bundle" / "bin" / "cdktf"

BUILD = ROOT / "build"
STAMPS = BUILD / "install"
LOGS = BUILD / "log"
RUN = BUILD / "run"
TERRAFORM_RC = BUILD / "terraform.rc"
TERRAFORM_PLUGIN_CACHE = BUILD / "terraform-plugins"
REDIS = BUILD / "redis"
CHECKOV = BUILD / "checkov"
SANDBOX = BUILD / "sandbox"


def state_file(directory: Path, *, stack: str) -> Path:
    """Where Terraform keeps the state of a stack on this machine: below the sandbox's directory, or below `build`."""
    return directory / "terraform" / f"{stack}.tfstate"
