"""Installs everything pinned, in steps that know whether they are complete.

A step is complete when its stamp, written last, holds the digest of what the step follows from, and what it made is
still there. So a second run does nothing, a changed lock file repeats only its own step, and an interrupted step starts
afresh.
"""

from __future__ import annotations

import hashlib
import os
import shlex
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from toolchain import commands, node, paths, prerequisites, redis_server, terraform
from toolchain.runs import only_run

_OWN_COMMANDS = {"cdktf": "toolchain.cdktf", "guarded-terraform": "toolchain.guarded_terraform"}

# Seconds that the tools of a killed installation have to end.
_PATIENCE = 60.0


@dataclass(frozen=True, kw_only=True)
class Step:
    """One thing to install.

    `inputs` is everything that its result follows from, `outputs` the files that must exist afterwards. `install`
    starts from nothing, taking what lies there for incomplete; `update`, where a step has it, starts from an earlier
    complete result.
    """

    name: str
    title: str
    inputs: tuple[str | bytes, ...]
    outputs: tuple[Path, ...]
    install: Callable[[], None]
    update: Callable[[], None] | None = None

    @property
    def stamp(self) -> Path:
        """The file that says for which inputs the step was completed."""
        return paths.STAMPS / self.name

    @property
    def digest(self) -> str:
        """A digest of all inputs."""
        digest = hashlib.sha256()
        for value in self.inputs:
            data = value.encode() if isinstance(value, str) else value
            digest.update(len(data).to_bytes(8, "big") + data)
        return digest.hexdigest()

    def is_complete(self) -> bool:
        """Tell whether there is nothing to do."""
        return self.stamp.is_file() and self.stamp.read_text() == self.digest and self._outputs_exist()

    def perform(self) -> None:
        """Install; whatever interrupts it leaves no stamp behind."""
        was_complete = self.stamp.is_file() and self._outputs_exist()
        self.stamp.unlink(missing_ok=True)
        (self.update if self.update and was_complete else self.install)()
        self.stamp.parent.mkdir(parents=True, exist_ok=True)
        new = self.stamp.with_suffix(".new")
        new.write_text(self.digest)
        new.replace(self.stamp)

    def _outputs_exist(self) -> bool:
        return all(output.exists() for output in self.outputs)


def install() -> None:
    """Bring the checkout to the state that its lock files describe; silent where nothing is to do."""
    prerequisites.check_python(sys.version_info[:3], has_ensurepip=prerequisites.this_python_has_ensurepip())
    perform_alone(plan_steps())


def perform_alone(steps: Sequence[Step]) -> None:
    """Perform the steps that are not complete while no other installation runs in this checkout."""
    if all(step.is_complete() for step in steps):
        return
    with only_run("install", of="An installation", patience=_PATIENCE, waits=True) as mark:
        # Every command of a step inherits the mark.
        os.environ.update(mark)
        perform_all(steps)


def perform_all(steps: Sequence[Step]) -> None:
    """Perform the steps that are not complete, in order, with a line and its time for each."""
    for number, step in enumerate(steps, start=1):
        if step.is_complete():
            continue
        print(f"  [{number}/{len(steps)}] {step.title} … ", end="", flush=True)
        began = time.monotonic()
        try:
            step.perform()
        except BaseException:
            print("not done", flush=True)
            raise
        print(f"{time.monotonic() - began:.1f} s", flush=True)


def plan_steps() -> list[Step]:
    """Return all steps in the order in which they build on each other."""
    checkout = str(paths.ROOT)
    executable = prerequisites.find_terraform()
    file = executable.stat()
    mirror = terraform.find_mirror(os.environ)
    scripts = {
        paths.VENV_BIN / name: f'#!/bin/sh\nexec {shlex.quote(str(paths.PYTHON))} -m {module} "$@"\n'
        for name, module in _OWN_COMMANDS.items()
    }
    return [
        Step(
            name="terraform",
            title=f"Terraform settings (provider from {mirror or 'the public registry'})",
            inputs=(
                f"{executable} {file.st_size} {file.st_mtime_ns}",
                terraform.render_configuration(mirror, plugin_cache=paths.TERRAFORM_PLUGIN_CACHE),
            ),
            outputs=(paths.TERRAFORM_RC, paths.TERRAFORM_PLUGIN_CACHE),
            install=lambda: _install_terraform_settings(executable, mirror),
        ),
        Step(
            name="virtual-environment",
            title="Virtual environment .venv",
            inputs=(checkout, paths.UV_LOCK.read_bytes()),
            outputs=(paths.PYTHON, paths.VENV_BIN / "uv"),
            install=_create_virtual_environment,
        ),
        Step(
            name="python-packages",
            title="Python packages, and Node among them",
            inputs=(checkout, paths.UV_LOCK.read_bytes(), paths.PACKAGES_LOCK.read_bytes()),
            outputs=(paths.PYTHON, paths.VENV_BIN / "node"),
            install=lambda: _synchronize_python_packages("--reinstall"),
            update=_synchronize_python_packages,
        ),
        Step(
            name="own-commands",
            title="Commands of this project: " + ", ".join(script.name for script in scripts),
            inputs=(checkout, *scripts.values()),
            outputs=tuple(scripts),
            install=lambda: _write_own_commands(scripts),
        ),
        Step(
            name="node-packages",
            title="Node packages (CDKTF's command line)",
            inputs=(checkout, paths.NODE_MANIFEST.read_bytes(), paths.NODE_LOCK.read_bytes()),
            outputs=(paths.CDKTF_CLI,),
            install=node.install_packages,
        ),
        Step(
            name="redis-server",
            title="redis-server",
            inputs=(checkout, str(redis_server.MINIMUM_VERSION)),
            outputs=(paths.REDIS / "redis-server",),
            install=redis_server.install,
        ),
    ]


def _install_terraform_settings(executable: Path, mirror: Path | None) -> None:
    prerequisites.check_terraform(executable)
    terraform.write_configuration(mirror)


def _create_virtual_environment() -> None:
    commands.run(
        [sys.executable, "-m", "venv", "--clear", "--prompt", "tierstore", paths.VENV],
        log="virtual-environment",
        needs="nothing on the network",
    )
    commands.run(
        [
            paths.PYTHON,
            "-m",
            "pip",
            "install",
            "--require-hashes",
            "--no-deps",
            "--requirement",
            paths.UV_LOCK,
        ],
        log="uv",
        needs="the Python package index",
    )


def _synchronize_python_packages(*options: str) -> None:
    """Make .venv hold exactly the locked packages.

    After an interruption this needs `--reinstall`: uv takes a package whose files are incomplete for installed.
    """
    commands.run(
        [
            paths.VENV_BIN / "uv",
            "pip",
            "sync",
            "--require-hashes",
            f"--python={paths.PYTHON}",
            *options,
            paths.PACKAGES_LOCK,
        ],
        log="python-packages",
        needs="the Python package index, or the one that UV_DEFAULT_INDEX names",
    )


def _write_own_commands(scripts: Mapping[Path, str]) -> None:
    for script, text in scripts.items():
        script.write_text(text)
        script.chmod(0o755)
    for site_packages in paths.VENV.glob("lib/python3.*/site-packages"):
        # The checkout's packages can then be imported from any folder, as an editable install would allow.
        (site_packages / "tierstore-checkout.pth").write_text(f"{paths.ROOT}\n")
