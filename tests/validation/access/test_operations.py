"""What operations really send is what their personas are permitted, and nothing else is."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from environments import Deployment
from tests.validation.access.conftest import ADMINISTRATOR, Live
from tests.validation.access.recording import Part, Sent
from tierstore import Storage
from tierstore.declaration.permissions import (
    ItemPermission,
    ListingPermission,
    LoginPermission,
    ObjectPermission,
    Permission,
    permissions_of,
)
from tierstore.declaration.personas import Persona
from tierstore.model import DATA_MODEL

pytestmark = pytest.mark.integration


def kinds(permission: Permission, deployment: Deployment) -> tuple[str, str, str]:
    """Action, physical resource, and kind of partition key."""
    environment = deployment.environment
    match permission:
        case ItemPermission():
            index = f"/index/{permission.index}" if permission.index else ""
            resource = environment.physical_name(permission.table) + index
            return permission.action, resource, permission.partitions.partition("#")[0]
        case ObjectPermission() | ListingPermission():
            return permission.action, environment.bucket_name(permission.bucket), ""
        case LoginPermission():
            return permission.action, "", ""


def kinds_sent(part: Part) -> tuple[str, str, str]:
    return part.action, part.resource, part.kind


def test_every_operation_is_run(sent: list[Sent]) -> None:
    """A new access pattern needs a line in scenario.py that runs its operation."""
    assert {pattern.name for pattern in DATA_MODEL.patterns} - {each.pattern for each in sent} == set()


@pytest.mark.parametrize("persona", DATA_MODEL.personas, ids=lambda persona: persona.name)
def test_a_persona_is_permitted_exactly_what_its_operations_send(
    persona: Persona, sent: list[Sent], deployment: Deployment
) -> None:
    names = {pattern.name for pattern in persona.patterns}
    needed = {kinds_sent(part) for each in sent if each.pattern in names for part in each.parts}

    permitted = {kinds(permission, deployment) for permission in permissions_of(persona)}

    assert permitted == needed


@pytest.mark.parametrize("persona", DATA_MODEL.personas, ids=lambda persona: persona.name)
def test_a_persona_can_run_all_its_operations(
    persona: Persona, run: Live, storage_of: Callable[[str], Storage]
) -> None:
    """With its role, IAM enforced; what is not its own is done by somebody who may do anything."""
    names = {pattern.name for pattern in persona.patterns}
    done: set[str] = set()

    run(lambda name: storage_of(persona.name if name in names else ADMINISTRATOR), done.add)

    assert names <= done
