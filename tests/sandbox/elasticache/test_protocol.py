from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

import pytest
from botocore.parsers import create_parser
from botocore.serialize import create_serializer
from hypothesis import given
from hypothesis import strategies as st

from sandbox.elasticache import protocol
from sandbox.elasticache.protocol import ServiceError

TEXTS = st.text(st.characters(exclude_categories=["Cc", "Cs", "Co", "Cn"]), min_size=1, max_size=20)


def sent(action: str, parameters: dict[str, Any]) -> dict[str, str]:
    """The form that an AWS SDK sends."""
    operation = protocol.model().operation_model(action)
    body = create_serializer("query").serialize_to_request(parameters, operation)["body"]
    return {name: str(value) for name, value in dict(body).items()}


def received(action: str, body: bytes, status: int = 200) -> dict[str, Any]:
    """What an AWS SDK makes of an answer."""
    shape: Any = protocol.model().operation_model(action).output_shape
    answer: dict[str, Any] = create_parser("query").parse({"body": body, "headers": {}, "status_code": status}, shape)
    return answer


@given(
    group_id=TEXTS,
    multi_az=st.booleans(),
    shards=st.integers(1, 90),
    tags=st.lists(st.fixed_dictionaries({"Key": TEXTS, "Value": TEXTS}), min_size=1, max_size=3),
    log_group=TEXTS,
)
def test_what_an_sdk_sends_is_understood(
    *, group_id: str, multi_az: bool, shards: int, tags: list[dict[str, str]], log_group: str
) -> None:
    parameters = {
        "ReplicationGroupId": group_id,
        "ReplicationGroupDescription": "cache",
        "MultiAZEnabled": multi_az,
        "NumNodeGroups": shards,
        "Tags": tags,
        "LogDeliveryConfigurations": [
            {"LogType": "slow-log", "DestinationDetails": {"CloudWatchLogsDetails": {"LogGroup": log_group}}}
        ],
    }

    assert protocol.parse("CreateReplicationGroup", sent("CreateReplicationGroup", parameters)) == parameters


@pytest.mark.parametrize("name", ["SecurityGroupIds.SecurityGroupId", "SecurityGroupIds.member"])
def test_list_items_may_have_either_name(name: str) -> None:
    parsed = protocol.parse("CreateReplicationGroup", {f"{name}.1": "sg-1", f"{name}.2": "sg-2"})

    assert parsed == {"SecurityGroupIds": ["sg-1", "sg-2"]}


def test_times_are_understood() -> None:
    parsed = protocol.parse("DescribeEvents", {"StartTime": "2026-01-01T00:00:00Z"})

    assert parsed == {"StartTime": datetime(2026, 1, 1, tzinfo=UTC).timestamp()}


@given(message=TEXTS, source=TEXTS)
def test_what_is_answered_is_understood_by_an_sdk(message: str, source: str) -> None:
    event = {"SourceIdentifier": source, "SourceType": "cache-cluster", "Message": message, "Date": 1700000000.125}

    answer = received("DescribeEvents", protocol.render("DescribeEvents", {"Events": [event], "Marker": None}))

    assert answer["Events"] == [{**event, "Date": datetime.fromtimestamp(1700000000.125, UTC)}]
    assert "Marker" not in answer


def test_what_the_model_does_not_know_is_left_out() -> None:
    body = protocol.render("DescribeUsers", {"Users": [{"UserId": "a", "PasswordHashes": ["hash"]}]})

    assert b"hash" not in body


def test_an_empty_list_is_an_empty_list() -> None:
    assert received("DescribeUsers", protocol.render("DescribeUsers", {"Users": []}))["Users"] == []


def test_an_error_has_the_code_and_status_of_the_service() -> None:
    fault = ServiceError("APICallRateForCustomerExceededFault", "too <often>")

    answer = received("TestFailover", protocol.render_error(fault), fault.status)

    assert answer["Error"] == {"Type": "Sender", "Code": "APICallRateForCustomerExceeded", "Message": "too <often>"}
    assert fault.status == 400


def test_forms_are_parsed_as_they_come_over_the_wire() -> None:
    form = dict(parse_qsl("Action=CreateUser&UserId=a&NoPasswordRequired=TRUE&Passwords.member.1=x"))

    assert protocol.parse("CreateUser", form) == {"UserId": "a", "NoPasswordRequired": True, "Passwords": ["x"]}
