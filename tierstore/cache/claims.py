"""Claims to load a copy, which end soon after their holder has died, but not while it is at work."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from threading import Lock
from typing import Final

from tierstore.cache.scripts import LOCK_SECONDS, Keys, prolong
from tierstore.core.deadlines import within_deadline
from tierstore.core.effects import InBackground, Plan, Result, Sleep
from tierstore.core.processes import PerProcess
from tierstore.redis.effects import RedisBatch, RedisRequest

HELD_SECONDS: Final = 30.0
"""How long a load may keep its claim, and others waiting, at the most: longer than a read of a table with all its
retries. Where the loader has a deadline, no longer than that."""
_LOOK_SECONDS: Final = 0.1
"""Between two looks at what is claimed, and so the time for which a storage that is closed may have to wait."""
_PROLONGED_AFTER: Final = LOCK_SECONDS / 4
"""Leaves a loader that gets no processor time three more chances."""


@dataclass
class _Held:
    """One claim."""

    keys: Keys
    until: float
    """Epoch seconds."""
    prolonged_at: float


@dataclass
class _OfProcess:
    """What a process holds; `is_kept` while somebody prolongs it."""

    by_token: dict[str, _Held] = field(default_factory=dict)
    is_kept: bool = False
    lock: Lock = field(default_factory=Lock)


class Claims:
    """The claims of this process, prolonged together in the background while there are any."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._of_process = PerProcess(_OfProcess)

    def holding(self, keys: Keys, token: str, plan: Plan[Result]) -> Plan[Result]:
        """Run the plan that loads what the token has claimed, and hold the claim meanwhile."""
        held, now = self._of_process(), self._clock()
        with held.lock:
            held.by_token[token] = _Held(keys, until=now + within_deadline(HELD_SECONDS), prolonged_at=now)
            is_first, held.is_kept = not held.is_kept, True
        try:
            if is_first:
                yield InBackground(key=("prolong claims", token), plan=self._prolong(held))
            return (yield from plan)
        finally:
            with held.lock:
                del held.by_token[token]

    def _prolong(self, held: _OfProcess) -> Plan[None]:
        try:
            while True:
                yield Sleep(seconds=_LOOK_SECONDS)
                with held.lock:
                    if not held.by_token:
                        held.is_kept = False
                        return
                    due = tuple(self._due(held))
                if due:
                    # What fails is tried again at the next look, or the claim ends.
                    yield RedisBatch(requests=due)
        except BaseException:
            held.is_kept = False
            raise

    def _due(self, held: _OfProcess) -> Iterator[RedisRequest]:
        now = self._clock()
        for token, claim in held.by_token.items():
            if claim.prolonged_at + _PROLONGED_AFTER <= now < claim.until:
                claim.prolonged_at = now
                yield prolong(claim.keys, token=token)
