"""The estimates of `dev` and `prod`, worked out by hand from their files."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from decimal import Decimal

import pytest

import environments
from environments import Deployment
from modules.app import build_app
from tests.validation.cost.synthesized import as_plan
from validation.cost.comparison import CostComparison, compare
from validation.plan.model import read_plan
from validation.plan.tiers import Tier


@dataclass(frozen=True, kw_only=True)
class Estimated:
    """An environment's estimate, and how many resources of each type it has."""

    cost: CostComparison
    count: Counter[str]

    def usd(self, *tiers: Tier) -> Decimal:
        """USD a month of some tiers together."""
        return sum((self.cost.after.by_tier().get(tier, Decimal(0)) for tier in tiers), Decimal(0))


@pytest.fixture(scope="module", params=["dev", "prod"])
def name(request: pytest.FixtureRequest) -> str:
    """Each of the environments whose estimate is worked out."""
    return str(request.param)


@pytest.fixture(scope="module")
def estimated(name: str, tmp_path_factory: pytest.TempPathFactory) -> Estimated:
    """The estimate of the environment as it is synthesized now, before it is deployed for the first time."""
    environment, output = environments.load(name), tmp_path_factory.mktemp("synthesized")
    build_app([Deployment(environment=environment, sandbox=None)], output=output).synth()
    stack = json.loads((output / "stacks" / name / "cdk.tf.json").read_text())
    document = as_plan(stack)
    return Estimated(
        cost=compare(read_plan(document), environment),
        count=Counter(entry["type"] for entry in document["resource_changes"]),
    )


TABLES = 2
BUCKETS_TIERED = 3
"""assets, uploads and backups move to Intelligent-Tiering; logs stay in Standard."""

REQUESTS_AND_STORAGE = Decimal("3.75")
"""A table with the default usage: 2 × 0.625 + 10 × 0.125 + 5 × 0.25."""

RECOVERY = Decimal("1.00")
"""Point-in-time recovery of a table: 5 × 0.20."""

TIERED = Decimal("1.3275")
"""A bucket in Intelligent-Tiering: 5 × 0.023 + 5 × 0.0125 + 100 × 0.0025 + 100 × 0.005 + 1,000 × 0.0004."""

STANDARD = Decimal("1.13")
"""A bucket in Standard: 10 × 0.023 + 100 × 0.005 + 1,000 × 0.0004."""


def test_dynamodb(name: str, estimated: Estimated) -> None:
    tables_with_recovery = {"dev": 1, "prod": 2}[name]

    assert estimated.usd(Tier.DYNAMODB) == TABLES * REQUESTS_AND_STORAGE + tables_with_recovery * RECOVERY


def test_s3(estimated: Estimated) -> None:
    replicas = estimated.count["aws_s3_bucket"] - BUCKETS_TIERED - 1

    # A copy costs what its original does; that of the access logs comes last.
    tiered = BUCKETS_TIERED + min(replicas, BUCKETS_TIERED)
    standard = 1 + max(replicas - BUCKETS_TIERED, 0)
    assert estimated.usd(Tier.S3) == tiered * TIERED + standard * STANDARD


def test_redis(name: str, estimated: Estimated) -> None:
    by_hand = {
        # 1 shard × 2 nodes × 730 h × 0.016 × 0.8 for Valkey, no snapshots
        "dev": Decimal("18.688"),
        # 3 shards × 3 nodes × 730 h × 0.219, and 1 GB of snapshots × 0.085
        "prod": Decimal("1438.83") + Decimal("0.085"),
    }

    assert estimated.usd(Tier.REDIS) == by_hand[name]


def test_backups(name: str, estimated: Estimated) -> None:
    vaults = estimated.count["aws_backup_vault"]
    by_hand = {"dev": Decimal(0), "prod": vaults * 10 * Decimal("0.10") + 2 * 5 * Decimal("0.15")}[name]

    # 10 GB of recovery points in each vault × 0.10, and 2 tables of 5 GB, restored once a month, × 0.15
    assert estimated.usd(Tier.BACKUP) == by_hand


def test_keys(estimated: Estimated) -> None:
    keys = estimated.count["aws_kms_key"] + estimated.count["aws_kms_replica_key"]

    # 1.00 for the key, 0.1 million requests × 3.00
    assert keys >= 4
    assert estimated.usd(Tier.ENCRYPTION) == keys * Decimal("1.30")


def test_logs(name: str, estimated: Estimated) -> None:
    lines = [line for line in estimated.cost.after.lines if line.address.startswith("aws_cloudwatch_log_group.")]
    groups, days = estimated.count["aws_cloudwatch_log_group"], {"dev": 14, "prod": 365}[name]

    # 1 GB taken in × 0.50, and kept for `days`: 1 GB × days / 30 × 0.03
    each = Decimal("0.50") + Decimal(days) * Decimal("0.03") / 30
    assert groups >= 3
    assert f"{sum(line.usd for line in lines):.6f}" == f"{groups * each:.6f}"


def test_alarms(name: str, estimated: Estimated) -> None:
    metrics = {
        # Only what is critical. DynamoDB: 12 operations whose errors are added up, 5 tables and indexes × 2 throttles.
        # Redis: 2 nodes × 3. KMS, and maintenance. Library: faults 2, latency 1, breakers 3, retries 3.
        "dev": 12 + 5 * 2 + 2 * 3 + 2 + 9,
        # DynamoDB: besides, latency of each operation and its band of 2, and so the reads and writes of 2 tables; the
        # lag of 1 copy. S3: 4 buckets × (2 for 4xx, 2 for 5xx, 3 for the first byte and its band, 1 for replication).
        # Redis: 9 nodes × (6 alarms of one metric, 2 of two). Backups, copies and restores.
        # Library: hits 2, connections 3.
        "prod": 12 + 5 * 2 + 12 * 3 + 2 * 2 * 3 + 1 + 4 * 8 + 9 * 10 + 2 + 3 + 9 + 5,
    }[name]
    tiers = {"dev": 4, "prod": 5}[name]  # dev measures no requests of S3

    lines = [line for line in estimated.cost.after.lines if "_alarm." in line.address or "_dashboard." in line.address]
    # Each metric of an alarm 0.10, each composite alarm 0.50, the dashboard 3.00.
    assert sum(line.usd for line in lines) == metrics * Decimal("0.10") + tiers * Decimal("0.50") + 3


def test_the_whole_is_the_sum_of_the_parts(estimated: Estimated) -> None:
    assert estimated.cost.after.usd == estimated.usd(*Tier) == estimated.cost.difference


def test_nothing_is_left_out_unsaid(estimated: Estimated) -> None:
    unknown = [item.why for item in estimated.cost.after.not_included if item.why.startswith("no price of aws_")]

    assert unknown == []
