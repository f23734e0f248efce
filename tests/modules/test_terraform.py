"""Terraform and the real provider are the judge of what is synthesized."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from ipaddress import IPv4Network
from pathlib import Path
from typing import Final

import pytest
import yaml

import environments
from environments import Deployment, Environment, load_target
from environments.schema import (
    AllowedChange,
    Autoscaled,
    BucketSettings,
    ChangeStream,
    CreatedNetwork,
    EncryptionSettings,
    ImportSource,
    PlanSettings,
    Provisioned,
    RedisScaling,
    RedisSettings,
    Scaled,
    ScaledShards,
    ScheduledRange,
    TableSettings,
)
from monitoring import Alarm, Severity, alarms
from monitoring.composite import composites
from tests.modules.lives import guest as guest_life
from tests.modules.lives import production as production_life
from tests.modules.lives.guest import GuestLife
from tests.modules.lives.production import ProductionLife
from tests.support.deployed import Deployed, running_sandbox
from tests.support.stacks import done, said, synthesize
from tierstore.model import DATA_MODEL
from toolchain import paths
from validation.plan import stateful
from validation.plan.drift import region_of
from validation.plan.model import Action
from validation.plan.review import review
from validation.plan.terraform import explain_failure

# All of them, so that the lives, which begin with the first test, are asked for last.
pytestmark = pytest.mark.slow

Plan = Callable[[Environment], str]
"""What Terraform says to an environment that is not there yet."""

CREATES: Final = re.compile(r"Plan:.* \d+ to add, 0 to change, 0 to destroy")

TODAY: Final = date(2026, 11, 22)

SCALED: Final = Scaled(minimum=1, maximum=3)
SCHEDULED: Final = Scaled(
    minimum=5,
    maximum=50,
    schedule=(
        ScheduledRange(at="cron(0 7 ? * MON-FRI *)", time_zone="Europe/Berlin", minimum=20),
        ScheduledRange(at="cron(0 19 ? * MON-FRI *)", time_zone="Europe/Berlin", minimum=5),
    ),
)

# Everything that an environment of the repository leaves at its default, the other way round.
VARIANTS: Final[dict[str, dict[str, object]]] = {
    "provisioned-and-archived": {
        "network": CreatedNetwork(cidr=IPv4Network("10.99.0.0/20"), flow_logs=False),
        "tables": {
            "core": TableSettings(
                billing=Provisioned(mode="provisioned", read_capacity=40, write_capacity=20),
                point_in_time_recovery_days=0,
            ),
            "state": TableSettings(
                billing=Autoscaled(mode="autoscaled", read=SCHEDULED, write=SCALED),
                table_class="STANDARD_INFREQUENT_ACCESS",
                contributor_insights=True,
                readers=("arn:aws:iam::210987654321:role/analyst",),
                change_stream=ChangeStream(retention_hours=48),
                import_from=ImportSource(bucket="exports", compression="ZSTD"),
            ),
        },
        "redis": RedisSettings(
            node_type="cache.r7g.large",
            maxmemory_policy="noeviction",
            restore_from="nightly",
            autoscaling=RedisScaling(shards=ScaledShards(minimum=3, maximum=9), replicas=SCALED),
        ),
        "buckets": {
            "uploads": BucketSettings(versioning=False, intelligent_tiering_days=0, expiration_days=30),
            "backups": BucketSettings(archive_access_days=90, deep_archive_access_days=180),
        },
        "encryption": EncryptionSettings(administrators=("arn:aws:iam::123456789012:role/keys",)),
    },
}


@pytest.mark.parametrize("stack", ["prod", "bootstrap-prod"])
def test_what_is_synthesized_for_aws_is_valid(stack: str, tmp_path: Path) -> None:
    on_aws = Deployment(environment=environments.load("prod"), sandbox=None)
    deployed = synthesize(on_aws, tmp_path / "output", sandbox_directory=tmp_path, stack=stack)

    done(deployed, "init", "-backend=false", "-input=false")
    validated = deployed.terraform("validate")

    assert validated.returncode == 0, said(validated)


@pytest.fixture(scope="module")
def sandbox_directory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Where a sandbox of these tests' own runs."""
    with running_sandbox(tmp_path_factory.mktemp("sandbox")) as directory:
        yield directory


def variables(sandbox_directory: Path) -> dict[str, str]:
    return {"TIERSTORE_TARGET": "sandbox", "TIERSTORE_SANDBOX_DIRECTORY": str(sandbox_directory)}


