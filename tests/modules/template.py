"""Asks a synthesized stack about its resources."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cdktf import App, TerraformStack, Testing

from environments import Deployment, Environment
from modules.provider import DisasterRecoveryRegion, add_disaster_recovery_region

Block = dict[str, Any]


@dataclass(frozen=True)
class Template:
    """The JSON that Terraform would read."""

    document: Block

    def all(self, kind: str) -> list[Block]:
        """Every resource of a Terraform type, in order of its id."""
        return [body for _, body in sorted(self.document.get("resource", {}).get(kind, {}).items())]

    def one(self, kind: str, **attributes: object) -> Block:
        """The only resource of a Terraform type that has these attributes."""
        found = [body for body in self.all(kind) if attributes.items() <= body.items()]
        assert len(found) == 1, f"{len(found)} {kind} with {attributes} among {self.all(kind)}"
        return found[0]

    def address(self, kind: str, **attributes: object) -> str:
        """The Terraform address of that resource."""
        body = self.one(kind, **attributes)
        names = [name for name, other in self.document["resource"][kind].items() if other is body]
        return f"{kind}.{names[0]}"


def app() -> App:
    """A new app that writes nothing."""
    return Testing.app()


def template(stack: TerraformStack) -> Template:
    return Template(json.loads(Testing.synth(stack)))


def synthesized(build: Callable[[TerraformStack], object]) -> Template:
    """The template of a stack that holds only what `build` puts into it."""
    stack = TerraformStack(app(), "test")
    build(stack)
    return template(stack)


def disaster_recovery(stack: TerraformStack, environment: Environment) -> DisasterRecoveryRegion | None:
    """The environment's disaster-recovery region as a construct of the stack is given it."""
    return add_disaster_recovery_region(stack, Deployment(environment=environment, sandbox=None))


def statements(policy: str) -> dict[str, Block]:
    """The statements of a policy document by their Sid."""
    return {statement.get("Sid", ""): statement for statement in json.loads(policy)["Statement"]}
