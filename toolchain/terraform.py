"""Terraform's settings for this project: where the provider comes from and where it is kept.

The public registry serves the provider unless a copy of it lies on this machine (a "filesystem mirror").
"""

from __future__ import annotations

import os
import platform
import re
import shutil
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from toolchain import paths
from toolchain.errors import ToolchainError

PROVIDER = "registry.terraform.io/hashicorp/aws"
# What cdktf-cdktf-provider-aws 20.1.0 was generated from.
PROVIDER_VERSION = "5.100.0"
MIRROR_VARIABLE = "TF_PROVIDER_MIRROR"

_ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}
_ADD_ON_FOLDERS = (Path("/opt"), Path("/usr/local/lib"))


def find_mirror(environment: Mapping[str, str], *, add_on_folders: Iterable[Path] = _ADD_ON_FOLDERS) -> Path | None:
    """Return the folder that holds the provider for this platform; None where the public registry has to serve it.

    Looks at `TF_PROVIDER_MIRROR`, then at Terraform's own plugin folders, then one level below the folders of add-on
    software. Raises ToolchainError where `TF_PROVIDER_MIRROR` names a folder without the provider.
    """
    named = environment.get(MIRROR_VARIABLE)
    if named:
        mirror = Path(named).expanduser().absolute()
        if not holds_provider(mirror):
            raise ToolchainError(
                f"{MIRROR_VARIABLE}={named} holds no {PROVIDER} {PROVIDER_VERSION} for {this_platform()}. "
                f"Fill it with `terraform providers mirror {named}`, or unset {MIRROR_VARIABLE} to use the registry."
            )
        return mirror
    candidates = [*_plugin_folders(environment), *_folders_below(add_on_folders)]
    return next((folder for folder in candidates if holds_provider(folder)), None)


def holds_provider(mirror: Path) -> bool:
    """Tell whether a folder has the pinned provider for this platform, unpacked or as an archive."""
    provider = mirror / PROVIDER
    name = PROVIDER.rsplit("/", maxsplit=1)[-1]
    archive = f"terraform-provider-{name}_{PROVIDER_VERSION}_{this_platform()}.zip"
    return (provider / PROVIDER_VERSION / this_platform()).is_dir() or (provider / archive).is_file()


def render_configuration(mirror: Path | None, *, plugin_cache: Path) -> str:
    """Return the text of a Terraform CLI configuration file."""
    lines = [f'plugin_cache_dir = "{plugin_cache}"']
    if mirror is not None:
        lines += [
            "",
            "provider_installation {",
            "  filesystem_mirror {",
            f'    path    = "{mirror}"',
            f'    include = ["{PROVIDER}"]',
            "  }",
            "  direct {",
            f'    exclude = ["{PROVIDER}"]',
            "  }",
            "}",
        ]
    return "\n".join(lines) + "\n"


def write_configuration(mirror: Path | None) -> None:
    """Write `build/terraform.rc` and create the plugin cache that it names."""
    paths.TERRAFORM_PLUGIN_CACHE.mkdir(parents=True, exist_ok=True)
    new = paths.TERRAFORM_RC.with_suffix(".new")
    new.write_text(render_configuration(mirror, plugin_cache=paths.TERRAFORM_PLUGIN_CACHE))
    new.replace(paths.TERRAFORM_RC)


def configured_mirror() -> Path | None:
    """Return the mirror that `build/terraform.rc` names; None where the provider comes from the public registry."""
    named = re.search(r'^ *path *= "(.+)"$', paths.TERRAFORM_RC.read_text(), re.MULTILINE)
    return Path(named.group(1)) if named else None


def pin_provider(directory: Path) -> None:
    """Let `terraform init` in a directory accept only the pinned provider, by the checksums of the lock file."""
    directory.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(paths.PROVIDER_LOCK, directory / ".terraform.lock.hcl")


def this_platform() -> str:
    """Return this machine's platform as Terraform names it, for example `linux_amd64`."""
    machine = platform.machine().lower()
    return f"{sys.platform}_{_ARCHITECTURES.get(machine, machine)}"


def _plugin_folders(environment: Mapping[str, str]) -> list[Path]:
    home = Path(environment.get("HOME", "/"))
    data_home = Path(environment.get("XDG_DATA_HOME") or home / ".local" / "share")
    shared = (environment.get("XDG_DATA_DIRS") or "/usr/local/share:/usr/share").split(os.pathsep)
    return [
        home / ".terraform.d" / "plugins",
        *(folder / "terraform" / "plugins" for folder in (data_home, *map(Path, shared))),
    ]


def _folders_below(parents: Iterable[Path]) -> list[Path]:
    return [folder for parent in parents if parent.is_dir() for folder in sorted(parent.iterdir())]
