"""The document by which applications find everything."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from environments.redis_users import user_name, user_names
from environments.replication_groups import ReplicationGroup, replication_groups
from tierstore.connection import APPLICATION
from validation.checks import dynamodb_settings, redis_settings, s3_settings, serverless_redis
from validation.context import Context
from validation.framework.check import check
from validation.framework.result import Finding, Json, Severity, Unmet, compare
from validation.live import ssm


def _parameters(context: Context) -> Sequence[str]:
    return [context.environment.connection_parameter]


@check("platform.connection", "Applications are told how to connect", severity=Severity.CRITICAL, each=_parameters)
def connection(context: Context, parameter: str) -> Iterator[Finding]:
    """The published connection document against the resources that are really there, part by part."""
    published = published_document(context, parameter)
    expected = expected_document(context)
    for part in sorted(expected.keys() | published.keys()):
        yield compare(part, expected=expected.get(part), found=published.get(part))


def published_document(context: Context, parameter: str) -> dict[str, Json]:
    """What applications read; raises `Unmet` where it is no document."""
    return _parsed(context.ask(ssm.parameter, parameter))


def _parsed(text: str) -> dict[str, Json]:
    try:
        document = json.loads(text)
    except ValueError as error:
        raise Unmet("document", expected="JSON", found=f"not JSON: {error}") from None
    if not isinstance(document, dict):
        raise Unmet("document", expected="a JSON object", found=text)
    return document


def expected_document(context: Context) -> dict[str, Json]:
    """What must be published, from live resources."""
    environment = context.environment
    redis = expected_redis(context)
    is_beyond_one_group = "separate_redis" in redis or environment.redis.kind == "serverless"
    return {
        "version": 2 if is_beyond_one_group else 1,
        "environment": environment.name,
        "region": environment.region,
        "tables": {
            table: {"name": live["TableName"], "arn": live["TableArn"]}
            for table in dynamodb_settings.tables(context)
            for live in (dynamodb_settings.describe(context, table),)
        },
        "buckets": {
            bucket: {
                "name": environment.bucket_name(bucket),
                "arn": s3_settings.bucket_arn(environment, bucket),
                "kms_key_arn": s3_settings.bucket_key(context, bucket),
            }
            for bucket in s3_settings.buckets(context)
        },
        **redis,
    }


def expected_redis(context: Context) -> dict[str, Json]:
    """What must be published of Redis, from the live replication groups or serverless cache."""
    environment = context.environment
    users: dict[str, Json] = {**user_names(environment)}
    if environment.redis.kind == "serverless":
        return {"redis": _serverless(context), "redis_users": users}
    main, *separate = replication_groups(environment)
    separate_redis: dict[str, Json] = {use.value: _redis(context, group) for group in separate for use in group.uses}
    return {
        "redis": _redis(context, main),
        "redis_users": users,
        **({"separate_redis": separate_redis} if separate_redis else {}),
    }


def _redis(context: Context, group: ReplicationGroup) -> dict[str, Json]:
    live = redis_settings.describe(context, group.id)
    endpoint = live["ConfigurationEndpoint"]
    return _reached(context, live["ReplicationGroupId"], endpoint["Address"], endpoint["Port"])


def _serverless(context: Context) -> dict[str, Json]:
    live = serverless_redis.describe(context, context.environment.serverless_cache_name)
    endpoint = live["Endpoint"]
    return _reached(context, live["ServerlessCacheName"], endpoint["Address"], endpoint["Port"]) | {"serverless": True}


def _reached(context: Context, name: str, host: str, port: int) -> dict[str, Json]:
    return {
        "replication_group_id": name,
        "host": host,
        "port": port,
        "tls": True,
        "user": user_name(context.environment, APPLICATION),
        "authentication": "iam",
    }
