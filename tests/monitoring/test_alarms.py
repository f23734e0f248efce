from __future__ import annotations

import dataclasses
from collections import Counter

import pytest

import environments
from environments import Environment
from environments.replication_groups import replication_groups
from environments.schema import (
    AlarmSettings,
    AlarmThresholds,
    Autoscaled,
    BucketSettings,
    Capacity,
    ForeignBucket,
    OnDemand,
    Provisioned,
    RedisScaling,
    RedisSettings,
    Replica,
    ReplicationGroupSettings,
    ReplicationSettings,
    RequestCaps,
    Scaled,
    ScaledShards,
    ScheduledRange,
    SeparateGroups,
    TableSettings,
)
from monitoring import Alarm, Missing, Severity, alarms, dynamodb, redis, standby_alarms
from monitoring.alarm import MOST_METRICS
from monitoring.catalogue import RULES
from monitoring.composite import MOST_CHILDREN, Composite, composites
from monitoring.rule import Rule, Tier
from tierstore.model import DATA_MODEL
from tierstore.observability import metrics


@pytest.fixture(scope="module")
def environment() -> Environment:
    return Environment(
        name="test", description="An environment for tests", account="123456789012", region="eu-central-1"
    )


def all_of(environment: Environment) -> dict[str, Alarm]:
    return {alarm.id: alarm for alarm in alarms(environment, DATA_MODEL)}


@pytest.mark.parametrize("name", ["local", "dev", "staging", "prod"])
def test_names_are_unique(name: str) -> None:
    names = Counter(alarm.name for alarm in alarms(environments.load(name), DATA_MODEL))

    assert names.most_common(1)[0][1] == 1
    assert all(name.startswith("tierstore-") for name in names)


def test_every_table_and_every_global_index_is_watched_for_throttles(environment: Environment) -> None:
    watched = {
        frozenset(alarm.dimensions[0].items())
        for alarm in all_of(environment).values()
        if alarm.rule is dynamodb.THROTTLED_WRITES
    }

    assert watched == {
        frozenset(place.items())
        for table in DATA_MODEL.tables
        for place in (
            {"TableName": f"tierstore-test-{table.name}"},
            *(
                {"TableName": f"tierstore-test-{table.name}", "GlobalSecondaryIndexName": index.name}
                for index in table.global_indexes
            ),
        )
    }


def test_latency_is_watched_for_the_operations_that_access_patterns_use(environment: Environment) -> None:
    state = next(table for table in DATA_MODEL.tables if table.name == "state")

    assert dynamodb.operations(DATA_MODEL, state) == (
        "DeleteItem",
        "GetItem",
        "PutItem",
        "Query",
        "TransactWriteItems",
        "UpdateItem",
    )
    assert "Scan" not in {
        dimensions.get("Operation") for each in all_of(environment).values() for dimensions in each.dimensions
    }


def test_every_bucket_is_watched(environment: Environment) -> None:
    buckets = {alarm.resource for alarm in all_of(environment).values() if alarm.tier is Tier.S3}

    assert buckets == {bucket.name for bucket in DATA_MODEL.buckets}


def test_every_node_is_watched_by_the_name_that_elasticache_gives_it(environment: Environment) -> None:
    small = environment.model_copy(update={"redis": RedisSettings(shards=2, replicas_per_shard=1)})

    (main,) = replication_groups(small)
    assert list(redis.node_ids(main)) == [
        "tierstore-test-0001-001",
        "tierstore-test-0001-002",
        "tierstore-test-0002-001",
        "tierstore-test-0002-002",
    ]
    watched = {alarm.dimensions[0]["CacheClusterId"] for alarm in all_of(small).values() if alarm.tier is Tier.REDIS}
    assert watched == set(redis.node_ids(main))


