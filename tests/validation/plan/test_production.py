"""The first plan of `prod`, made by Terraform and the real provider against a sandbox."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from environments.target import SANDBOX_DIRECTORY_VARIABLE, load_target
from modules.app import build_app
from tests.support.deployed import Deployed
from toolchain import checkov as installation
from toolchain.terraform import pin_provider
from validation.plan import checkov
from validation.plan.checkov import CheckovReport
from validation.plan.model import read_plan
from validation.plan.redaction import redacted
from validation.plan.review import Review, review
from validation.plan.terraform import Planned

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def planned(deployed_local: Deployed, tmp_path_factory: pytest.TempPathFactory) -> Planned:
    """The plan of `prod` beside the deployed `local`, with its state in a file."""
    deployment = load_target("prod", variables=deployed_local.variables)
    environment = deployment.environment.model_copy(update={"state": "file"})
    output = tmp_path_factory.mktemp("prod")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(SANDBOX_DIRECTORY_VARIABLE, str(deployed_local.sandbox_directory))
        build_app([replace(deployment, environment=environment)], output=output).synth()
    prod = replace(deployed_local, name="prod", stack_directory=output / "stacks" / "prod")
    pin_provider(prod.stack_directory)
    for step in (("init", "-input=false"), ("plan", "-input=false", "-out=plan"), ("show", "-json", "plan")):
        finished = prod.terraform(*step)
        assert finished.returncode == 0, finished.stderr[-2000:]
    file = output / "plan.json"
    document = redacted(json.loads(finished.stdout))
    file.write_text(json.dumps(document))
    return Planned(document=document, stack=json.loads((prod.stack_directory / "cdk.tf.json").read_text()), file=file)


@pytest.fixture(scope="module")
def scanned(planned: Planned) -> CheckovReport:
    """What Checkov says of the plan, installed where it is not yet."""
    if installation.find() is None:
        installation.checkov()
    executable = installation.find()
    assert isinstance(executable, Path)
    return checkov.scan(planned.file, checkov.suppressions(planned.stack), executable=executable)


@pytest.fixture(scope="module")
def reviewed(planned: Planned, deployed_local: Deployed) -> Review:
    """The review of the plan, without Checkov."""
    environment = load_target("prod", variables=deployed_local.variables).environment
    return review(read_plan(planned.document), environment, today=datetime.now(UTC).date())


def test_the_first_deployment_of_production_is_not_held_up(reviewed: Review) -> None:
    assert list(reviewed.reasons()) == []
    assert reviewed.findings == ()


def test_every_resource_of_production_has_a_price_or_a_reason_for_none(reviewed: Review) -> None:
    unknown = [item.why for item in reviewed.cost.after.not_included if item.why.startswith("no price of aws_")]

    assert unknown == []
    assert reviewed.cost.after.usd > 1000


def test_every_note_for_checkov_suppresses_something_for_a_reason(scanned: CheckovReport) -> None:
    assert scanned.passed > 100
    assert scanned.void == ()
    assert all(check.reason for check in scanned.suppressed)
