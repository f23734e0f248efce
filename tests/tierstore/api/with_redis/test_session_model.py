"""Sessions of two processes behave like a dictionary of secrets, whatever happens in between."""

from __future__ import annotations

from datetime import datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from tests.tierstore.api.with_redis.tiers import Process
from tests.tierstore.dynamodb.conftest import World
from tests.tierstore.real_redis import RealRedis

IDLE, ABSOLUTE = timedelta(minutes=30), timedelta(minutes=100)
PROCESSES = st.sampled_from([0, 1])
USERS = st.sampled_from(["ada", "bob"])


class Expected:
    """What is known of a session that was started."""

    def __init__(self, user: str, now: datetime) -> None:
        self.user = user
        self.used_at = now
        self.ends_at = now + ABSOLUTE
        self.data: dict[str, int] = {}


class SessionsAgainstDictionary(RuleBasedStateMachine):
    """A session is there until it is ended or unused for its idle time; one that is used late may be there or not."""

    world: World
    processes: tuple[Process, Process]
    redis: RealRedis
    rounds = 0
    secrets = Bundle("secrets")

    @initialize()
    def begin(self) -> None:
        type(self).rounds += 1
        self.live: dict[str, Expected] = {}

    @rule(target=secrets, process=PROCESSES, user=USERS)
    def start(self, process: int, user: str) -> str:
        signed_in = self.processes[process].sessions.start(
            self._user(user),
            idle_seconds=round(IDLE.total_seconds()),
            absolute_seconds=round(ABSOLUTE.total_seconds()),
        )
        self.live[signed_in.secret] = Expected(user, self.world.moment)
        return signed_in.secret

    @rule(process=PROCESSES, secret=secrets)
    def get(self, process: int, secret: str) -> None:
        found = self.processes[process].sessions.get(secret)
        self._settle(secret, is_found=found is not None)
        if found is not None:
            assert found.data == self.live[secret].data

    @rule(process=PROCESSES, secret=secrets, value=st.integers(0, 5))
    def update(self, process: int, secret: str, value: int) -> None:
        self.get(process, secret)
        if secret in self.live:
            self.processes[process].sessions.update(secret, value=value)
            self.live[secret].data["value"] = value

    @rule(target=secrets, process=PROCESSES, secret=secrets)
    def rotate(self, process: int, secret: str) -> str:
        self.get(process, secret)
        if secret not in self.live:
            return secret
        rotated = self.processes[process].sessions.rotate(secret)
        self.live[rotated.secret] = self.live.pop(secret)
        return rotated.secret

    @rule(process=PROCESSES, secret=secrets)
    def end(self, process: int, secret: str) -> None:
        self.processes[process].sessions.end(secret)
        self.live.pop(secret, None)

    @rule(process=PROCESSES, user=USERS)
    def end_all(self, process: int, user: str) -> None:
        self.processes[process].sessions.end_all(self._user(user))
        self.live = {secret: expected for secret, expected in self.live.items() if expected.user != user}

    @rule()
    def lose_redis(self) -> None:
        self.redis.empty()

    @rule(minutes=st.sampled_from([1, 10, 29, 40]))
    def pass_time(self, minutes: int) -> None:
        self.world.pass_by(minutes=minutes)

    def _settle(self, secret: str, *, is_found: bool) -> None:
        expected = self.live.get(secret)
        now = self.world.moment
        if expected is None:
            assert not is_found
            return
        idle = now - expected.used_at
        if now < expected.ends_at and idle < IDLE:
            assert is_found
        # An expiry is kept by the second, and up to a tenth of the idle time late.
        if now > expected.ends_at + timedelta(seconds=1) or idle > IDLE * 1.1 + timedelta(seconds=1):
            assert not is_found
        if is_found:
            expected.used_at = now
        else:
            del self.live[secret]

    def _user(self, name: str) -> str:
        return f"{name} {self.rounds}"


def test_sessions_are_there_exactly_as_long_as_they_should(
    processes: tuple[Process, Process], world: World, real_redis: RealRedis
) -> None:
    SessionsAgainstDictionary.processes = processes
    SessionsAgainstDictionary.world = world
    SessionsAgainstDictionary.redis = real_redis
    run_state_machine_as_test(SessionsAgainstDictionary, settings=settings(max_examples=25, stateful_step_count=20))