def test_every_node_that_autoscaling_may_add_is_watched(environment: Environment) -> None:
    scaling = RedisScaling(shards=ScaledShards(minimum=2, maximum=4), replicas=Scaled(minimum=1, maximum=2))
    scaled = environment.model_copy(update={"redis": RedisSettings(shards=2, autoscaling=scaling)})

    (main,) = replication_groups(scaled)
    found = list(redis.node_ids(main))

    assert len(found) == main.settings.most_nodes
    assert found[-1] == "tierstore-test-0004-003"


def test_every_node_of_a_separate_group_is_watched(environment: Environment) -> None:
    separate = SeparateGroups(session=ReplicationGroupSettings(shards=1, replicas_per_shard=0, multi_az=False))
    with_sessions = environment.model_copy(update={"redis": RedisSettings(shards=1, separate=separate)})

    watched = [alarm for alarm in all_of(with_sessions).values() if alarm.tier is Tier.REDIS]

    assert {(alarm.resource, alarm.dimensions[0]["CacheClusterId"]) for alarm in watched} == {
        ("0001-001", "tierstore-test-0001-001"),
        ("0001-002", "tierstore-test-0001-002"),
        ("session-0001-001", "tierstore-test-session-0001-001"),
    }


class TestConsumption:
    def test_is_compared_with_provisioned_capacity(self, environment: Environment) -> None:
        billing = Provisioned(
            mode="provisioned",
            read_capacity=40,
            write_capacity=20,
            indexes={"gsi1": Capacity(read_capacity=7, write_capacity=3)},
        )

        assert limits(environment, billing) == {
            "dynamodb-core-read-capacity": 40,
            "dynamodb-core-write-capacity": 20,
            "dynamodb-core-gsi1-read-capacity": 7,
            "dynamodb-core-gsi1-write-capacity": 3,
            "dynamodb-core-gsi2-read-capacity": 40,
            "dynamodb-core-gsi2-write-capacity": 20,
        }

    def test_is_compared_with_the_most_that_autoscaling_buys(self, environment: Environment) -> None:
        busy = Scaled(minimum=5, maximum=80, schedule=(ScheduledRange(at="cron(0 8 * * ? *)", maximum=200),))
        billing = Autoscaled(mode="autoscaled", read=busy, write=Scaled(minimum=5, maximum=50))

        assert limits(environment, billing)["dynamodb-core-gsi1-read-capacity"] == 200
        assert limits(environment, billing)["dynamodb-core-write-capacity"] == 50

    def test_is_compared_with_the_caps_of_on_demand_tables(self, environment: Environment) -> None:
        billing = OnDemand(max_read_units=1000, max_write_units=-1, indexes={"gsi2": RequestCaps(max_write_units=9)})

        assert limits(environment, billing) == {
            "dynamodb-core-read-capacity": 1000,
            "dynamodb-core-gsi2-write-capacity": 9,
        }

    def test_is_compared_with_what_is_usual_where_there_is_no_limit(self, environment: Environment) -> None:
        capped = TableSettings(billing=OnDemand(max_read_units=1000))
        found = all_of(environment.model_copy(update={"tables": {"core": capped}}))

        assert limits(environment, OnDemand()) == {}
        assert "dynamodb-core-read-traffic" not in found
        assert found["dynamodb-core-write-traffic"].band == "ANOMALY_DETECTION_BAND(m1, 6)"


def limits(environment: Environment, billing: OnDemand | Provisioned | Autoscaled) -> dict[str, float]:
    """The limits of the table `core` and its indexes that alarms compare with, by the alarms."""
    billed = environment.model_copy(update={"tables": {"core": TableSettings(billing=billing)}})
    found = {id_: alarm.numbers["limit"] for id_, alarm in all_of(billed).items() if alarm.numbers}
    assert all(all_of(billed)[id_].expression == f"100 * m1 / PERIOD(m1) / {limit}" for id_, limit in found.items())
    return found


COPIES = {
    "SourceBucket": "tierstore-test-123456789012-uploads",
    "DestinationBucket": "tierstore-test-123456789012-uploads-replica",
    "RuleId": "everything",
}


