"""The CDKTF application: one stack for each environment and one for its Terraform state.

Run by `cdktf synth|diff|deploy|destroy <environment>`. `TIERSTORE_ENVIRONMENT` names the one environment to synthesize;
without it every environment is, except those whose sandbox is not running. Exit code 2 where a setting is wrong.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator

import modules.app
import modules.fast_synthesis
from environments import Deployment, SandboxNotRunning, UnusableEnvironment, load_target, names

ENVIRONMENT_VARIABLE = "TIERSTORE_ENVIRONMENT"


def main() -> int:
    """Synthesize what the process environment asks for; return the exit code."""
    try:
        deployments = list(wanted_deployments(os.environ.get(ENVIRONMENT_VARIABLE)))
    except UnusableEnvironment as error:
        print(error, file=sys.stderr)
        return 2
    synthesize(deployments)
    return 0


def wanted_deployments(name: str | None) -> Iterator[Deployment]:
    """The environment `name`, or all of them where it is None; raises `UnusableEnvironment`."""
    if name:
        yield load_target(name)
        return
    for each in names():
        try:
            yield load_target(each)
        except SandboxNotRunning as error:
            print(f"{each} is left out: {error}", file=sys.stderr)


def synthesize(deployments: Iterable[Deployment]) -> None:
    """Write the stacks of the deployments to where the CDKTF command line expects them."""
    modules.app.build_app(deployments).synth()
    modules.fast_synthesis.finish()


if __name__ == "__main__":
    sys.exit(main())
