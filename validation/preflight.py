"""What has to hold before anything can be judged: credentials, the right account, a deployed environment."""

from __future__ import annotations

from botocore.exceptions import ClientError

from environments.account import require_account
from environments.target import load_target
from tierstore.model import DATA_MODEL
from validation.clients import connect
from validation.context import Context
from validation.errors import CouldNotRun
from validation.framework.result import Unmet
from validation.live import dynamodb, redis, ssm


def deployed_context(environment_name: str, *, inside_vpc: bool = False) -> Context:
    """The context of a deployed environment.

    Raises `environments.UnusableEnvironment` or `CouldNotRun`: unknown or invalid environment, sandbox not running,
    credentials missing or of another account, nothing deployed.
    """
    deployment = load_target(environment_name)
    if deployment.sandbox is None:
        require_account(deployment.environment)
    clients = connect(deployment)
    context = Context(deployment.environment, DATA_MODEL, clients, inside_vpc=inside_vpc)
    _require_deployed(context)
    return context


def _require_deployed(context: Context) -> None:
    """One trace of the environment is enough; what else is missing is for the checks to say."""
    environment = context.environment
    traces = (
        lambda: context.ask(ssm.parameter, environment.connection_parameter),
        lambda: context.ask(dynamodb.table, environment.physical_name(context.model.tables[0].name)),
        lambda: context.ask(redis.replication_group, environment.replication_group_id),
        lambda: context.ask(redis.serverless_cache, environment.serverless_cache_name),
    )
    for trace in traces:
        try:
            trace()
        except Unmet:
            continue
        except ClientError:
            # Something refused to say; the checks will name it.
            return
        return
    raise CouldNotRun(
        f"{environment.name} is not deployed in account {environment.account}, region {environment.region}: "
        f"deploy it with `cdktf deploy {environment.name}` and run again"
    )
