from __future__ import annotations

from pathlib import Path

import pytest

from toolchain import paths, terraform
from toolchain.errors import ToolchainError


def put_provider(mirror: Path, *, version: str = terraform.PROVIDER_VERSION) -> Path:
    (mirror / terraform.PROVIDER / version / terraform.this_platform()).mkdir(parents=True)
    return mirror


@pytest.fixture
def home(tmp_path: Path) -> dict[str, str]:
    """The environment variables of somebody with nothing in their folders."""
    return {"HOME": str(tmp_path / "home"), "XDG_DATA_DIRS": str(tmp_path / "share")}


def test_the_registry_serves_the_provider_where_no_folder_holds_it(home: dict[str, str]) -> None:
    assert terraform.find_mirror(home, add_on_folders=()) is None


@pytest.mark.parametrize(
    "folder", ["home/.terraform.d/plugins", "home/.local/share/terraform/plugins", "share/terraform/plugins"]
)
def test_terraforms_own_plugin_folders_are_mirrors(tmp_path: Path, home: dict[str, str], folder: str) -> None:
    mirror = put_provider(tmp_path / folder)
    assert terraform.find_mirror(home, add_on_folders=()) == mirror


def test_a_mirror_is_found_one_level_below_the_add_on_folders(tmp_path: Path, home: dict[str, str]) -> None:
    (tmp_path / "add-on" / "another-product").mkdir(parents=True)
    mirror = put_provider(tmp_path / "add-on" / "plugins")
    assert terraform.find_mirror(home, add_on_folders=(tmp_path / "missing", tmp_path / "add-on")) == mirror


def test_a_mirror_may_hold_the_provider_as_an_archive(tmp_path: Path) -> None:
    archive = f"terraform-provider-aws_{terraform.PROVIDER_VERSION}_{terraform.this_platform()}.zip"
    (tmp_path / terraform.PROVIDER).mkdir(parents=True)
    (tmp_path / terraform.PROVIDER / archive).touch()
    assert terraform.holds_provider(tmp_path)


def test_another_version_of_the_provider_makes_no_mirror(tmp_path: Path, home: dict[str, str]) -> None:
    put_provider(tmp_path / "add-on" / "plugins", version="6.0.0")
    assert terraform.find_mirror(home, add_on_folders=(tmp_path / "add-on",)) is None


def test_the_named_mirror_goes_before_all_others(tmp_path: Path, home: dict[str, str]) -> None:
    put_provider(tmp_path / "home" / ".terraform.d" / "plugins")
    named = put_provider(tmp_path / "named")
    assert terraform.find_mirror({**home, "TF_PROVIDER_MIRROR": str(named)}) == named


def test_a_named_mirror_without_the_provider_is_refused(tmp_path: Path, home: dict[str, str]) -> None:
    with pytest.raises(ToolchainError, match=r"TF_PROVIDER_MIRROR=.*empty holds no .*aws 5\.100\.0.* unset"):
        terraform.find_mirror({**home, "TF_PROVIDER_MIRROR": str(tmp_path / "empty")})


def test_with_a_mirror_only_the_provider_comes_from_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paths, "TERRAFORM_RC", tmp_path / "terraform.rc")
    monkeypatch.setattr(paths, "TERRAFORM_PLUGIN_CACHE", tmp_path / "cache")
    terraform.write_configuration(tmp_path / "mirror")
    text = (tmp_path / "terraform.rc").read_text()
    assert f'plugin_cache_dir = "{tmp_path / "cache"}"' in text
    assert text.count(f'["{terraform.PROVIDER}"]') == 2
    assert terraform.configured_mirror() == tmp_path / "mirror"


def test_without_a_mirror_the_configuration_names_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paths, "TERRAFORM_RC", tmp_path / "terraform.rc")
    monkeypatch.setattr(paths, "TERRAFORM_PLUGIN_CACHE", tmp_path / "cache")
    terraform.write_configuration(None)
    assert "provider_installation" not in (tmp_path / "terraform.rc").read_text()
    assert terraform.configured_mirror() is None


def test_the_provider_is_pinned_beside_a_stack_that_does_not_exist_yet(tmp_path: Path) -> None:
    terraform.pin_provider(tmp_path / "stacks" / "local")
    pinned = (tmp_path / "stacks" / "local" / ".terraform.lock.hcl").read_text()
    assert f'provider "{terraform.PROVIDER}"' in pinned
    assert f'version     = "{terraform.PROVIDER_VERSION}"' in pinned
