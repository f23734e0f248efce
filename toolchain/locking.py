"""Renews the lock files from `pyproject.toml` and `package.json`, for every platform, naming no package index."""

from __future__ import annotations

from pathlib import Path

from toolchain import commands, node, paths
from toolchain.prerequisites import PYTHON_MINIMUM, dotted

_UV = paths.VENV_BIN / "uv"
_PYTHON_INDEX = "the Python package index"


def lock() -> None:
    """Renew every lock file; versions change only where a requirement forces them to.

    To take newer versions, delete the lock file first.
    """
    uv_requirement = paths.BUILD / "uv.in"
    uv_requirement.write_text("uv\n")
    _lock_python(uv_requirement, into=paths.UV_LOCK)
    _lock_python(
        paths.ROOT / "pyproject.toml", "--all-extras", f"--constraints={paths.UV_LOCK}", into=paths.PACKAGES_LOCK
    )
    checkov_requirement = paths.BUILD / "checkov.in"
    checkov_requirement.write_text("checkov>=3.3,<4\n")
    _lock_python(checkov_requirement, into=paths.CHECKOV_LOCK)
    _lock_node()


def _lock_python(source: Path, *options: str, into: Path) -> None:
    print(f"  {into.relative_to(paths.ROOT)} …", flush=True)
    commands.run(
        [
            _UV,
            "pip",
            "compile",
            source,
            *options,
            "--universal",
            f"--python-version={dotted(PYTHON_MINIMUM)}",
            "--generate-hashes",
            "--no-header",
            "--no-annotate",
            "--no-emit-index-url",
            f"--output-file={into}",
        ],
        log="lock",
        needs=_PYTHON_INDEX,
    )


def _lock_node() -> None:
    print(f"  {paths.NODE_LOCK.relative_to(paths.ROOT)} …", flush=True)
    options = [
        "--package-lock-only",
        "--ignore-scripts",
        "--omit-lockfile-registry-resolved",
        "--no-audit",
        "--no-fund",
    ]
    commands.run(node.npm("install", *options), log="lock", needs="the Node package registry")
