from __future__ import annotations

import json

import pytest
from cdktf import TerraformStack

from environments import Environment
from environments.schema import AlarmSettings, RedisSettings
from modules.monitoring import Monitoring
from monitoring import Severity, alarms
from tests.modules.template import Template, statements, synthesized
from tierstore.model import DATA_MODEL

QUEUE = "arn:aws:sqs:eu-central-1:123456789012:pager"


@pytest.fixture(scope="module")
def watched(environment: Environment) -> Environment:
    """An environment of one Redis node whose alarms a person and a queue hear of."""
    return environment.model_copy(
        update={
            "redis": RedisSettings(shards=1, replicas_per_shard=0, multi_az=False),
            "alarms": AlarmSettings(subscriptions=("on-call@example.com", QUEUE)),
        }
    )


@pytest.fixture(scope="module")
def monitoring(watched: Environment) -> Template:
    def build(stack: TerraformStack) -> None:
        Monitoring(stack, "monitoring", environment=watched, model=DATA_MODEL, key_arn="arn:key")

    return synthesized(build)


def test_every_alarm_is_there(monitoring: Template, watched: Environment) -> None:
    assert {alarm["alarm_name"] for alarm in monitoring.all("aws_cloudwatch_metric_alarm")} == {
        alarm.name for alarm in alarms(watched, DATA_MODEL)
    }


def test_a_metric_is_compared_with_a_number(monitoring: Template) -> None:
    alarm = monitoring.one("aws_cloudwatch_metric_alarm", alarm_name="tierstore-test-redis-0001-001-engine-cpu")

    assert alarm["metric_name"] == "EngineCPUUtilization"
    assert alarm["namespace"] == "AWS/ElastiCache"
    assert alarm["dimensions"] == {"CacheClusterId": "tierstore-test-0001-001", "CacheNodeId": "0001"}
    assert (alarm["statistic"], alarm["period"]) == ("Average", 60)
    assert (alarm["comparison_operator"], alarm["threshold"]) == ("GreaterThanThreshold", 80)
    assert (alarm["datapoints_to_alarm"], alarm["evaluation_periods"]) == (3, 5)
    assert alarm["treat_missing_data"] == "missing"


def test_a_percentile_is_compared_with_a_number(monitoring: Template) -> None:
    alarm = monitoring.one("aws_cloudwatch_metric_alarm", alarm_name="tierstore-test-application-all-latency")

    assert alarm["extended_statistic"] == "p99"
    assert "statistic" not in alarm


def test_an_expression_of_metrics_is_compared_with_a_number(monitoring: Template) -> None:
    alarm = monitoring.one("aws_cloudwatch_metric_alarm", alarm_name="tierstore-test-redis-0001-001-hit-rate")

    *metrics, expression = alarm["metric_query"]
    assert [(query["id"], query["metric"]["metric_name"], query["return_data"]) for query in metrics] == [
        ("m1", "CacheHits", False),
        ("m2", "CacheMisses", False),
    ]
    assert (expression["id"], expression["return_data"]) == ("value", True)
    assert expression["expression"] == "IF(m1 + m2 > 1000, 100 * m1 / (m1 + m2), 100)"
    assert (alarm["comparison_operator"], alarm["threshold"]) == ("LessThanThreshold", 50)
    assert "metric_name" not in alarm


def test_a_metric_is_compared_with_what_is_usual(monitoring: Template) -> None:
    alarm = monitoring.one("aws_cloudwatch_metric_alarm", alarm_name="tierstore-test-s3-uploads-first-byte")

    metric, band = alarm["metric_query"]
    assert (metric["id"], metric["metric"]["stat"], metric["return_data"]) == ("m1", "p90", True)
    assert (band["id"], band["expression"]) == ("band", "ANOMALY_DETECTION_BAND(m1, 4)")
    assert alarm["threshold_metric_id"] == "band"
    assert alarm["comparison_operator"] == "GreaterThanUpperThreshold"
    assert "threshold" not in alarm


def test_warnings_tell_by_themselves_and_critical_alarms_by_their_tier(
    monitoring: Template, watched: Environment
) -> None:
    topic = [f"${{{monitoring.address('aws_sns_topic')}.arn}}"]
    severities = {alarm.name: alarm.rule.severity for alarm in alarms(watched, DATA_MODEL)}

    for alarm in monitoring.all("aws_cloudwatch_metric_alarm"):
        told = topic if severities[alarm["alarm_name"]] is Severity.WARNING else None
        assert (alarm.get("alarm_actions"), alarm.get("ok_actions")) == (told, told)
    for composite in monitoring.all("aws_cloudwatch_composite_alarm"):
        assert (composite["alarm_actions"], composite["ok_actions"]) == (topic, topic)


def test_maintenance_silences_a_tier(monitoring: Template) -> None:
    redis = monitoring.one("aws_cloudwatch_composite_alarm", alarm_name="tierstore-test-redis")

    assert redis["actions_suppressor"]["alarm"] == "tierstore-test-platform-environment-maintenance"


def test_a_tier_is_created_after_the_alarms_that_it_names(monitoring: Template) -> None:
    redis = monitoring.one("aws_cloudwatch_composite_alarm", alarm_name="tierstore-test-redis")

    cpu = monitoring.address("aws_cloudwatch_metric_alarm", alarm_name="tierstore-test-redis-0001-001-engine-cpu")
    assert 'ALARM("tierstore-test-redis-0001-001-engine-cpu")' in redis["alarm_rule"]
    assert cpu in redis["depends_on"]


@pytest.mark.parametrize("kind", ["aws_cloudwatch_metric_alarm", "aws_cloudwatch_composite_alarm"])
def test_an_alarm_is_deleted_only_when_its_tier_names_it_no_more(monitoring: Template, kind: str) -> None:
    named = [alarm for alarm in monitoring.all(kind) if alarm.get("lifecycle") == {"create_before_destroy": True}]

    assert named
    assert named == monitoring.all(kind)


def test_the_topic_is_encrypted_with_the_key_given(monitoring: Template) -> None:
    assert monitoring.one("aws_sns_topic")["kms_master_key_id"] == "arn:key"


def test_services_publish_on_behalf_of_this_account_alone(monitoring: Template) -> None:
    policy = statements(monitoring.one("aws_sns_topic_policy")["policy"])

    assert policy["Publishers"]["Condition"] == {"StringEquals": {"aws:SourceAccount": "123456789012"}}
    assert policy["Publishers"]["Action"] == "sns:Publish"
    assert "cloudwatch.amazonaws.com" in policy["Publishers"]["Principal"]["Service"]
    assert policy["Publishers"]["Resource"] == "arn:aws:sns:eu-central-1:123456789012:tierstore-test-alarms"
    assert policy["DenyInsecureTransport"]["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_subscribers_are_reached_by_what_they_are(monitoring: Template) -> None:
    subscriptions = monitoring.all("aws_sns_topic_subscription")

    assert {each["endpoint"]: each["protocol"] for each in subscriptions} == {
        "on-call@example.com": "email",
        QUEUE: "sqs",
    }


def test_the_dashboard_shows_the_tiers(monitoring: Template) -> None:
    dashboard = monitoring.one("aws_cloudwatch_dashboard", dashboard_name="tierstore-test")

    titles = [
        widget["properties"]["markdown"]
        for widget in json.loads(dashboard["dashboard_body"])["widgets"]
        if widget["type"] == "text"
    ]
    assert titles[1:] == [
        "## DynamoDB",
        "## S3",
        "## Redis",
        "## Keys and backups",
        "## The application, as the library sees it",
    ]
