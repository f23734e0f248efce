"""A deadline bounds whatever happens inside it, and an inner one never extends it."""

from __future__ import annotations

from tierstore.core.deadlines import deadline, remaining, within_deadline


def test_without_a_deadline_time_is_not_limited() -> None:
    assert remaining() is None
    assert within_deadline(5.0) == 5.0


def test_an_inner_deadline_shortens_the_outer_one_for_its_block() -> None:
    with deadline(100):
        with deadline(1):
            assert within_deadline(5.0) <= 1
        assert 1 < within_deadline(50.0) <= 50


def test_an_inner_deadline_never_extends_the_outer_one() -> None:
    with deadline(1), deadline(100):
        assert within_deadline(5.0) <= 1


def test_after_the_deadline_nothing_is_left() -> None:
    with deadline(-1):
        assert within_deadline(5.0) == 0