class TestDisasterRecoveryRegion:
    def test_copies_of_tables_may_fall_behind(self, environment: Environment) -> None:
        tables = {"state": TableSettings(replica=Replica())}

        alarm = all_of(elsewhere(environment, tables=tables))["dynamodb-state-replication"]

        assert alarm.dimensions == ({"TableName": "tierstore-test-state", "ReceivingRegion": "eu-west-1"},)
        assert "dynamodb-core-replication" not in all_of(elsewhere(environment, tables=tables))

    def test_copies_of_buckets_may_fail(self, environment: Environment) -> None:
        found = all_of(elsewhere(environment, buckets={"logs": BucketSettings(replication=None)}))

        assert found["s3-uploads-failed-replication"].dimensions == (COPIES,)
        assert "s3-logs-failed-replication" not in found

    def test_how_late_copies_of_buckets_are_is_told_in_their_region_alone(self, environment: Environment) -> None:
        here = elsewhere(environment, buckets={"logs": BucketSettings(replication=None)})
        there = here.model_copy(update={"name": "test-replica", "region": "eu-west-1"})

        found = {alarm.id: alarm for alarm in standby_alarms(here, there, DATA_MODEL)}

        assert "s3-uploads-replication" not in all_of(here)
        assert found["s3-uploads-replication"].dimensions == (COPIES,)
        assert found["s3-uploads-replication"].name == "tierstore-test-replica-s3-uploads-replication"
        assert "s3-logs-replication" not in found

    def test_a_copy_in_somebody_elses_bucket_is_not_watched_there(self, environment: Environment) -> None:
        key = "arn:aws:kms:eu-west-1:210987654321:key/1"
        foreign = ForeignBucket(bucket="theirs", account="210987654321", kms_key_arn=key)
        uploads = BucketSettings(replication=ReplicationSettings(destination=foreign))
        here = elsewhere(environment, buckets={"uploads": uploads})

        found = {alarm.id for alarm in standby_alarms(here, here, DATA_MODEL)}

        assert "s3-uploads-replication" not in found
        assert "s3-assets-replication" in found

    def test_copies_of_backups_may_fail(self, environment: Environment) -> None:
        assert all_of(elsewhere(environment))["platform-vault-failed-copies"].dimensions == (
            {"BackupVaultName": "tierstore-test-backup"},
        )

    def test_without_one_there_are_no_copies(self, environment: Environment) -> None:
        assert not [id_ for id_ in all_of(environment) if ("replication" in id_ and "redis" not in id_) or "cop" in id_]


def test_restores_may_fail_where_anything_is_backed_up(environment: Environment) -> None:
    alarm = all_of(environment)["platform-vault-failed-restores"]

    assert alarm.dimensions == ({"BackupVaultName": "tierstore-test-backup"},)
    assert alarm.series[0].metric == "NumberOfRestoreJobsFailed"


def elsewhere(environment: Environment, **settings: object) -> Environment:
    """The environment with a disaster-recovery region."""
    return environment.model_copy(update={"disaster_recovery_region": "eu-west-1", **settings})


def test_a_bucket_whose_requests_are_not_measured_has_no_alarms_about_them(environment: Environment) -> None:
    cheap = environment.model_copy(update={"buckets": {"uploads": BucketSettings(request_metrics=False)}})

    assert "s3-uploads-5xx-errors" not in all_of(cheap)
    assert "s3-assets-5xx-errors" in all_of(cheap)


def test_what_the_library_measures_is_watched_by_its_own_names(environment: Environment) -> None:
    watched = [
        series for alarm in all_of(environment).values() if alarm.tier is Tier.APPLICATION for series in alarm.series
    ]

    published = {metric.name: metric for metric in metrics.METRICS}
    for series in watched:
        assert series.namespace == metrics.NAMESPACE
        assert tuple(series.dimensions) == metrics.BY_TIER
        assert series.dimensions["Tier"] in published[series.metric].tiers


