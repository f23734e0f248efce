"""What S3 says of access points, and of the account as a whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from validation.attempt import error_code
from validation.clients import Clients
from validation.framework.result import Unmet

if TYPE_CHECKING:
    from mypy_boto3_s3control.type_defs import (
        GetAccessPointResultTypeDef,
        PublicAccessBlockConfigurationTypeDef,
    )


def access_point(clients: Clients, account: str, name: str) -> GetAccessPointResultTypeDef:
    """An access point; raises `Unmet` where there is none."""
    try:
        return clients.s3_control.get_access_point(AccountId=account, Name=name)
    except ClientError as error:
        if error_code(error) == "NoSuchAccessPoint":
            raise Unmet(f"access point {name}", expected="exists", found="does not exist") from None
        raise


def access_point_policy(clients: Clients, account: str, name: str) -> str | None:
    """The policy of an access point, a JSON document."""
    try:
        return clients.s3_control.get_access_point_policy(AccountId=account, Name=name)["Policy"]
    except ClientError as error:
        if error_code(error) == "NoSuchAccessPointPolicy":
            return None
        raise


def account_block(clients: Clients, account: str) -> PublicAccessBlockConfigurationTypeDef | None:
    """Which kinds of public access are blocked in the whole account."""
    try:
        return clients.s3_control.get_public_access_block(AccountId=account)["PublicAccessBlockConfiguration"]
    except clients.s3_control.exceptions.NoSuchPublicAccessBlockConfiguration:
        return None
