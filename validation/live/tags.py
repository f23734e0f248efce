"""What the services say of the tags of a resource, by key."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

from botocore.exceptions import ClientError

from validation.attempt import error_code
from validation.clients import Clients

Tags: TypeAlias = dict[str, str]


def of_table(clients: Clients, arn: str) -> Tags:
    """Of a table, in the region of the client."""
    pages = clients.dynamodb.get_paginator("list_tags_of_resource").paginate(ResourceArn=arn)
    return _by_key(tag for page in pages for tag in page["Tags"])


def of_bucket(clients: Clients, name: str) -> Tags:
    """Of a bucket."""
    try:
        return _by_key(clients.s3.get_bucket_tagging(Bucket=name)["TagSet"])
    except ClientError as error:
        if error_code(error) == "NoSuchTagSet":
            return {}
        raise


def of_key(clients: Clients, key_id: str) -> Tags:
    """Of a KMS key."""
    pages = clients.kms.get_paginator("list_resource_tags").paginate(KeyId=key_id)
    return {tag["TagKey"]: tag["TagValue"] for page in pages for tag in page["Tags"]}


def of_cache(clients: Clients, arn: str) -> Tags:
    """Of a replication group."""
    return _by_key(clients.elasticache.list_tags_for_resource(ResourceName=arn)["TagList"])


def of_topic(clients: Clients, arn: str) -> Tags:
    """Of a topic."""
    return _by_key(clients.sns.list_tags_for_resource(ResourceArn=arn)["Tags"])


def of_log_group(clients: Clients, arn: str) -> Tags:
    """Of a log group, its ARN without `:*`."""
    return clients.logs.list_tags_for_resource(resourceArn=arn)["tags"]


def of_parameter(clients: Clients, name: str) -> Tags:
    """Of a parameter."""
    return _by_key(clients.ssm.list_tags_for_resource(ResourceType="Parameter", ResourceId=name)["TagList"])


def of_vault(clients: Clients, arn: str) -> Tags:
    """Of a backup vault."""
    return clients.backup.list_tags(ResourceArn=arn)["Tags"]


def _by_key(tags: Iterable[Mapping[str, Any]]) -> Tags:
    return {tag["Key"]: tag["Value"] for tag in tags}