def test_a_threshold_of_the_environment_is_used(environment: Environment) -> None:
    thresholds = AlarmThresholds(redis_cpu_percent=55)

    stricter = environment.model_copy(update={"alarms": AlarmSettings(thresholds=thresholds)})

    assert all_of(stricter)["redis-0001-001-engine-cpu"].threshold == 55


def test_an_environment_may_do_without_warnings(environment: Environment) -> None:
    critical = all_of(environment.model_copy(update={"alarms": AlarmSettings(warnings=False)}))

    kept = {id_ for id_, alarm in all_of(environment).items() if alarm.rule.severity is Severity.CRITICAL}
    assert set(critical) == kept | {"platform-environment-maintenance"}


def test_every_threshold_is_some_rules() -> None:
    assert set(AlarmThresholds.model_fields) == {rule.threshold for rule in RULES}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"{rule.tier}-{rule.id}")
def test_a_rule_tells_what_it_means_and_what_to_do(rule: Rule) -> None:
    assert rule.meaning.endswith(".")
    assert rule.first_action.endswith(".")
    assert rule.why_missing


def test_a_rule_needs_a_threshold_that_can_be_set() -> None:
    with pytest.raises(ValueError, match="no threshold 'guessed' in the setting"):
        dataclasses.replace(dynamodb.SYSTEM_ERRORS, threshold="guessed")


def test_a_rule_cannot_need_more_periods_than_it_looks_at() -> None:
    with pytest.raises(ValueError, match="6 of 5 periods cannot be breaching"):
        dataclasses.replace(dynamodb.SYSTEM_ERRORS, breaching=6)


def test_an_alarm_cannot_look_at_more_metrics_than_cloudwatch_allows(environment: Environment) -> None:
    each = tuple({"TableName": "core", "Operation": str(number)} for number in range(MOST_METRICS + 1))

    with pytest.raises(ValueError, match="looks at 11 metrics, CloudWatch allows 10"):
        Alarm.of(environment, dynamodb.SYSTEM_ERRORS, resource="core", dimensions=each)


def test_what_is_counted_only_when_it_happens_is_no_alarm_while_it_does_not() -> None:
    errors = [rule for rule in RULES if rule.metrics[0].endswith(("Errors", "ThrottleEvents"))]

    assert {rule.missing for rule in errors} == {Missing.NOT_BREACHING}


class TestComposites:
    def test_there_is_one_for_each_tier_and_it_names_every_critical_alarm(self, environment: Environment) -> None:
        watched = alarms(environment, DATA_MODEL)

        told = [each for each in composites(environment, watched) if each.is_told]

        assert [each.tier for each in told] == list(Tier)
        assert {child for each in told for child in each.children} == {
            alarm.name for alarm in watched if alarm.rule.severity is Severity.CRITICAL
        }

    def test_of_many_alarms_it_is_made_of_parts(self, environment: Environment) -> None:
        many = environment.model_copy(update={"redis": RedisSettings(shards=90, replicas_per_shard=4, node_quota=450)})
        watched = [alarm for alarm in alarms(many, DATA_MODEL) if alarm.tier is Tier.REDIS]

        made = list(composites(many, watched))

        assert max(len(each.children) for each in made) <= MOST_CHILDREN
        assert [each.id for each in made if each.is_told] == ["redis"]
        assert made[-1].is_told, "parts exist before what names them"
        assert named_by(made[-1], made) == {alarm.name for alarm in watched if alarm.rule.severity is Severity.CRITICAL}

    def test_its_rule_is_as_cloudwatch_reads_it(self) -> None:
        composite = Composite(id="x", name="x", tier=Tier.S3, children=("a", "b"), is_told=True)

        assert composite.rule == 'ALARM("a") OR ALARM("b")'


def named_by(composite: Composite, all_: list[Composite]) -> set[str]:
    """The metric alarms that a composite alarm names, itself or by its parts."""
    parts = {each.name: each for each in all_}
    return {
        name for child in composite.children for name in (named_by(parts[child], all_) if child in parts else {child})
    }