@pytest.fixture
def plan(sandbox_directory: Path, tmp_path: Path) -> Plan:
    """Plans an environment at the sandbox, from nothing."""

    def plan(environment: Environment) -> str:
        sandbox = load_target("local", variables=variables(sandbox_directory)).sandbox
        assert sandbox is not None
        here = environment.model_copy(update={"account": sandbox.account, "target": "sandbox", "state": "file"})
        deployed = synthesize(
            Deployment(environment=here, sandbox=sandbox), tmp_path, sandbox_directory=sandbox_directory
        )
        done(deployed, "init", "-input=false")
        return done(deployed, "plan", "-input=false").stdout

    return plan


@pytest.mark.integration
@pytest.mark.parametrize("name", ["dev", "staging"])
def test_every_environment_can_be_planned(plan: Plan, name: str) -> None:
    assert CREATES.search(plan(environments.load(name)))


@pytest.mark.integration
@pytest.mark.parametrize("variant", VARIANTS)
def test_every_setting_can_be_planned(plan: Plan, environment: Environment, variant: str) -> None:
    assert CREATES.search(plan(environment.model_copy(update={"region": "us-east-1", **VARIANTS[variant]})))


@pytest.mark.integration
def test_the_command_line_of_cdktf_synthesizes_and_plans(sandbox_directory: Path, tmp_path: Path) -> None:
    command = [str(paths.VENV_BIN / "cdktf"), "diff", "local", "--output", str(tmp_path)]

    diff = subprocess.run(
        command,
        cwd=paths.ROOT,
        env=os.environ | variables(sandbox_directory),
        capture_output=True,
        text=True,
        check=False,
    )

    assert diff.returncode == 0, said(diff)
    assert CREATES.search(diff.stdout)


def production(folder: Path, settings: production_life.Settings, sandbox_directory: Path) -> Deployment:
    """`prod` at the sandbox, as a file with these settings says, which production has to accept."""
    (folder / "prod.yaml").write_text(yaml.safe_dump(settings))
    return load_target("prod", directory=folder, variables=variables(sandbox_directory))


@dataclass(frozen=True, kw_only=True)
class Lives:
    """Lives that are lived side by side, since most of their time is waiting."""

    production: Future[ProductionLife]
    environment: Environment
    """The production as it was born."""
    guest: Future[GuestLife]


@pytest.fixture(scope="module")
def lives(sandbox_directory: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lives]:
    """The lives of `prod` and of a guest in somebody else's VPC."""

    def stack(deployment: Deployment, name: str | None = None) -> Deployed:
        output = tmp_path_factory.mktemp("output")
        return synthesize(deployment, output, sandbox_directory=sandbox_directory, stack=name)

    def prod(settings: production_life.Settings) -> Deployment:
        return production(tmp_path_factory.mktemp("environments"), settings, sandbox_directory)

    settings = yaml.safe_load((environments.loader.DIRECTORY / "prod.yaml").read_text())
    born = prod(settings)
    stacks = production_life.Stacks(
        bootstrap=stack(born, "bootstrap-prod"),
        born=stack(born),
        switched=stack(prod(production_life.switched(settings))),
        left_at_once=stack(prod(production_life.left_at_once(settings))),
        left=stack(prod(production_life.left(settings))),
    )
    guest = guest_life.guest(load_target("local", variables=variables(sandbox_directory)))
    guest_stack = stack(guest)
    with ThreadPoolExecutor() as pool:
        yield Lives(
            production=pool.submit(production_life.live, stacks, born),
            environment=born.environment,
            guest=pool.submit(guest_life.live, guest_stack, guest),
        )


@pytest.fixture(scope="module", autouse=True)
def begun(request: pytest.FixtureRequest) -> None:
    """The lives begin with the first test of this file, so that the other tests run while they are waited for."""
    if any("lives" in getattr(item, "fixturenames", ()) for item in request.session.items):
        request.getfixturevalue("lives")


