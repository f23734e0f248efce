"""Whatever the schema accepts can be synthesized, with names that AWS takes and ARNs of the right partition."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import pytest

from environments import Deployment, Environment, load
from modules.bootstrap import BootstrapStack
from modules.stack import EnvironmentStack
from tests.modules.template import Block, app, template
from tierstore.model import DATA_MODEL

EVERYTHING_IN_CHINA: Final = """\
region: cn-north-1
disaster_recovery_region: cn-northwest-1
access: {github: {repository: example/storage}}
audit: {data_events: all, log_group: true}
backup: {framework: true}
buckets: {backups: {redis_exports: true, object_lock: {mode: compliance, days: 1}}}
budget: {monthly_usd: 1, freeze: {roles: [developer]}}
network: {kind: create, interface_endpoints: [elasticache, kinesis-streams, kms, logs, monitoring, sns, ssm, sts]}
redis:
  node_type: cache.r7g.large
  replica: {network: {kind: create, cidr: 10.41.0.0/16}}
  separate: {session: {}, real_time: {}}
tables: {core: {replica: {}, change_stream: {retention_hours: 24}}}
"""
SERVERLESS_GUEST_IN_GOVCLOUD: Final = """\
region: us-gov-west-1
disaster_recovery_region: us-gov-east-1
audit: {data_events: read}
network:
  kind: existing
  vpc_id: vpc-12345678
  subnet_ids: [subnet-12345678, subnet-12345679]
  interface_endpoints: [sts, ssm]
redis:
  kind: serverless
  data_storage_gb: {maximum: null}
  ecpu_per_second: {minimum: 15000000, maximum: null}
  deletion_protection: false
"""
NEXT_TO_NOTHING: Final = """\
region: us-east-1
prefix: t
alarms: {warnings: false}
backup: {retention: none}
budget: {anomaly_usd: null}
former_disaster_recovery_region: us-west-2
network: {kind: create, cidr: 192.168.0.0/24, availability_zones: 1, flow_logs: false}
redis: {shards: 1, replicas_per_shard: 0, multi_az: false, final_snapshot: false, snapshot_retention_days: 0}
"""
ODD: Final = {
    "china": EVERYTHING_IN_CHINA,
    "gov": SERVERLESS_GUEST_IN_GOVCLOUD,
    "small": NEXT_TO_NOTHING,
}

LONGEST: Final[Mapping[str, tuple[str, int]]] = {
    "aws_backup_plan": ("name", 50),
    "aws_backup_restore_testing_plan": ("name", 50),
    "aws_backup_restore_testing_selection": ("name", 50),
    "aws_backup_vault": ("name", 50),
    "aws_budgets_budget": ("name", 100),
    "aws_cloudtrail": ("name", 128),
    "aws_cloudwatch_metric_alarm": ("alarm_name", 255),
    "aws_elasticache_replication_group": ("replication_group_id", 40),
    "aws_elasticache_serverless_cache": ("name", 40),
    "aws_elasticache_user_group": ("user_group_id", 40),
    "aws_iam_policy": ("name", 128),
    "aws_iam_role": ("name", 64),
    "aws_s3_access_point": ("name", 50),
    "aws_s3_bucket": ("bucket", 63),
}
"""By type, the attribute that names it and how many characters AWS takes."""


@pytest.fixture(scope="module", params=ODD)
def odd(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Environment, list[Block]]:
    """An environment, and what is synthesized of it: the bootstrap stack and its own."""
    directory = tmp_path_factory.mktemp("environments")
    head = 'description: an odd environment\naccount: "111111111111"\n'
    Path(directory, f"{request.param}.yaml").write_text(head + ODD[request.param])
    environment = load(request.param, directory=directory)
    deployment = Deployment(environment=environment, sandbox=None)
    stacks = [kind(app(), deployment=deployment, model=DATA_MODEL) for kind in (BootstrapStack, EnvironmentStack)]
    return environment, [template(stack).document for stack in stacks]


def test_aws_takes_every_name(odd: tuple[Environment, list[Block]]) -> None:
    _, stacks = odd

    too_long = [
        name
        for stack in stacks
        for type_, (attribute, most) in LONGEST.items()
        for name in names(stack, type_, attribute)
        if len(name) > most
    ]
    assert too_long == []


def test_every_arn_is_of_the_environments_partition(odd: tuple[Environment, list[Block]]) -> None:
    environment, stacks = odd

    partitions = {found for stack in stacks for found in re.findall(r"\barn:(aws[a-z-]*):", json.dumps(stack))}
    assert partitions == {environment.partition}


def names(stack: Block, type_: str, attribute: str) -> Iterator[Any]:
    for body in stack["resource"].get(type_, {}).values():
        yield body[attribute]
