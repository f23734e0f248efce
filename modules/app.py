"""The CDKTF app: the stacks of the given deployments."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from cdktf import App

from environments import Deployment
from modules.bootstrap import BootstrapStack
from modules.stack import EnvironmentStack
from tierstore.model import DATA_MODEL


def build_app(deployments: Iterable[Deployment], *, output: Path | None = None) -> App:
    """An app with every stack of the deployments; `output` is where `App.synth` writes, cdktf's choice where None."""
    app = App(outdir=str(output) if output else None)
    for deployment in deployments:
        if deployment.environment.state == "bucket":
            BootstrapStack(app, deployment=deployment, model=DATA_MODEL)
        EnvironmentStack(app, deployment=deployment, model=DATA_MODEL)
    return app
