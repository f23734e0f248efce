"""What differs between environments: one YAML file each, checked by one schema.

`load` reads an environment, `load_target` also says where it is deployed now; both raise `UnusableEnvironment`.
"""

from environments.loader import load, names
from environments.problems import (
    InvalidEnvironment,
    SandboxNotRunning,
    UnknownEnvironment,
    UnusableEnvironment,
    WrongAccount,
)
from environments.schema import Environment
from environments.target import Deployment, SandboxConnection, load_target

__all__ = [
    "Deployment",
    "Environment",
    "InvalidEnvironment",
    "SandboxConnection",
    "SandboxNotRunning",
    "UnknownEnvironment",
    "UnusableEnvironment",
    "WrongAccount",
    "load",
    "load_target",
    "names",
]
