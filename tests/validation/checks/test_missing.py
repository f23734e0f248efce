"""A resource that is not there fails every check on it and is named; it breaks none."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from validation.checks import CHECKS
from validation.context import Context
from validation.framework.result import Status
from validation.framework.runner import plan, run

OF_THE_ACCOUNT = {"s3.account_block"}
"""There whatever is deployed in the account."""


@pytest.mark.integration
def test_nothing_passes_in_an_environment_that_is_not_deployed(fresh_context: Callable[[], Context]) -> None:
    deployed = fresh_context()
    elsewhere = deployed.environment.model_copy(update={"name": "nowhere"})
    context = Context(elsewhere, deployed.model, deployed.clients)

    checks = [check for check in CHECKS if check.id not in OF_THE_ACCOUNT]

    results = run(plan(checks, context), context, workers=8, on_result=lambda _result: None)

    assert {result.check: result for result in results if result.status is not Status.FAILED} == {}
    found = {str(result.findings[-1].found) for result in results}
    assert found == {"does not exist"}
