"""Wherever a process dies between item and object, they agree in the end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from tests.tierstore.api.agreement import LONG_AFTER, WRITTEN, assert_agreement, items_of, registered
from tests.tierstore.api.conftest import World
from tierstore.api.uploads import Uploads
from tierstore.core.effects import Effect
from tierstore.core.operation import Sync
from tierstore.core.runners import SyncRunner
from tierstore.errors import InvalidError
from tierstore.identifiers import new_ulid
from tierstore.model.uploads import Upload
from tierstore.s3.effects import S3Request
from tierstore.s3.parts import USUAL_PART

pytestmark = pytest.mark.integration

CarryOut: TypeAlias = Callable[[Effect[Any]], Any]
Scenario: TypeAlias = Callable[[Uploads[Sync], World, Upload], object]


class Crash(BaseException):
    """The process dies: nothing handles that."""


@contextmanager
def mortal(world: World, *, dies_at: int, answered: bool) -> Iterator[Uploads[Sync]]:
    """Operations of a process that dies at its n-th effect: before it is carried out, or once it is."""
    left = count(dies_at, -1)

    def carry_out(effect: Effect[Any]) -> Any:
        is_last = next(left) == 1
        if is_last and not answered:
            raise Crash
        answer = world.carry_out(effect)
        if is_last:
            raise Crash
        return answer

    with ThreadPoolExecutor(1) as threads:
        yield Uploads(SyncRunner(carry_out, lambda: threads), world.items, world.bucket)


def crashes(world: World, act: Callable[[Uploads[Sync]], object], *, answered: bool) -> Iterator[int]:
    """Let a process die at each of its effects in turn, until one gets to its end."""
    for dies_at in count(1):
        with mortal(world, dies_at=dies_at, answered=answered) as group:
            try:
                act(group)
            except Crash:
                yield dies_at
            else:
                return


@pytest.fixture(params=[False, True], ids=["unanswered", "answered"])
def answered(request: pytest.FixtureRequest) -> bool:
    found: bool = request.param
    return found


@pytest.fixture(params=[len(WRITTEN), USUAL_PART + 1], ids=["at once", "in parts"])
def file(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    path = tmp_path / "notes.txt"
    path.write_bytes(WRITTEN.ljust(request.param))
    return path


def test_a_sender_that_dies_is_made_up_for(group: Uploads[Sync], world: World, file: Path, *, answered: bool) -> None:
    died = 0
    for _ in crashes(
        world, lambda mine: mine.send(file, user_id=world.user_id, upload_id=new_ulid()), answered=answered
    ):
        died += 1
    world.clock.advance(LONG_AFTER)

    group.reconcile()

    assert died >= 4
    assert_agreement(group, world)


def test_a_sender_that_dies_time_and_again_goes_on_each_time(
    group: Uploads[Sync], world: World, file: Path, *, answered: bool
) -> None:
    upload_id = new_ulid()

    for _ in crashes(
        world, lambda mine: mine.send(file, user_id=world.user_id, upload_id=upload_id), answered=answered
    ):
        assert len(items_of(group, world)) <= 1

    assert_agreement(group, world)
    assert group.get(user_id=world.user_id, upload_id=upload_id).status == "complete"


@pytest.mark.parametrize("content", [WRITTEN, b"<!DOCTYPE html>"], ids=["right", "refused"])
def test_a_completion_that_breaks_off_is_made_up_for(
    content: bytes, group: Uploads[Sync], world: World, *, answered: bool
) -> None:
    def act(mine: Uploads[Sync]) -> None:
        upload = registered(group, world, content)
        world.overwrite(upload, content)
        try:
            mine.complete(user_id=world.user_id, upload_id=upload.id)
        except InvalidError:
            assert content != WRITTEN

    died = sum(1 for _ in crashes(world, act, answered=answered))
    world.clock.advance(LONG_AFTER)
    group.reconcile()

    assert died >= 4
    assert_agreement(group, world)
    assert len(items_of(group, world)) == (died + 1 if content == WRITTEN else 0)


@pytest.mark.parametrize("waits", [timedelta(0), LONG_AFTER], ids=["at once", "later"])
def test_a_deletion_that_breaks_off_is_made_up_for(
    waits: timedelta, group: Uploads[Sync], world: World, tmp_path: Path, *, answered: bool
) -> None:
    file = tmp_path / "notes.txt"
    file.write_bytes(WRITTEN)

    def act(mine: Uploads[Sync]) -> None:
        upload = group.send(file, user_id=world.user_id, upload_id=new_ulid())
        world.clock.advance(waits)
        mine.delete(user_id=world.user_id, upload_id=upload.id)

    died = sum(1 for _ in crashes(world, act, answered=answered))
    world.clock.advance(LONG_AFTER)
    group.reconcile()

    assert died >= 4
    assert_agreement(group, world)
    # Of the one that died before it said what it was after, nothing is to be seen.
    assert len(items_of(group, world)) == (1 if answered else 2)


def test_a_reconciliation_that_dies_is_taken_up_by_the_next(
    group: Uploads[Sync], world: World, *, answered: bool
) -> None:
    registered(group, world, b"never sent")
    world.overwrite(registered(group, world, WRITTEN), WRITTEN)
    world.overwrite(registered(group, world, b"something else"), WRITTEN)
    world.clock.advance(LONG_AFTER)

    died = sum(1 for _ in crashes(world, lambda mine: mine.reconcile(), answered=answered))

    assert died >= 4
    assert_agreement(group, world)
    assert len(items_of(group, world)) == 1


def test_parts_that_nobody_goes_on_with_are_thrown_away(group: Uploads[Sync], world: World, tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_bytes(WRITTEN.ljust(USUAL_PART + 1))

    def carry_out(effect: Effect[Any]) -> Any:
        if isinstance(effect, S3Request) and effect.action == "CompleteMultipartUpload":
            raise Crash
        return world.carry_out(effect)

    with ThreadPoolExecutor(1) as threads, pytest.raises(Crash):
        Uploads(SyncRunner(carry_out, lambda: threads), world.items, world.bucket).send(
            file, user_id=world.user_id, upload_id=new_ulid()
        )
    assert len(world.parts()) == 1
    world.clock.advance(LONG_AFTER)

    group.reconcile()

    assert world.parts() == []
    assert items_of(group, world) == ()
