"""The token that logs in to ElastiCache, against what AWS documents of it."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from botocore.credentials import ReadOnlyCredentials

from tierstore.redis.iam_token import LIFETIME_SECONDS, iam_token

CREDENTIALS = ReadOnlyCredentials("AKIAEXAMPLE", "secret-access-key", "session+token/==")


def parts(token: str) -> tuple[str, dict[str, list[str]]]:
    url = urlsplit(f"https://{token}")
    return url.netloc, parse_qs(url.query)


def test_names_the_cache_the_user_and_the_action() -> None:
    cache, query = parts(iam_token(CREDENTIALS, user="app", cache="tierstore-prod", region="eu-central-1"))

    assert cache == "tierstore-prod"
    assert query["Action"] == ["connect"]
    assert query["User"] == ["app"]


def test_is_signed_for_elasticache_in_the_region_for_fifteen_minutes() -> None:
    _, query = parts(iam_token(CREDENTIALS, user="app", cache="tierstore-prod", region="eu-central-1"))

    assert query["X-Amz-Credential"][0].endswith("/eu-central-1/elasticache/aws4_request")
    assert query["X-Amz-Expires"] == [str(LIFETIME_SECONDS)] == ["900"]
    assert query["X-Amz-Security-Token"] == ["session+token/=="]
    assert len(query["X-Amz-Signature"][0]) == 64


def test_signs_a_lower_case_name_because_elasticache_does() -> None:
    cache, _ = parts(iam_token(CREDENTIALS, user="app", cache="Tierstore-Prod", region="eu-central-1"))

    assert cache == "tierstore-prod"


@pytest.mark.parametrize(("serverless", "resource_type"), [(True, ["ServerlessCache"]), (False, None)])
def test_says_so_where_the_cache_is_serverless(*, serverless: bool, resource_type: list[str] | None) -> None:
    token = iam_token(CREDENTIALS, user="app", cache="cache", region="eu-central-1", serverless=serverless)

    assert parts(token)[1].get("ResourceType") == resource_type


def test_never_holds_the_secret() -> None:
    assert "secret-access-key" not in iam_token(CREDENTIALS, user="app", cache="cache", region="eu-central-1")
