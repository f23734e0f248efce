"""However the steps of several processes fall between each other, item and object agree in the end."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.tierstore.api.agreement import LONG_AFTER, WRITTEN, assert_agreement, registered
from tests.tierstore.api.conftest import World
from tierstore.api.uploads import Uploads
from tierstore.core.effects import Effect, Plan, Together
from tierstore.core.operation import Runner, Sync
from tierstore.errors import StorageError
from tierstore.identifiers import new_ulid

pytestmark = pytest.mark.integration

Steps = Generator[None, None, None]
orders = st.lists(st.integers(0, 2), max_size=60)


class Untouched:
    """Runs nothing: an operation returns its plan."""

    watch: None = None

    def run(self, plan: Plan[Any]) -> Plan[Any]:
        return plan

    def listing(self, read: Any) -> Any:
        return read


def steps(plan: Plan[Any], runner: Runner, world: World) -> Steps:
    """A process that runs the plan, one effect a step; an error of the library ends it."""
    try:
        effect = next(plan)
        while True:
            yield
            try:
                answer = _answer(effect, runner, world)
            except StorageError as error:
                effect = plan.throw(error)
            else:
                effect = plan.send(answer)
    except (StopIteration, StorageError):
        return


def _answer(effect: Effect[Any], runner: Runner, world: World) -> Any:
    if isinstance(effect, Together):
        return [runner.run(part) for part in effect.plans]
    return world.carry_out(effect)


def interleave(processes: Sequence[Steps], order: Sequence[int]) -> None:
    """Take steps in the order, then the rest one after the other."""
    for index in order:
        next(processes[index % len(processes)], None)
    for process in processes:
        list(process)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "notes.txt"
    path.write_bytes(WRITTEN)
    return path


@pytest.fixture
def plans(world: World) -> Any:
    """The operations as plans."""
    return Uploads(Untouched(), world.items, world.bucket)


@given(order=orders)
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_two_senders_and_a_deletion(
    order: list[int], group: Uploads[Sync], plans: Any, world: World, file: Path
) -> None:
    upload = {"user_id": world.user_id, "upload_id": new_ulid()}
    began = [plans.send(file, **upload), plans.send(file, **upload), plans.delete(**upload)]

    interleave([steps(plan, group.runner, world) for plan in began], order)
    world.clock.advance(LONG_AFTER)
    group.reconcile()

    assert_agreement(group, world)


@given(order=orders, waits=st.sampled_from([timedelta(0), LONG_AFTER]))
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_completion_a_deletion_and_a_reconciliation(
    order: list[int], waits: timedelta, group: Uploads[Sync], plans: Any, world: World
) -> None:
    announced = registered(group, world, WRITTEN)
    world.overwrite(announced, WRITTEN)
    world.clock.advance(waits)
    upload = {"user_id": world.user_id, "upload_id": announced.id}
    began = [plans.complete(**upload), plans.delete(**upload), plans.reconcile(older_than=timedelta(0))]

    interleave([steps(plan, group.runner, world) for plan in began], order)
    world.clock.advance(LONG_AFTER)
    group.reconcile()

    assert_agreement(group, world)
