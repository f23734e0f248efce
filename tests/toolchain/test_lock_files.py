from __future__ import annotations

import json
import re
import tomllib
from importlib.metadata import distribution
from pathlib import Path

import pytest

from toolchain import paths, terraform


@pytest.fixture
def locked() -> dict[str, str]:
    """The version of each locked Python package."""
    return dict(re.findall(r"^([a-z0-9-]+)==([^ ;\\]+)", paths.PACKAGES_LOCK.read_text(), re.MULTILINE))


@pytest.mark.parametrize(
    "file",
    [paths.UV_LOCK, paths.PACKAGES_LOCK, paths.CHECKOV_LOCK, paths.NODE_LOCK, paths.NODE_MANIFEST],
    ids=lambda file: str(file.name),
)
def test_no_lock_file_names_a_place_to_download_from(file: Path) -> None:
    assert not re.search(r'"resolved"|index-url|find-links|file:|\.tgz|\.whl', file.read_text())


@pytest.mark.parametrize(
    "file", [paths.UV_LOCK, paths.PACKAGES_LOCK, paths.CHECKOV_LOCK], ids=lambda file: str(file.name)
)
def test_every_python_package_is_pinned_by_hash(file: Path) -> None:
    requirements = re.split(r"\n(?=\S)", file.read_text().strip())
    assert all(re.match(r"[a-z0-9-]+(\[.+\])?==", requirement) for requirement in requirements)
    assert all("--hash=sha256:" in requirement for requirement in requirements)


def test_every_node_package_is_pinned_by_hash() -> None:
    packages = json.loads(paths.NODE_LOCK.read_text())["packages"]
    downloaded = {name: package for name, package in packages.items() if name and not package.get("inBundle")}
    assert downloaded
    assert [name for name, package in downloaded.items() if "integrity" not in package] == []


def test_the_lock_holds_what_the_project_requires(locked: dict[str, str]) -> None:
    project = tomllib.loads((paths.ROOT / "pyproject.toml").read_text())["project"]
    required = [*project["dependencies"], *(r for extra in project["optional-dependencies"].values() for r in extra)]
    names = {re.sub(r"[._]", "-", re.split(r"[^\w.-]", requirement)[0]).lower() for requirement in required}
    assert names - locked.keys() == set()


def test_one_release_of_cdktf_is_used_throughout(locked: dict[str, str]) -> None:
    cli = json.loads(paths.NODE_MANIFEST.read_text())["devDependencies"]["cdktf-cli"]
    assert locked["cdktf"] == cli == "0.21.0"


def test_the_pinned_provider_is_the_one_that_the_bindings_were_made_from() -> None:
    bindings = distribution("cdktf-cdktf-provider-aws").read_text("METADATA")
    made_from = re.search(r"bindings for hashicorp/aws provider version ([0-9.]+)", bindings or "")
    assert made_from is not None
    assert made_from[1] == terraform.PROVIDER_VERSION
    assert f'version     = "{terraform.PROVIDER_VERSION}"' in paths.PROVIDER_LOCK.read_text()
