"""The same operations in asyncio, over a real Redis."""

from __future__ import annotations

import asyncio
from typing import Any

from tests.tierstore.cache.conducting import Article, TableRead, load
from tests.tierstore.real_redis import RealRedis
from tierstore import AsyncStorage
from tierstore.aws import Aws
from tierstore.cache.entity_cache import EntityCache
from tierstore.core.context import Context
from tierstore.core.effects import Effect
from tierstore.core.runners import AsyncRunner
from tierstore.realtime.rate_limits import RateLimit
from tierstore.redis.asyncio_transport import AsyncRedisTransport


def test_operations_of_redis_are_awaited(real_redis: RealRedis) -> None:
    async def main() -> None:
        async with AsyncStorage(real_redis.connection) as storage:
            once = RateLimit(name="once", permits=1, seconds=3600)
            decisions = await asyncio.gather(*(storage.limits.take(once, "ada") for _ in range(20)))
            assert sum(decision.allowed for decision in decisions) == 1

            await asyncio.gather(*(storage.leaderboards.add("week", "ada", 1) for _ in range(50)))
            (ada,) = await storage.leaderboards.top("week")
            assert ada.score == 50

            waiting = asyncio.ensure_future(storage.changes.follow("contents", wait_seconds=20))
            await storage.changes.publish("contents", "any", 1)
            assert [change.body for change in (await waiting).items] == [1]

    asyncio.run(main())


def test_a_herd_of_tasks_loads_once(real_redis: RealRedis) -> None:
    article = Article(id="a", title="first", version=1)
    loads = 0

    async def main() -> list[Any]:
        transport = AsyncRedisTransport(Aws(real_redis.connection), real_redis.connection.redis)

        async def carry_out(effect: Effect[Any]) -> Any:
            nonlocal loads
            if isinstance(effect, TableRead):
                loads += 1
                await asyncio.sleep(0.2)
                return article
            return await transport.carry_out(effect)  # type: ignore[arg-type]

        runner = AsyncRunner(carry_out)
        cache = EntityCache(Context(connection=real_redis.connection))
        articles = await asyncio.gather(*(runner.run(cache.get(Article, {"id": "a"}, load)) for _ in range(300)))
        await transport.close()
        return articles

    assert asyncio.run(main()) == [article] * 300
    assert loads == 1


def test_a_task_that_is_cancelled_over_a_request_leaves_no_reply_to_the_next(real_redis: RealRedis) -> None:
    async def main() -> None:
        async with AsyncStorage(real_redis.connection) as storage:
            await storage.leaderboards.put("week", "ada", 1)
            for _ in range(20):
                task = asyncio.ensure_future(storage.leaderboards.rank("week", "nobody"))
                await asyncio.sleep(0)
                await asyncio.sleep(0)
                task.cancel()
                (ada,) = await storage.leaderboards.top("week")
                assert ada.member == "ada"

    asyncio.run(main())
