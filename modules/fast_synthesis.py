"""Makes synthesis take one second instead of half a minute; what is synthesized stays the same.

The stock bindings unpack, import and index the AWS provider's 2,135 modules in every process. Here only the modules
that are used are loaded, in Python and in Node, from a cache of the project's own. A step whose assumptions do not
hold leaves the stock behaviour in place; `TIERSTORE_STOCK_SYNTHESIS=1` turns all of them off.
"""

from __future__ import annotations

import json
import os
import sys
import time
from contextlib import suppress
from importlib.metadata import version
from importlib.util import find_spec, module_from_spec
from pathlib import Path
from typing import Final

from toolchain import node, paths
from toolchain.errors import ToolchainError

SWITCH_OFF: Final = "TIERSTORE_STOCK_SYNTHESIS"
CACHE: Final = paths.BUILD / "jsii"

_PROVIDER: Final = "cdktf_cdktf_provider_aws"
_PROVEN_VERSION: Final = "20.1.0"
_PRELOAD: Final = Path(__file__).with_name("lazy_provider.js")
_INDEX_SECONDS: Final = 30


def enable() -> None:
    """Prepare this process; call it before the first import of a provider module."""
    with suppress(ToolchainError):
        os.environ.setdefault("JSII_NODE", str(node.executable()))
    if os.environ.get(SWITCH_OFF) == "1":
        return
    _keep_bytecode()
    _import_used_modules_only()
    _load_used_modules_only()


def finish() -> None:
    """Let the first run of all end in a full cache, so that every later one is fast.

    jsii indexes the provider's types in a background thread of Node, which takes some seconds and is lost where the
    process ends before it.
    """
    if os.environ.get(SWITCH_OFF) == "1" or not _is_indexed("cdktf"):
        return
    deadline = time.monotonic() + _INDEX_SECONDS
    while not _is_indexed("@cdktf/provider-aws") and time.monotonic() < deadline:
        time.sleep(0.1)


def _keep_bytecode() -> None:
    """Compile the bindings once even where PYTHONDONTWRITEBYTECODE asks for no bytecode beside the sources."""
    if sys.dont_write_bytecode:
        sys.dont_write_bytecode = False
        sys.pycache_prefix = str(CACHE / "bytecode")


def _import_used_modules_only() -> None:
    """Put the provider's package into `sys.modules` without running its `__init__`, which imports all the others."""
    spec = find_spec(_PROVIDER)
    if spec is not None and _PROVIDER not in sys.modules and version(_PROVIDER) == _PROVEN_VERSION:
        sys.modules[_PROVIDER] = module_from_spec(spec)


def _load_used_modules_only() -> None:
    """Have Node unpack the provider once, and load from it what is used."""
    os.environ["JSII_RUNTIME_PACKAGE_CACHE"] = "enabled"
    os.environ["JSII_RUNTIME_PACKAGE_CACHE_ROOT"] = str(CACHE)
    # Options are split at spaces unless they stand in double quotes. cdktf calls what Node has deprecated since.
    ours = f"--no-deprecation --require={json.dumps(str(_PRELOAD))}"
    options = os.environ.get("NODE_OPTIONS", "")
    if ours not in options:
        os.environ["NODE_OPTIONS"] = f"{options} {ours}".strip()


def _is_indexed(package: str) -> bool:
    return any(CACHE.glob(f"{package}/*/*/.jsii.runtime.v*.json"))
