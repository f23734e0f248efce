from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks.synthesis import synthesize, template
from modules import fast_synthesis
from toolchain import paths

Run = Callable[..., str]


@pytest.fixture
def run() -> Run:
    """Runs Python code in a process of its own, which has none of the settings of this one; gives what it prints."""

    def run(code: str, *arguments: str, **variables: str) -> str:
        ours = ("NODE_OPTIONS", "JSII_NODE", "JSII_RUNTIME_PACKAGE_CACHE", "JSII_RUNTIME_PACKAGE_CACHE_ROOT")
        clean = {name: value for name, value in os.environ.items() if name not in ours}
        command = [sys.executable, "-c", code, *arguments]
        return subprocess.run(
            command, cwd=paths.ROOT, env=clean | variables, check=True, stdout=subprocess.PIPE, text=True
        ).stdout

    return run


def test_only_the_provider_modules_that_are_used_are_imported(run: Run) -> None:
    code = "import sys, modules, cdktf_cdktf_provider_aws.kms_alias; print(*sys.modules)"

    imported = {name.split(".")[1] for name in run(code).split() if name.startswith("cdktf_cdktf_provider_aws.")}
    assert imported == {"_jsii", "kms_alias"}


def test_another_version_of_the_provider_is_imported_as_it_comes(run: Run) -> None:
    code = (
        "import importlib.metadata as metadata, sys\n"
        "metadata.version = lambda name: '20.2.0'\n"
        "import modules\n"
        "print('cdktf_cdktf_provider_aws' in sys.modules)"
    )

    assert run(code).strip() == "False"


def test_it_can_be_switched_off(run: Run) -> None:
    code = "import os, sys, modules; print('cdktf_cdktf_provider_aws' in sys.modules, os.environ.get('NODE_OPTIONS'))"

    assert run(code, TIERSTORE_STOCK_SYNTHESIS="1").strip() == "False None"


def test_options_for_node_that_are_set_already_are_kept(run: Run) -> None:
    code = "import os, modules; print(os.environ['NODE_OPTIONS'])"

    assert run(code, NODE_OPTIONS="--max-old-space-size=4000").startswith("--max-old-space-size=4000 ")


def test_node_comes_with_the_python_packages_unless_another_is_chosen(run: Run) -> None:
    code = "import os, modules; print(os.environ['JSII_NODE'])"

    assert Path(run(code).strip()).name == "node"
    assert run(code, JSII_NODE="/opt/node").strip() == "/opt/node"


@pytest.fixture
def provider(tmp_path: Path) -> Path:
    """A folder like the provider's, whose index tells which file Node has loaded."""
    folder = tmp_path / "@cdktf" / "provider-aws" / "lib"
    folder.mkdir(parents=True)
    (folder / "index.js").write_text("module.exports = 'eager'")
    (folder / "lazy-index.js").write_text("module.exports = 'lazy'")
    return folder


def load(run: Run, index: Path) -> str:
    code = (
        "import modules, os, subprocess, sys\n"
        "program = f'process.stdout.write(require({sys.argv[1]!r}))'\n"
        "subprocess.run([os.environ['JSII_NODE'], '-e', program], check=True)"
    )
    return run(code, str(index))


def test_node_loads_the_lazy_index_of_the_provider(run: Run, provider: Path) -> None:
    assert load(run, provider / "index.js") == "lazy"


def test_node_loads_the_index_where_no_lazy_one_is_shipped(run: Run, provider: Path) -> None:
    (provider / "lazy-index.js").unlink()

    assert load(run, provider / "index.js") == "eager"


def test_node_loads_other_packages_as_they_come(run: Run, provider: Path) -> None:
    other = provider.parents[1] / "other" / "lib"
    provider.parent.rename(provider.parents[1] / "other")

    assert load(run, other / "index.js") == "eager"


def test_the_first_run_waits_for_the_index_of_types(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []
    monkeypatch.setattr(fast_synthesis, "CACHE", tmp_path)
    index(tmp_path, "cdktf")

    def sleep(seconds: float) -> None:
        waits.append(seconds)
        index(tmp_path, "@cdktf/provider-aws")

    monkeypatch.setattr("time.sleep", sleep)

    fast_synthesis.finish()

    assert len(waits) == 1


def test_nothing_is_waited_for_where_jsii_builds_no_index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fast_synthesis, "CACHE", tmp_path)
    monkeypatch.setattr("time.sleep", pytest.fail)

    fast_synthesis.finish()


def index(cache: Path, package: str) -> None:
    folder = cache / package / "1.0" / "digest"
    folder.mkdir(parents=True)
    (folder / ".jsii.runtime.v1.json").touch()


@pytest.mark.slow
def test_what_is_synthesized_is_the_same(tmp_path: Path) -> None:
    stock, fast = tmp_path / "stock", tmp_path / "fast"
    synthesize(stock, stock=True)
    synthesize(fast, stock=False)

    for stack in ("prod", "bootstrap-prod"):
        assert template(stock, stack) == template(fast, stack)
