"""Guards against the wrong AWS account: asks whose credentials these are."""

from __future__ import annotations

from dataclasses import dataclass

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError

from environments.problems import WrongAccount
from environments.schema import Environment

CONNECT_SECONDS = 2.0
ANSWER_SECONDS = 5.0
"""STS answers in a fraction of a second; this check must not hold up the command that it guards."""

ATTEMPTS = 2


@dataclass(frozen=True, kw_only=True)
class Caller:
    """Who AWS takes the caller for."""

    account: str
    arn: str


def mismatch(environment: Environment, caller: Caller) -> str | None:
    """Why `caller` may not touch `environment`, in one line; None where it may."""
    if caller.account == environment.account:
        return None
    return (
        f"wrong account: given credentials of {caller.arn} in account {caller.account}, "
        f"environment {environment.name} allows account {environment.account} only: choose another AWS_PROFILE"
    )


def require_account(environment: Environment) -> None:
    """Raise `WrongAccount` unless the ambient AWS credentials belong to the account of `environment`."""
    if problem := mismatch(environment, _caller(environment)):
        raise WrongAccount(problem)


def _caller(environment: Environment) -> Caller:
    configuration = Config(
        connect_timeout=CONNECT_SECONDS,
        read_timeout=ANSWER_SECONDS,
        retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
    )
    try:
        sts = boto3.Session(region_name=environment.region).client(
            "sts", config=configuration, endpoint_url=environment.endpoints.get("sts")
        )
        identity = sts.get_caller_identity()
    except NoCredentialsError:
        raise WrongAccount(
            f"given no AWS credentials, environment {environment.name} allows those of account {environment.account}: "
            "set AWS_PROFILE or log in"
        ) from None
    except (BotoCoreError, ClientError) as error:
        raise WrongAccount(
            f"AWS does not say whose credentials these are, environment {environment.name} allows those of account "
            f"{environment.account}: {_one_line(error)}"
        ) from None
    return Caller(account=identity["Account"], arn=identity["Arn"])


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())
