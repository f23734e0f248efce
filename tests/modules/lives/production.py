"""The life of `prod` at the sandbox, from its first apply through changes of its settings to its end.

A step that Terraform refuses ends the life with Terraform's words; what it found is kept for the tests to judge.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from dataclasses import dataclass
from subprocess import CompletedProcess
from typing import Any, Final

from botocore.exceptions import ClientError

from environments import Deployment
from modules.state import state_bucket_name
from tests.modules.lives.switches import Switch, switch
from tests.support.deployed import Deployed
from tests.support.sounding import Sounding, sound
from tests.support.stacks import apply, become, destroy, plan_again
from validation.clients import Clients, connect

Settings = dict[str, Any]
"""What stands in an environment's file."""

WHY: Final = "this environment is being taken down"

AUTOSCALED: Final[Settings] = {
    "mode": "autoscaled",
    "read": {"minimum": 10, "maximum": 100},
    "write": {"minimum": 5, "maximum": 50},
    "indexes": {"gsi1": {"read": {"minimum": 7, "maximum": 70}, "write": {"minimum": 6, "maximum": 60}}},
}
PROVISIONED: Final[Settings] = {"mode": "provisioned", "read_capacity": 40, "write_capacity": 20}
CAPPED: Final[Settings] = {"mode": "on_demand", "max_read_units": 900, "indexes": {"gsi2": {"max_write_units": 500}}}


@dataclass(frozen=True, kw_only=True)
class Stacks:
    """`prod` with the settings that it has one after the other, and the stack that comes before it."""

    bootstrap: Deployed
    born: Deployed
    switched: Deployed
    left_at_once: Deployed
    left: Deployed


@dataclass(frozen=True, kw_only=True)
class ProductionLife:
    """What happened to `prod`, in this order."""

    planned_again: CompletedProcess[str]
    sounding: Sounding
    destroyed_while_protected: CompletedProcess[str]
    switched: Switch
    """To capacity that is provisioned or follows the load and to Valkey, with protection lifted."""
    scaled: CompletedProcess[str]
    """A plan after autoscaling had moved capacity."""
    sounding_switched: Sounding
    """Of the alarms that came with the switch."""
    left_at_once: CompletedProcess[str]
    """A plan without the disaster-recovery region, where copies live."""
    left: Switch
    """Without copies in another region, and back on demand."""
    remains: str
    """What the state lists at the end."""


def switched(prod: Settings) -> Settings:
    """`prod` on other capacity and another engine, in which everything may be destroyed."""
    settings = deepcopy(prod)
    for name, table in settings["tables"].items():
        table["billing"] = AUTOSCALED if name == "core" else PROVISIONED
        for protected in (table, table.get("replica", {})):
            protected |= {"deletion_protection": False, "accepted_risks": {"no-deletion-protection": WHY}}
    for bucket in settings["buckets"].values():
        bucket |= {"force_destroy": True, "accepted_risks": {"force-destroy": WHY}}
    settings["backup"] |= {"force_destroy": True, "accepted_risks": {"force-destroy": WHY}}
    settings["redis"] |= {"engine": "valkey", "engine_version": "8.2", "apply_immediately": True}
    return settings


def left_at_once(prod: Settings) -> Settings:
    """The same without copies in another region, which is not named any more."""
    settings = switched(prod) | {"accepted_risks": {"no-backup-region": WHY}}
    del settings["disaster_recovery_region"]
    for table in settings["tables"].values():
        table.pop("replica", None)
    settings["tables"]["core"]["billing"] = CAPPED
    return settings


def left(prod: Settings) -> Settings:
    """The same while the region is still named, so that the copies in it can be taken away."""
    return left_at_once(prod) | {"former_disaster_recovery_region": prod["disaster_recovery_region"]}


def live(stacks: Stacks, deployment: Deployment) -> ProductionLife:
    """Let `prod` live; fails with Terraform's words where a step is refused that should not be."""
    clients, environment, stack = connect(deployment), deployment.environment, stacks.born
    with ThreadPoolExecutor(max_workers=1) as beside:
        bootstrapped = beside.submit(apply, stacks.bootstrap)
        # What comes after the policy is a wait of a minute for the lifecycle, which nothing depends on.
        _wait_for_policy(clients, state_bucket_name(environment), unless=bootstrapped.done)
        apply(stack)
        bootstrapped.result()
    planned_again = plan_again(stack)
    sounding = sound(clients, environment)
    refused = stack.terraform("destroy", "-input=false", "-auto-approve", "-refresh=false")
    to_switched = switch(stack, stacks.switched)
    _scale(clients, environment.physical_name("core"))
    scaled = plan_again(stack)
    sounding_switched = sound(clients, environment, but=sounding.states.keys())
    become(stack, stacks.left_at_once)
    at_once = stack.terraform("plan", "-input=false", "-refresh=false")
    return ProductionLife(
        planned_again=planned_again,
        sounding=sounding,
        destroyed_while_protected=refused,
        switched=to_switched,
        scaled=scaled,
        sounding_switched=sounding_switched,
        left_at_once=at_once,
        left=switch(stack, stacks.left),
        remains=destroy(stack),
    )


def _wait_for_policy(clients: Clients, bucket: str, *, unless: Callable[[], bool]) -> None:
    while not unless():
        try:
            clients.s3.get_bucket_policy(Bucket=bucket)
        except ClientError:
            time.sleep(1)
        else:
            return


def _scale(clients: Clients, table: str) -> None:
    """What autoscaling does when the load has risen."""
    clients.dynamodb.update_table(
        TableName=table,
        ProvisionedThroughput={"ReadCapacityUnits": 33, "WriteCapacityUnits": 12},
        GlobalSecondaryIndexUpdates=[
            {
                "Update": {
                    "IndexName": "gsi1",
                    "ProvisionedThroughput": {"ReadCapacityUnits": 44, "WriteCapacityUnits": 22},
                }
            }
        ],
    )
