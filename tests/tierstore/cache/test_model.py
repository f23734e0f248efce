"""Two processes with one cache and one table behave like a dictionary, whatever happens in between."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from tests.tierstore.cache.processes import Clock, Process, Table
from tests.tierstore.real_redis import RealRedis
from tierstore.aws import Aws
from tierstore.redis.effects import RedisRequest
from tierstore.redis.transport import RedisTransport

IDS = st.sampled_from(["a", "b", "c"])
PROCESSES = st.sampled_from([0, 1])


class CacheAgainstDictionary(RuleBasedStateMachine):
    """What a process reads is what was written last, unless the writer was cut off and could not tell."""

    redis: RealRedis
    vandal: RedisTransport
    rounds = 0

    @initialize()
    def begin(self) -> None:
        type(self).rounds += 1
        self.table, self.clock = Table(), Clock()
        self.processes = tuple(Process(self.redis.connection, self.table, self.clock) for _ in range(2))
        self.titles: dict[str, str] = {}
        self.untold: set[str] = set()
        """Written by a process that was cut off: the other may read an older copy until it is told."""

    def name(self, each: str) -> str:
        # Every round has items of its own, so that nothing of an earlier one lies in Redis.
        return f"{self.rounds}-{each}"

    @rule(process=PROCESSES, each=IDS, title=st.text(max_size=3))
    def write(self, process: int, each: str, title: str) -> None:
        self.processes[process].write(self.name(each), title)
        self.titles[each] = title
        self._note(process, each)

    @rule(process=PROCESSES, each=IDS)
    def delete(self, process: int, each: str) -> None:
        if each in self.titles:
            self.processes[process].delete(self.name(each))
            del self.titles[each]
            self._note(process, each)

    @rule(process=PROCESSES, each=IDS)
    def read(self, process: int, each: str) -> None:
        article = self.processes[process].read(self.name(each))
        self._check(each, None if article is None else article.title)

    @rule(process=PROCESSES)
    def read_many(self, process: int) -> None:
        for each, article in zip("abc", self.processes[process].read_many([self.name(x) for x in "abc"]), strict=True):
            self._check(each, None if article is None else article.title)

    @rule(each=IDS, rubbish=st.binary(max_size=40))
    def corrupt(self, each: str, rubbish: bytes) -> None:
        key = f"entity:1:{{article:{self.name(each)}}}"
        self.vandal.carry_out(RedisRequest(key=key, command=("SET", key, rubbish, "XX")))

    @rule(seconds=st.sampled_from([15, 85, 120]))
    def pass_time(self, seconds: int) -> None:
        self.clock.added += timedelta(seconds=seconds)

    @rule(process=PROCESSES)
    def cut_off(self, process: int) -> None:
        self.processes[process].is_cut_off = True

    @rule(process=PROCESSES)
    def reconnect(self, process: int) -> None:
        self.processes[process].is_cut_off = False

    @rule()
    def settle(self) -> None:
        self.clock.added += timedelta(seconds=1)
        for process in self.processes:
            process.is_cut_off = False
            process.read(self.name("a"))
            process.settle()
        self.untold.clear()

    def teardown(self) -> None:
        for process in getattr(self, "processes", ()):
            process.close()

    def _note(self, process: int, each: str) -> None:
        if self.processes[process].is_cut_off:
            self.untold.add(each)
        else:
            self.untold.discard(each)

    def _check(self, each: str, title: str | None) -> None:
        if each not in self.untold:
            assert title == self.titles.get(each)


def test_two_processes_read_what_was_written_last(real_redis: RealRedis) -> None:
    CacheAgainstDictionary.redis = real_redis
    CacheAgainstDictionary.vandal = RedisTransport(Aws(real_redis.connection), real_redis.connection.redis)
    run_state_machine_as_test(CacheAgainstDictionary, settings=settings(max_examples=40, stateful_step_count=25))
    CacheAgainstDictionary.vandal.close()
