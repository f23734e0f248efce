"""What an effect asks for, in a few words that hold no key and no value."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, NamedTuple

import msgspec

from tierstore.aws_json.sockets import MAXIMUM_CONNECTIONS
from tierstore.core.effects import Effect
from tierstore.dynamodb.effects import DynamoDBRequest
from tierstore.errors import StorageError
from tierstore.observability.metrics import Tier
from tierstore.redis.effects import MAXIMUM_REQUESTS, RedisBatch, RedisRequest, RedisScan, RedisValues
from tierstore.s3.effects import CONNECTIONS, S3Request

LIMITS: Final[Mapping[Tier, int]] = {
    Tier.DYNAMODB: MAXIMUM_CONNECTIONS,
    Tier.S3: CONNECTIONS,
    Tier.REDIS: MAXIMUM_REQUESTS,
}
"""Requests that a process has under way at once."""


class Request(NamedTuple):
    """A request to one of the tiers."""

    tier: Tier
    name: str
    targets: tuple[str, ...] = ()
    size: int = 1
    waits: bool = False
    """Whether it waits for something to come."""


def described(effect: Effect[Any]) -> Request | None:
    """The request that an effect is; None for one that asks no tier: a pause, a signature, work on local files."""
    describe = _DESCRIPTIONS.get(type(effect))
    return None if describe is None else describe(effect)


def first_failure(effect: Effect[Any], answer: Any) -> StorageError | None:
    """The first error in the answer of a batch, which is answered with errors instead of raising them."""
    if not isinstance(effect, RedisBatch | RedisValues):
        return None
    return next((each for each in answer if isinstance(each, StorageError)), None)


def _commands(requests: Iterable[RedisRequest]) -> str:
    return " ".join(sorted({str(request.command[0]) for request in requests}))


def _tables(document: Mapping[str, Any]) -> tuple[str, ...]:
    if "TableName" in document:
        return (document["TableName"],)
    if "RequestItems" in document:
        return tuple(document["RequestItems"])
    entries = document.get("TransactItems", ())
    return tuple(sorted({part["TableName"] for entry in entries for part in entry.values()}))


_DESCRIPTIONS: Final[Mapping[type[Effect[Any]], Callable[[Any], Request]]] = {
    DynamoDBRequest: lambda effect: Request(Tier.DYNAMODB, effect.action, _tables(effect.document)),
    RedisRequest: lambda effect: Request(Tier.REDIS, str(effect.command[0]), waits=effect.waits > 0),
    RedisBatch: lambda effect: Request(Tier.REDIS, _commands(effect.requests), size=len(effect.requests)),
    RedisValues: lambda effect: Request(Tier.REDIS, "GET", size=len(effect.keys)),
    RedisScan: lambda _: Request(Tier.REDIS, "SCAN"),
    S3Request: lambda effect: Request(Tier.S3, effect.action, (str(effect.parameters["Bucket"]),)),
}


class _Consumed(msgspec.Struct):
    CapacityUnits: float = 0.0


class _Answer(msgspec.Struct):
    ConsumedCapacity: _Consumed | list[_Consumed] | None = None


_decode_consumed: Final = msgspec.json.Decoder(_Answer).decode
_READS: Final = frozenset({"GetItem", "BatchGetItem", "Query", "Scan", "TransactGetItems"})


class Meter:
    """Notes the capacity units that one request to DynamoDB consumes."""

    def __init__(self) -> None:
        self.read_units = self.write_units = 0.0

    def metered(self, effect: Effect[Any]) -> Effect[Any]:
        """The same request, asked to tell its consumed capacity; effects of other tiers are left as they are."""
        if not isinstance(effect, DynamoDBRequest):
            return effect
        decode, is_read = effect.decode, effect.action in _READS

        def decode_and_note(body: bytes) -> Any:
            units = _units(body)
            if is_read:
                self.read_units += units
            else:
                self.write_units += units
            return decode(body)

        document = {"ReturnConsumedCapacity": "TOTAL", **effect.document}
        return DynamoDBRequest(action=effect.action, document=document, decode=decode_and_note)


def _units(body: bytes) -> float:
    consumed = _decode_consumed(body).ConsumedCapacity
    if consumed is None:
        return 0.0
    return sum(each.CapacityUnits for each in consumed) if isinstance(consumed, list) else consumed.CapacityUnits
