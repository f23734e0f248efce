"""CloudWatch as Terraform's provider (Query) and boto3 (JSON) ask for it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError
from botocore.httpsession import URLLib3Session

from tests.sandbox.conftest import Sandbox

pytestmark = pytest.mark.integration

QUERIES: list[dict[str, Any]] = [
    {
        "Id": f"m{number}",
        "MetricStat": {
            "Metric": {"Namespace": "Test", "MetricName": name, "Dimensions": [{"Name": "Node", "Value": "one"}]},
            "Period": 60,
            "Stat": "Sum",
        },
        "ReturnData": False,
    }
    for number, name in enumerate(("Hits", "Misses"), start=1)
]
SHARE: dict[str, Any] = {"Id": "value", "Expression": "100 * m1 / (m1 + m2)", "Label": "hits", "ReturnData": True}


@pytest.fixture
def cloudwatch(sandbox: Sandbox) -> Iterator[Any]:
    """A client of a region without alarms."""
    client = sandbox.client("cloudwatch", region="eu-north-1")
    yield client
    found = client.describe_alarms(AlarmTypes=["MetricAlarm", "CompositeAlarm"])
    for kind in ("CompositeAlarms", "MetricAlarms"):
        client.delete_alarms(AlarmNames=[alarm["AlarmName"] for alarm in found[kind]])


def put(cloudwatch: Any, name: str, value: float, *, node: str, at: float | None = None) -> None:
    datum = {
        "MetricName": name,
        "Value": value,
        "Dimensions": [{"Name": "Node", "Value": node}],
        "Timestamp": time.time() if at is None else at,
    }
    cloudwatch.put_metric_data(Namespace="Test", MetricData=[datum])


def put_alarm(cloudwatch: Any, name: str, **changes: Any) -> None:
    settings = {
        "Namespace": "Test",
        "MetricName": "Load",
        "Dimensions": [{"Name": "Node", "Value": "one"}],
        "Statistic": "Maximum",
        "Period": 60,
        "EvaluationPeriods": 1,
        "Threshold": 10,
        "ComparisonOperator": "GreaterThanThreshold",
        "TreatMissingData": "notBreaching",
        **changes,
    }
    cloudwatch.put_metric_alarm(AlarmName=name, **settings)


def described(cloudwatch: Any, name: str) -> dict[str, Any]:
    (alarm,) = cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"]
    found: dict[str, Any] = alarm
    return found


def test_a_definition_comes_back_as_it_was_given(cloudwatch: Any) -> None:
    put_alarm(cloudwatch, "load", AlarmDescription="a & b", Unit="Percent")

    alarm = described(cloudwatch, "load")

    assert alarm["Namespace"] == "Test"
    assert alarm["AlarmDescription"] == "a & b"
    assert alarm["Dimensions"] == [{"Name": "Node", "Value": "one"}]
    assert alarm["StateValue"] == "OK"


def test_an_expression_comes_back_without_a_period_of_its_own(cloudwatch: Any) -> None:
    cloudwatch.put_metric_alarm(
        AlarmName="share",
        Metrics=[*QUERIES, SHARE],
        EvaluationPeriods=1,
        Threshold=50,
        ComparisonOperator="LessThanThreshold",
    )

    alarm = described(cloudwatch, "share")

    assert alarm["Metrics"] == [*QUERIES, SHARE]
    assert "Period" not in alarm
    assert "Statistic" not in alarm


def test_query_requests_are_answered_in_full(sandbox: Sandbox, cloudwatch: Any) -> None:
    put_alarm(cloudwatch, "load", AlarmDescription="a & b")

    status, body = queried(sandbox, Action="DescribeAlarms", **{"AlarmNames.member.1": "load"})

    assert status == 200
    alarm = ET.fromstring(body).find(".//{*}MetricAlarms/{*}member")
    assert alarm is not None
    assert alarm.findtext("{*}AlarmDescription") == "a & b"
    assert alarm.findtext("{*}Dimensions/{*}member/{*}Value") == "one"
    assert alarm.findtext("{*}TreatMissingData") == "notBreaching"


def test_query_requests_are_refused_with_their_error(sandbox: Sandbox) -> None:
    status, body = queried(sandbox, Action="GetDashboard", DashboardName="none")

    assert status == 404
    assert ET.fromstring(body).findtext(".//{*}Code") == "ResourceNotFound"


def queried(sandbox: Sandbox, **form: str) -> tuple[int, bytes]:
    """Ask in the Query protocol, as Terraform's provider does."""
    connection = sandbox.connection
    request = AWSRequest("POST", connection.endpoint, data=form)
    credentials = Credentials(connection.access_key_id, connection.secret_access_key)
    SigV4Auth(credentials, "monitoring", "eu-north-1").add_auth(request)
    authority: Any = str(connection.ca_file)  # typed for True and False only
    response = URLLib3Session(verify=authority).send(request.prepare())
    return response.status_code, response.content


