"""What a request is called says nothing of its keys; what it consumed is read from DynamoDB's answer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.tierstore.dynamodb.conftest import CONNECTION
from tierstore.core.effects import Effect, Sleep
from tierstore.dynamodb.effects import DynamoDBRequest, as_document
from tierstore.errors import UnavailableError
from tierstore.observability.metrics import Tier
from tierstore.observability.requests import Meter, Request, described, first_failure
from tierstore.redis.effects import RedisBatch, RedisRequest, RedisScan, RedisValues
from tierstore.s3.effects import DiskWork, S3Request, SignedForm, SignedUrl
from tierstore.wiring import transport_makers


def request(action: str, document: dict[str, Any]) -> DynamoDBRequest[Any]:
    return DynamoDBRequest(action=action, document=document, decode=as_document)


TABLE_GET = request("GetItem", {"TableName": "core", "Key": {}})
HEAD = S3Request(action="HeadObject", parameters={"Bucket": "uploads", "Key": "secret"})
GET = RedisRequest(key="secret", command=("GET", "secret"))
SET = RedisRequest(key="secret", command=("SET", "secret", "value"))


@pytest.mark.parametrize(
    ("effect", "expected"),
    [
        (TABLE_GET, Request(Tier.DYNAMODB, "GetItem", ("core",))),
        (
            request("BatchGetItem", {"RequestItems": {"core": {}, "state": {}}}),
            Request(Tier.DYNAMODB, "BatchGetItem", ("core", "state")),
        ),
        (
            request(
                "TransactWriteItems",
                {"TransactItems": [{"Put": {"TableName": "core"}}, {"Delete": {"TableName": "core"}}]},
            ),
            Request(Tier.DYNAMODB, "TransactWriteItems", ("core",)),
        ),
        (GET, Request(Tier.REDIS, "GET")),
        (RedisRequest(key="a", command=("XREAD", "a"), waits=1.0), Request(Tier.REDIS, "XREAD", waits=True)),
        (RedisValues(keys=("a", "b", "c")), Request(Tier.REDIS, "GET", size=3)),
        (RedisBatch(requests=(SET, GET, GET)), Request(Tier.REDIS, "GET SET", size=3)),
        (RedisScan(pattern="secret*"), Request(Tier.REDIS, "SCAN")),
        (HEAD, Request(Tier.S3, "HeadObject", ("uploads",))),
        (Sleep(seconds=1), None),
        (DiskWork(work=Path.cwd), None),
    ],
)
def test_an_effect_is_described_without_keys_and_values(effect: Effect[Any], expected: Request | None) -> None:
    assert described(effect) == expected


def test_every_effect_that_a_transport_carries_out_is_a_request_or_asks_no_service() -> None:
    examples = (GET, RedisBatch(requests=(GET,)), RedisValues(keys=("a",)), RedisScan(pattern="a"), TABLE_GET, HEAD)
    requests = {type(effect) for effect in examples if described(effect) is not None}

    assert transport_makers(CONNECTION, use_boto3=False).keys() - requests == {SignedUrl, SignedForm, DiskWork}


def test_only_a_batch_is_answered_with_errors() -> None:
    error = UnavailableError("gone")

    assert first_failure(RedisValues(keys=("a", "b")), [b"1", error]) is error
    assert first_failure(RedisBatch(requests=(GET,)), [b"1"]) is None
    assert first_failure(GET, [error]) is None


@pytest.mark.parametrize(
    ("body", "units"),
    [
        (b'{"ConsumedCapacity":{"TableName":"core","CapacityUnits":1.5},"Item":{"a":{"S":"b"}}}', 1.5),
        (b'{"ConsumedCapacity":[{"CapacityUnits":1.0},{"CapacityUnits":2.0}],"Responses":{}}', 3.0),
        (b"{}", 0.0),
    ],
)
def test_a_meter_adds_up_what_was_consumed(body: bytes, units: float) -> None:
    meter = Meter()

    metered = meter.metered(request("BatchGetItem", {"RequestItems": {}}))
    assert isinstance(metered, DynamoDBRequest)
    answer = metered.decode(body)

    assert answer == as_document(body)
    assert (meter.read_units, meter.write_units) == (units, 0.0)


def test_effects_of_other_tiers_have_no_meter() -> None:
    assert Meter().metered(GET) is GET
