"""Less is recorded, or fewer are told."""

from __future__ import annotations

from tests.validation.plan import objects as o
from tests.validation.plan.builder import created, destroyed, plan, replaced, unchanged, updated
from tests.validation.plan.corpus.addresses import (
    ALARM,
    BUCKET,
    GROUP,
    NOTIFICATION,
    SUBSCRIPTION,
    TABLE,
    TOPIC,
)
from tests.validation.plan.corpus.case import Case

CASES = (
    Case(
        "a log is delivered no longer",
        plan(updated(GROUP, o.REPLICATION_GROUP, log_delivery_configuration=[])),
        blocked=(("weaken", GROUP),),
    ),
    Case(
        "access is logged no longer",
        plan(destroyed("aws_s3_bucket_logging.uploads", o.LOGGING)),
        blocked=(("weaken", "aws_s3_bucket_logging.uploads"),),
    ),
    Case(
        "traffic is recorded no longer",
        plan(destroyed("aws_flow_log.vpc", o.FLOW_LOG), unchanged("aws_vpc.vpc", o.VPC)),
        blocked=(("weaken", "aws_flow_log.vpc"),),
    ),
    Case(
        "requests for data are recorded no longer",
        plan(destroyed("aws_cloudtrail.trail", o.TRAIL), unchanged("aws_s3_bucket.logs", o.LOGS)),
        blocked=(("weaken", "aws_cloudtrail.trail"),),
    ),
    Case(
        "a trail is switched off",
        plan(updated("aws_cloudtrail.trail", o.TRAIL, enable_logging=False)),
        blocked=(("weaken", "aws_cloudtrail.trail"),),
    ),
    Case(
        "the record of traffic goes with the network",
        plan(destroyed("aws_flow_log.vpc", o.FLOW_LOG), destroyed("aws_vpc.vpc", o.VPC)),
    ),
    Case(
        "logs are deleted earlier",
        plan(updated("aws_cloudwatch_log_group.slow", o.LOG_GROUP, retention_in_days=30)),
        blocked=(("weaken", "aws_cloudwatch_log_group.slow"),),
    ),
    Case(
        "logs are kept for ever",
        plan(updated("aws_cloudwatch_log_group.slow", o.LOG_GROUP, retention_in_days=0)),
    ),
    Case(
        "nobody hears of an alarm",
        plan(updated("aws_cloudwatch_metric_alarm.throttles", o.ALARM, actions_enabled=False)),
        blocked=(("weaken", "aws_cloudwatch_metric_alarm.throttles"),),
    ),
    Case(
        "nobody is told of objects",
        plan(updated(NOTIFICATION, o.NOTIFICATION, eventbridge=False)),
        blocked=(("weaken", NOTIFICATION),),
    ),
    Case(
        "notifications vanished",
        plan(destroyed(NOTIFICATION, o.NOTIFICATION), unchanged(BUCKET, o.BUCKET)),
        blocked=(("weaken", NOTIFICATION),),
    ),
    Case(
        "objects are told of, at last",
        plan(updated(NOTIFICATION, {**o.NOTIFICATION, "eventbridge": False}, eventbridge=True)),
    ),
    Case(
        "one of two hears of an alarm no longer",
        plan(updated(ALARM, {**o.ALARM, "alarm_actions": ["a", "b"]}, alarm_actions=["a"])),
        blocked=(("weaken", ALARM),),
    ),
    Case(
        "one more hears of an alarm", plan(updated(ALARM, o.ALARM, alarm_actions=[*o.ALARM["alarm_actions"], "more"]))
    ),
    Case(
        "a subscription goes",
        plan(destroyed(SUBSCRIPTION, o.SUBSCRIPTION), unchanged(TOPIC, o.TOPIC)),
        blocked=(("weaken", SUBSCRIPTION),),
    ),
    Case(
        "somebody else hears of alarms",
        plan(replaced(SUBSCRIPTION, o.SUBSCRIPTION, by=[["endpoint"]], endpoint="somebody@example.com")),
        blocked=(("weaken", SUBSCRIPTION),),
    ),
    Case("one more subscription", plan(created(SUBSCRIPTION, o.SUBSCRIPTION))),
    Case("an alarm goes", plan(destroyed(ALARM, o.ALARM)), notices=(ALARM,)),
    Case(
        "some traffic is recorded no longer",
        plan(
            replaced(
                "aws_flow_log.vpc", {**o.FLOW_LOG, "traffic_type": "ALL"}, by=[["traffic_type"]], traffic_type="REJECT"
            )
        ),
        blocked=(("weaken", "aws_flow_log.vpc"),),
    ),
    Case("an alarm sounds at more", plan(updated(ALARM, o.ALARM, threshold=5000)), notices=(ALARM,)),
    Case("an alarm sounds at less", plan(updated(ALARM, o.ALARM, threshold=1))),
    Case(
        "an alarm about too little sounds at less",
        plan(updated(ALARM, {**o.ALARM, "comparison_operator": "LessThanThreshold"}, threshold=1)),
        notices=(ALARM,),
    ),
    Case("an alarm sounds later", plan(updated(ALARM, o.ALARM, evaluation_periods=60)), notices=(ALARM,)),
    Case(
        "an alarm is silent where nothing is measured",
        plan(updated(ALARM, {**o.ALARM, "treat_missing_data": "breaching"}, treat_missing_data="notBreaching")),
        notices=(ALARM,),
    ),
    Case(
        "one alarm less sets off the alarm of a tier",
        plan(
            updated(
                "aws_cloudwatch_composite_alarm.redis",
                {"alarm_rule": 'ALARM("memory") OR ALARM("evictions")'},
                alarm_rule='ALARM("evictions")',
            )
        ),
        notices=("aws_cloudwatch_composite_alarm.redis",),
    ),
    Case(
        "a budget goes",
        plan(destroyed("aws_budgets_budget.all", {"name": "all"})),
        notices=("aws_budgets_budget.all",),
    ),
    Case(
        "a higher budget",
        plan(updated("aws_budgets_budget.all", {"limit_amount": "900.0"}, limit_amount="1000.0")),
        notices=("aws_budgets_budget.all",),
    ),
    Case("a lower budget", plan(updated("aws_budgets_budget.all", {"limit_amount": "900.0"}, limit_amount="90"))),
    Case(
        "some alarms are filtered out",
        plan(updated(SUBSCRIPTION, o.SUBSCRIPTION, filter_policy='{"severity": ["critical"]}')),
        blocked=(("weaken", SUBSCRIPTION),),
    ),
    Case(
        "access is logged elsewhere",
        plan(updated("aws_s3_bucket_logging.uploads", o.LOGGING, target_bucket="elsewhere")),
        blocked=(("weaken", "aws_s3_bucket_logging.uploads"),),
    ),
    Case(
        "nobody is told of changes of items",
        plan(updated(TABLE, {**o.TABLE, "stream_enabled": True}, stream_enabled=False)),
        blocked=(("weaken", TABLE),),
    ),
    Case(
        "the stream is told of changes no longer",
        plan(
            destroyed("aws_dynamodb_kinesis_streaming_destination.core", {"table_name": "core"}),
            unchanged(TABLE, o.TABLE),
        ),
        blocked=(("weaken", "aws_dynamodb_kinesis_streaming_destination.core"),),
    ),
    Case(
        "another alarm can keep the alarm of a tier silent",
        plan(
            updated(
                "aws_cloudwatch_composite_alarm.redis",
                {"alarm_rule": 'ALARM("memory")', "actions_suppressor": []},
                actions_suppressor=[{"alarm": "maintenance", "wait_period": 60, "extension_period": 60}],
            )
        ),
        notices=("aws_cloudwatch_composite_alarm.redis",),
    ),
)
