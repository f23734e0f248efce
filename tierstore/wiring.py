"""Which transports carry out a storage's effects.

Each is imported and made when the first of its effects comes, so that a process pays for the tiers that it uses.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from tierstore.connection import Connection
from tierstore.core.effects import Effect
from tierstore.core.processes import PerProcess
from tierstore.core.transports import AsyncTransport, Transport
from tierstore.dynamodb.effects import DynamoDBRequest
from tierstore.model.key_spaces import KEY_SPACES
from tierstore.redis.effects import RedisBatch, RedisRequest, RedisScan, RedisValues
from tierstore.redis.groups import AsyncRedisGroups, Homes, RedisGroups
from tierstore.resilience.breaker import Breaker
from tierstore.resilience.guarded import AsyncGuarded, Guarded
from tierstore.s3.effects import DiskWork, S3Request, SignedForm, SignedUrl

if TYPE_CHECKING:
    from tierstore.aws import Aws

Maker = TypeVar("Maker", bound=Callable[[], Any])


def transport_makers(connection: Connection, *, use_boto3: bool) -> Mapping[type[Effect[Any]], Callable[[], Transport]]:
    """Makers of blocking transports by effect; `use_boto3` takes boto3's client for DynamoDB instead of our own."""
    aws = _shared_aws(connection)

    def dynamodb() -> Transport:
        if use_boto3:
            from tierstore.dynamodb.boto3_transport import Boto3Transport  # noqa: PLC0415 - see the module

            return Guarded(Boto3Transport(aws()), _breaker("DynamoDB"), request=DynamoDBRequest)
        from tierstore.dynamodb.transport import DynamoDBTransport  # noqa: PLC0415 - see the module

        return Guarded(DynamoDBTransport(aws()), _breaker("DynamoDB"), request=DynamoDBRequest)

    def redis() -> Transport:
        from tierstore.redis.transport import RedisTransport  # noqa: PLC0415 - see the module

        main = RedisTransport(aws(), connection.redis)
        if not connection.separate_redis:
            return main
        separate = {use: RedisTransport(aws(), group) for use, group in connection.separate_redis.items()}
        return RedisGroups(Homes[Transport].of(main, separate, KEY_SPACES))

    def s3() -> Transport:
        from tierstore.s3.transport import S3Transport  # noqa: PLC0415 - see the module

        return Guarded(S3Transport(aws()), _breaker("S3"), request=S3Request)

    return _by_effect(dynamodb, redis, s3)


def async_transport_makers(connection: Connection) -> Mapping[type[Effect[Any]], Callable[[], AsyncTransport]]:
    """Makers of transports for asyncio by effect."""
    aws = _shared_aws(connection)

    def dynamodb() -> AsyncTransport:
        from tierstore.dynamodb.transport import AsyncDynamoDBTransport  # noqa: PLC0415 - see the module

        return AsyncGuarded(AsyncDynamoDBTransport(aws()), _breaker("DynamoDB"), request=DynamoDBRequest)

    def redis() -> AsyncTransport:
        from tierstore.redis.asyncio_transport import AsyncRedisTransport  # noqa: PLC0415 - see the module

        main = AsyncRedisTransport(aws(), connection.redis)
        if not connection.separate_redis:
            return main
        separate = {use: AsyncRedisTransport(aws(), group) for use, group in connection.separate_redis.items()}
        return AsyncRedisGroups(Homes[AsyncTransport].of(main, separate, KEY_SPACES))

    def s3() -> AsyncTransport:
        from tierstore.s3.transport import ThreadedS3Transport  # noqa: PLC0415 - see the module

        return AsyncGuarded(ThreadedS3Transport(aws()), _breaker("S3"), request=S3Request)

    return _by_effect(dynamodb, redis, s3)


def _breaker(service: str) -> Breaker:
    """Of a service that heals its own nodes: open only while all of it is away, and for half a second at a time.

    Redis has a breaker for each node, within its transport.
    """
    return Breaker(service, failures=10, failing_seconds=1.0, rest_seconds=0.5)


def _by_effect(dynamodb: Maker, redis: Maker, s3: Maker) -> Mapping[type[Effect[Any]], Maker]:
    return {
        DynamoDBRequest: dynamodb,
        RedisRequest: redis,
        RedisBatch: redis,
        RedisValues: redis,
        RedisScan: redis,
        S3Request: s3,
        SignedUrl: s3,
        SignedForm: s3,
        DiskWork: s3,
    }


def _shared_aws(connection: Connection) -> PerProcess[Aws]:
    def make() -> Aws:
        from tierstore.aws import Aws  # noqa: PLC0415 - see the module

        return Aws(connection)

    return PerProcess(make)
