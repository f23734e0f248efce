"""A transport is made once, when the first of its effects comes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from tierstore.core.effects import Effect
from tierstore.core.transports import Transport, Transports


@dataclass(frozen=True, kw_only=True)
class Get(Effect[str]):
    key: str


@dataclass(frozen=True, kw_only=True)
class Put(Effect[None]):
    key: str


@dataclass(frozen=True, kw_only=True)
class Unheard(Effect[None]):
    pass


class Recorder:
    made = 0

    def __init__(self) -> None:
        type(self).made += 1

    def carry_out(self, effect: Any) -> str:
        return f"{type(effect).__name__} {effect.key}"

    def close(self) -> None:
        raise AssertionError("not closed here")


@pytest.fixture
def transports() -> Transports[Transport]:
    Recorder.made = 0
    return Transports({Get: Recorder, Put: Recorder})


def test_nothing_is_made_before_it_is_needed(transports: Transports[Transport]) -> None:
    assert (transports.made, Recorder.made) == ((), 0)


def test_effects_that_share_a_maker_share_a_transport(transports: Transports[Transport]) -> None:
    answers = [
        transports.carry_out(Get(key="a")),
        transports.carry_out(Put(key="b")),
        transports.carry_out(Get(key="c")),
    ]

    assert answers == ["Get a", "Put b", "Get c"]
    assert (len(transports.made), Recorder.made) == (1, 1)


def test_an_effect_without_a_transport_is_a_programming_error(transports: Transports[Transport]) -> None:
    with pytest.raises(KeyError):
        transports.carry_out(Unheard())
