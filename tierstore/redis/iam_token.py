"""The password that ElastiCache accepts from an IAM user: a presigned `elasticache:Connect` request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from botocore.auth import SigV4QueryAuth
from botocore.awsrequest import AWSRequest

if TYPE_CHECKING:
    from botocore.credentials import Credentials, ReadOnlyCredentials

LIFETIME_SECONDS: Final = 900
"""How long ElastiCache accepts a token (ElastiCache user guide, "Authenticating with IAM")."""


def iam_token(
    credentials: Credentials | ReadOnlyCredentials,
    *,
    user: str,
    cache: str,
    region: str,
    serverless: bool = False,
) -> str:
    """Sign a token that logs `user` in to `cache` for the next 15 minutes.

    `user` is the ElastiCache user's name, which IAM authentication needs to equal its id; `cache` the replication
    group's id or, where `serverless`, the serverless cache's name. Computed locally: no request is sent.
    """
    query = {"Action": "connect", "User": user}
    if serverless:
        query["ResourceType"] = "ServerlessCache"
    # ElastiCache signs over lower-case names only, and wants the URL without its scheme.
    request = AWSRequest(method="GET", url=f"https://{cache.lower()}/?{urlencode(query)}")
    SigV4QueryAuth(credentials, "elasticache", region, expires=LIFETIME_SECONDS).add_auth(request)
    return str(request.url).removeprefix("https://")