def test_data_of_another_dimension_is_no_alarm(cloudwatch: Any) -> None:
    put_alarm(cloudwatch, "load")

    put(cloudwatch, "Load", 99, node="two")
    other = described(cloudwatch, "load")["StateValue"]
    put(cloudwatch, "Load", 99, node="one")

    assert other == "OK"
    assert described(cloudwatch, "load")["StateValue"] == "ALARM"


def test_an_expression_is_an_alarm_until_it_is_not(cloudwatch: Any) -> None:
    share = {"EvaluationPeriods": 1, "Threshold": 50, "ComparisonOperator": "LessThanThreshold"}
    cloudwatch.put_metric_alarm(AlarmName="share", Metrics=[*QUERIES, SHARE], **share)

    # What belongs together stays so, whenever the next minute begins.
    now = time.time()
    put(cloudwatch, "Hits", 1, node="one", at=now - 60)
    put(cloudwatch, "Misses", 9, node="one", at=now - 60)
    few = described(cloudwatch, "share")["StateValue"]
    put(cloudwatch, "Misses", 1, node="one", at=now)
    put(cloudwatch, "Hits", 9, node="one", at=now)

    assert few == "ALARM"
    assert described(cloudwatch, "share")["StateValue"] == "OK"


def test_an_expression_that_could_not_be_evaluated_is_refused(cloudwatch: Any) -> None:
    rate = {"Id": "value", "Expression": "RATE(m1)", "ReturnData": True}
    settings = {"EvaluationPeriods": 1, "Threshold": 50, "ComparisonOperator": "LessThanThreshold"}

    with pytest.raises(ClientError, match="metric math here knows no RATE"):
        cloudwatch.put_metric_alarm(AlarmName="rate", Metrics=[*QUERIES, rate], **settings)

    assert cloudwatch.describe_alarms()["MetricAlarms"] == []


def test_a_composite_alarm_follows_and_keeps_who_silences_it(cloudwatch: Any) -> None:
    put_alarm(cloudwatch, "load")
    put_alarm(cloudwatch, "quiet", MetricName="Quiet")
    silence = {"ActionsSuppressor": "quiet", "ActionsSuppressorWaitPeriod": 60, "ActionsSuppressorExtensionPeriod": 60}
    cloudwatch.put_composite_alarm(AlarmName="tier", AlarmRule='ALARM("load")', **silence)

    put(cloudwatch, "Load", 99, node="one")

    (tier,) = cloudwatch.describe_alarms(AlarmTypes=["CompositeAlarm"])["CompositeAlarms"]
    assert tier["StateValue"] == "ALARM"
    assert silence.items() <= tier.items()


def test_alarms_are_found_by_their_metric(cloudwatch: Any) -> None:
    put_alarm(cloudwatch, "load")

    def found(node: str) -> list[str]:
        dimensions = [{"Name": "Node", "Value": node}]
        answer = cloudwatch.describe_alarms_for_metric(Namespace="Test", MetricName="Load", Dimensions=dimensions)
        return [alarm["AlarmName"] for alarm in answer["MetricAlarms"]]

    assert found("one") == ["load"]
    assert found("two") == []


def test_a_deleted_alarm_is_forgotten(cloudwatch: Any) -> None:
    put_alarm(cloudwatch, "load")

    cloudwatch.delete_alarms(AlarmNames=["load"])
    put(cloudwatch, "Load", 99, node="one")

    assert cloudwatch.describe_alarms()["MetricAlarms"] == []
