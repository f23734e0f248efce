"""Leaderboards: scores in order, each addition once, the last answer where Redis is away."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.tierstore.api.with_redis.tiers import Process, lose_answers
from tests.tierstore.dynamodb.conftest import World
from tests.tierstore.real_redis import RealRedis
from tierstore.errors import InvalidError, UnavailableError
from tierstore.realtime.boards import Standing
from tierstore.realtime.once import REMEMBERED_SECONDS
from tierstore.redis.effects import RedisRequest


def test_members_stand_by_their_scores(one: Process, other: Process) -> None:
    for member, score in {"ada": 3, "bob": 1.5, "cyd": 2}.items():
        one.leaderboards.put("week", member, score)

    assert other.leaderboards.top("week", count=2) == (
        Standing(member="ada", score=3.0, rank=1),
        Standing(member="cyd", score=2.0, rank=2),
    )
    assert other.leaderboards.top("week", first=3) == (Standing(member="bob", score=1.5, rank=3),)
    assert other.leaderboards.rank("week", "cyd") == Standing(member="cyd", score=2.0, rank=2)
    assert other.leaderboards.rank("week", "dan") is None
    assert other.leaderboards.top("month") == ()


def test_a_score_may_be_kept_for_a_better_one_only(one: Process) -> None:
    for score in (5, 3):
        one.leaderboards.put("week", "ada", score, only_if_better=True)

    assert one.leaderboards.rank("week", "ada") == Standing(member="ada", score=5.0, rank=1)


def test_points_add_up(one: Process, other: Process) -> None:
    assert one.leaderboards.add("week", "ada", 2) == 2.0
    assert other.leaderboards.add("week", "ada", 0.5) == 2.5


@pytest.mark.parametrize("times", [1, 2])
def test_points_whose_answer_was_lost_are_added_once(one: Process, times: int) -> None:
    lose_answers(one, of="done:", times=times)

    assert one.leaderboards.add("week", "ada", 2) == 2.0


def test_points_survive_that_all_of_redis_is_stopped_and_started(one: Process, real_redis: RealRedis) -> None:
    one.leaderboards.add("week", "ada", 2)
    with real_redis.stopped():
        pass
    while True:
        try:
            assert one.leaderboards.add("week", "ada", 2) == 4.0
        except UnavailableError:
            continue
        break


def test_a_member_that_was_removed_stands_nowhere(one: Process) -> None:
    one.leaderboards.put("week", "ada", 1)
    one.leaderboards.remove("week", "ada")
    one.leaderboards.remove("week", "ada")

    assert one.leaderboards.rank("week", "ada") is None


def test_every_write_is_on_a_replica_when_it_returns(one: Process) -> None:
    one.leaderboards.put("week", "ada", 1)
    one.leaderboards.add("week", "ada", 1)
    one.leaderboards.remove("week", "ada")

    writes = [effect for effect in one.redis_effects if isinstance(effect, RedisRequest) and "ada" in effect.command]
    assert [effect.replicated for effect in writes] == [True] * 3


def test_without_redis_the_last_answer_is_given_for_a_while(one: Process) -> None:
    for member in ("ada", "bob"):
        one.leaderboards.put("week", member, 1)
    top, rank = one.leaderboards.top("week", first=2), one.leaderboards.rank("week", "ada")
    one.is_cut_off = True

    assert (one.leaderboards.top("week", first=2), one.leaderboards.rank("week", "ada")) == (top, rank)


@pytest.fixture
def copied(one: Process, world: World) -> None:
    """The hundred best of two boards are copied; the larger has 150 members, of which none has been asked for."""
    for number in range(150):
        one.leaderboards.put("large", f"member {number:03d}", number)
    for number in range(3):
        one.leaderboards.put("small", f"member {number:03d}", number)
    world.pass_by(minutes=2)
    for board in ("large", "small"):
        one.leaderboards.top(board, count=1)
    one.close()


@pytest.mark.usefixtures("copied")
def test_without_redis_whoever_has_not_asked_before_is_answered_from_the_copy(other: Process) -> None:
    other.is_cut_off = True

    assert [standing.member for standing in other.leaderboards.top("large", count=2)] == ["member 149", "member 148"]
    assert other.leaderboards.top("large", first=100, count=5) == (Standing(member="member 050", score=50.0, rank=100),)
    assert other.leaderboards.rank("large", "member 147") == Standing(member="member 147", score=147.0, rank=3)
    assert other.leaderboards.rank("small", "nobody") is None
    assert (other.leaderboards.top("unknown"), other.leaderboards.rank("unknown", "ada")) == ((), None)


@pytest.mark.usefixtures("copied")
def test_a_rank_that_nobody_can_know_is_an_error(other: Process) -> None:
    other.is_cut_off = True

    with pytest.raises(UnavailableError):
        other.leaderboards.rank("large", "member 007")


@pytest.mark.parametrize("score", [math.nan, math.inf, 10**400, True, "1", None])
def test_a_score_that_has_no_place_is_refused(one: Process, score: Any) -> None:
    with pytest.raises(InvalidError, match=r"leaderboard 'week': the score is .*, allowed is a finite number"):
        one.leaderboards.put("week", "ada", score)


@pytest.mark.parametrize("waiting", [0, 1])
@pytest.mark.parametrize("names", [("", "ada"), (None, "ada"), ("week", None), ("week", 5)])
def test_names_that_are_none_are_refused_also_while_others_wait_for_redis(
    one: Process, world: World, names: tuple[Any, Any], waiting: int
) -> None:
    one.is_cut_off = bool(waiting)
    for _ in range(waiting):
        one.leaderboards.put("week", "bob", 1)

    with pytest.raises(InvalidError, match="allowed is"):
        one.leaderboards.add(*names, 1)
    with pytest.raises(InvalidError, match="allowed is"):
        one.leaderboards.remove(*names)
    assert len(world.scan("test-state")) == waiting


def test_when_scores_were_set_is_forgotten_with_a_board_that_nobody_uses(one: Process, real_redis: RealRedis) -> None:
    one.leaderboards.put("week", "ada", 1)

    key = "board:1:{week}:set_at"
    assert 0 < real_redis.operator(key).ttl(key) <= REMEMBERED_SECONDS


@pytest.mark.parametrize(("first", "count"), [(0, 10), (1, 0), (1, 1001)])
def test_a_range_that_is_none_is_refused(one: Process, first: int, count: int) -> None:
    with pytest.raises(InvalidError, match="allowed are 1 to 1000"):
        one.leaderboards.top("week", first=first, count=count)


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    scores=st.dictionaries(
        st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=5),
        st.floats(allow_nan=False, allow_infinity=False),
        min_size=1,
        max_size=8,
    ),
    board=st.integers(0, 10**12),
)
def test_the_order_is_that_of_scores_and_then_of_names(one: Process, scores: dict[str, float], board: int) -> None:
    for member, score in scores.items():
        one.leaderboards.put(f"board {board}", member, score)

    found = one.leaderboards.top(f"board {board}", count=1000)

    in_order = sorted(scores.items(), key=lambda each: (each[1], each[0].encode()), reverse=True)
    assert [(standing.member, standing.score) for standing in found if standing.member in scores] == in_order
