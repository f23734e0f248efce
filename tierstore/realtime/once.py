"""Changes in Redis that take effect once, however often their request is tried."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from tierstore.redis.effects import Argument, RedisRequest
from tierstore.redis.scripts import Script

REMEMBERED_SECONDS: Final = 7 * 24 * 3600
"""How long an answer is remembered that may not have arrived: longer than a write waits until Redis is back."""


class OnceScript:
    """A Lua script whose answer, a text or a number, is remembered under a key of its own and given again.

    In `source`, an expression, the caller's keys begin at `KEYS[2]` and its arguments at `ARGV[2]`.
    """

    def __init__(self, source: str) -> None:
        self._script = Script(f"""
local answered = redis.call('GET', KEYS[1])
if answered then
  return answered
end
local answer = {source}
redis.call('SET', KEYS[1], answer, 'EX', ARGV[1])
return redis.call('GET', KEYS[1])
""")

    def on(self, done: str, keys: Sequence[str], *arguments: Argument) -> RedisRequest:
        """The request; `done` is the key that only its repetitions share. A replica has it when it is answered."""
        return self._script.on((done, *keys), REMEMBERED_SECONDS, *arguments, replicated=True)