@pytest.mark.integration
class TestProduction:
    @pytest.fixture
    def life(self, lives: Lives) -> ProductionLife:
        return lives.production.result()

    def test_a_second_plan_finds_nothing_to_change(self, life: ProductionLife) -> None:
        assert life.planned_again.returncode == 0, said(life.planned_again)

    def test_it_is_not_destroyed_while_its_data_is_protected(self, life: ProductionLife) -> None:
        refused = life.destroyed_while_protected

        assert refused.returncode == 1
        assert "Instance cannot be destroyed" in refused.stderr
        assert "Destroying..." not in refused.stdout

    def test_capacity_and_engine_change_in_place(self, life: ProductionLife) -> None:
        plan = life.switched.plan

        updated = {change.type for change in plan.changes if change.action is Action.UPDATE}
        assert updated >= {"aws_dynamodb_table", "aws_elasticache_replication_group"}
        assert list(stateful.findings(plan)) == []

    def test_nothing_is_left_to_change_after_a_switch(self, life: ProductionLife) -> None:
        for switch in (life.switched, life.left):
            assert switch.planned_again.returncode == 0, said(switch.planned_again)

    def test_capacity_stays_as_autoscaling_made_it(self, life: ProductionLife) -> None:
        assert life.scaled.returncode == 0, said(life.scaled)

    def test_a_region_with_copies_is_not_left_at_once(self, life: ProductionLife) -> None:
        assert life.left_at_once.returncode == 1
        assert "name the region as former_disaster_recovery_region" in explain_failure("prod", life.left_at_once.stderr)

    def test_leaving_a_region_takes_away_what_lives_there_and_nothing_else(
        self, life: ProductionLife, lives: Lives
    ) -> None:
        lost = {finding.address for finding in stateful.findings(life.left.plan) if finding.blocks}

        gone = [change for change in life.left.plan.changes if change.address in lost]
        assert {change.type for change in gone} >= {
            "aws_backup_vault",
            "aws_dynamodb_table_replica",
            "aws_kms_replica_key",
            "aws_s3_bucket",
        }
        assert {region_of(change.before) for change in gone} == {lives.environment.disaster_recovery_region}

    def test_the_review_blocks_the_loss_of_copies_until_it_is_allowed(self, life: ProductionLife, lives: Lives) -> None:
        blocked = review(life.left.plan, lives.environment, today=TODAY)
        reasons = [finding for finding in blocked.findings if finding.blocks]
        allowed = [
            AllowedChange.model_validate(
                {"address": each.address, "action": each.kind, "reason": "the region is being left", "until": TODAY}
            )
            for each in reasons
        ]
        environment = lives.environment.model_copy(update={"plan": PlanSettings(allowed=tuple(allowed))})

        lost = {finding.address for finding in stateful.findings(life.left.plan) if finding.blocks}
        assert lost <= {each.address for each in reasons}
        assert not review(life.left.plan, environment, today=TODAY).is_blocked

    def test_everything_is_destroyed(self, life: ProductionLife) -> None:
        assert life.remains == ""


@pytest.mark.integration
class TestAlarmsOfProduction:
    """Each is made to sound by its own metrics, and to end; those that come with other capacity, too."""

    @pytest.fixture
    def life(self, lives: Lives) -> ProductionLife:
        return lives.production.result()

    @pytest.fixture
    def derived(self, lives: Lives) -> list[Alarm]:
        return list(alarms(lives.environment, DATA_MODEL))

    def test_every_derived_alarm_is_deployed(self, life: ProductionLife, derived: list[Alarm]) -> None:
        assert life.sounding.states.keys() == {alarm.name for alarm in derived}

    def test_every_alarm_sounds_and_falls_silent_again(self, life: ProductionLife) -> None:
        states = {**life.sounding.states, **life.sounding_switched.states}

        assert {name: each for name, each in states.items() if each != ("ALARM", "OK")} == {}

    def test_the_alarms_of_other_capacity_were_among_them(self, life: ProductionLife) -> None:
        assert any("read-capacity" in name for name in life.sounding_switched.states)

    def test_a_warning_is_heard_by_itself(self, life: ProductionLife, derived: list[Alarm]) -> None:
        for alarm in derived:
            sounded, ended = (life.sounding.heard[alarm.name, state] for state in ("ALARM", "OK"))
            is_told = alarm.rule.severity is Severity.WARNING
            # It may have been told besides that an alarm of which nothing was known turned out to be well.
            assert (sounded, ended > 0) == (int(is_told), is_told), alarm.name

    def test_a_critical_alarm_is_heard_by_its_tier(
        self, life: ProductionLife, lives: Lives, derived: list[Alarm]
    ) -> None:
        for composite in composites(lives.environment, derived):
            heard = [life.sounding.heard[composite.name, state] for state in ("ALARM", "OK")]
            # They sounded one after the other, so that the tier was well in between.
            assert heard == [len(composite.children)] * 2, composite.name


@pytest.mark.integration
class TestGuest:
    @pytest.fixture
    def life(self, lives: Lives) -> GuestLife:
        return lives.guest.result()

    def test_a_second_plan_finds_nothing_to_change(self, life: GuestLife) -> None:
        assert life.planned_again.returncode == 0, said(life.planned_again)

    def test_everything_is_destroyed_but_what_was_there_before(self, life: GuestLife) -> None:
        assert life.remains == ""
        assert life.hosts == 1
