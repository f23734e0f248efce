"""Tables change how they are billed in place, and keep what autoscaling made of their capacity."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from cdktf import App, TerraformStack

from environments import Deployment, load_target
from environments.schema import Autoscaled, OnDemand, RequestCaps, Scaled, ScaledCapacity, TableSettings
from modules.dynamodb import Tables
from modules.encryption import Keys
from modules.provider import add_provider
from modules.state import add_file_state
from tests.support.deployed import Deployed, running_sandbox
from tierstore.model import DATA_MODEL
from toolchain.terraform import pin_provider
from validation.plan import stateful
from validation.plan.model import Action, read_plan

STACK = "switches"
TABLE = f"tierstore-{STACK}-core"
CAPPED = OnDemand(max_read_units=900, indexes={"gsi1": RequestCaps(max_write_units=90)})
FOLLOWING = Autoscaled(
    mode="autoscaled",
    read=Scaled(minimum=10, maximum=100),
    write=Scaled(minimum=5, maximum=50),
    indexes={"gsi1": ScaledCapacity(read=Scaled(minimum=7, maximum=70), write=Scaled(minimum=6, maximum=60))},
)

Billing = OnDemand | Autoscaled
Synthesize = Callable[[Billing], Deployed]


@pytest.fixture(scope="module")
def deployment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    """An environment without a disaster-recovery region, at a sandbox of these tests' own."""
    with running_sandbox(tmp_path_factory.mktemp("sandbox")) as directory:
        variables = {"TIERSTORE_TARGET": "sandbox", "TIERSTORE_SANDBOX_DIRECTORY": str(directory)}
        local = load_target("local", variables=variables)
        environment = local.environment.model_copy(update={"name": STACK, "disaster_recovery_region": None})
        yield Deployment(environment=environment, sandbox=local.sandbox)


@pytest.fixture(scope="module")
def synthesize(deployment: Deployment, tmp_path_factory: pytest.TempPathFactory) -> Synthesize:
    """Writes a stack of keys and tables alone, the table `core` billed as given."""
    output: Path = tmp_path_factory.mktemp("output")
    sandbox = deployment.sandbox
    assert sandbox is not None
    stack_of = Deployed(
        name=STACK, sandbox_directory=sandbox.ca_file.parents[1], stack_directory=output / "stacks" / STACK
    )

    def synthesize(billing: Billing) -> Deployed:
        settings = TableSettings(billing=billing, deletion_protection=False)
        environment = deployment.environment.model_copy(update={"tables": {"core": settings}})
        here = Deployment(environment=environment, sandbox=sandbox)
        app = App(outdir=str(output))
        stack = TerraformStack(app, STACK)
        add_file_state(stack, here)
        add_provider(stack, here)
        keys = Keys(stack, "keys", environment=environment, disaster_recovery=None)
        Tables(
            stack,
            "tables",
            environment=environment,
            declared=[DATA_MODEL.table("core")],
            key=keys.dynamodb,
            disaster_recovery=None,
        )
        app.synth()
        pin_provider(stack_of.stack_directory)
        return stack_of

    return synthesize


def done(stack: Deployed, *arguments: str) -> str:
    finished = stack.terraform(*arguments)
    assert finished.returncode == 0, f"{finished.stdout}\n{finished.stderr}"
    return finished.stdout


def changes_nothing(stack: Deployed) -> bool:
    planned = stack.terraform("plan", "-input=false", "-detailed-exitcode")
    assert planned.returncode in (0, 2), f"{planned.stdout}\n{planned.stderr}"
    return planned.returncode == 0


def scale(deployment: Deployment) -> None:
    """What autoscaling does when the load has risen."""
    sandbox = deployment.sandbox
    assert sandbox is not None
    client: Any = boto3.client(
        "dynamodb",
        region_name=deployment.environment.region,
        endpoint_url=sandbox.endpoint,
        verify=str(sandbox.ca_file),
        aws_access_key_id=sandbox.access_key_id,
        aws_secret_access_key=sandbox.secret_access_key,
    )
    index = {"IndexName": "gsi1", "ProvisionedThroughput": {"ReadCapacityUnits": 44, "WriteCapacityUnits": 22}}
    client.update_table(
        TableName=TABLE,
        ProvisionedThroughput={"ReadCapacityUnits": 33, "WriteCapacityUnits": 12},
        GlobalSecondaryIndexUpdates=[{"Update": index}],
    )


@pytest.mark.integration
@pytest.mark.slow
def test_billing_changes_in_place_and_capacity_stays_as_autoscaling_made_it(
    synthesize: Synthesize, deployment: Deployment
) -> None:
    stack = synthesize(CAPPED)
    done(stack, "init", "-input=false")
    done(stack, "apply", "-input=false", "-auto-approve")

    for billing in (FOLLOWING, CAPPED):
        stack = synthesize(billing)
        done(stack, "plan", "-input=false", "-out=plan")
        plan = read_plan(json.loads(done(stack, "show", "-json", "plan")))
        [table] = [change for change in plan.changes if change.type == "aws_dynamodb_table"]
        assert table.action is Action.UPDATE
        assert list(stateful.findings(plan)) == []
        done(stack, "apply", "-input=false", "plan")
        assert changes_nothing(stack)
        if billing is FOLLOWING:
            scale(deployment)
            assert changes_nothing(stack)
