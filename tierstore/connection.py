"""Where an environment's tables, buckets and cache are."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from tierstore.declaration.policies import KeySpaceUse
from tierstore.errors import InvalidError

VERSIONS: Final = (1, 2)
"""Of the connection document, which deployment publishes as an SSM parameter and as a Terraform output. The second has
more than one replication group, or a serverless cache."""


APPLICATION: Final = "application"
"""The persona of a process that is not told another one."""


def parameter_name(environment: str, prefix: str) -> str:
    """Name of the SSM parameter that holds an environment's connection document."""
    return f"/{prefix}/{environment}/connection"


@dataclass(frozen=True, kw_only=True)
class BucketConnection:
    """One bucket, and the key that its objects must be encrypted with, if it has one of its own."""

    name: str
    kms_key_arn: str | None = None


@dataclass(frozen=True, kw_only=True)
class RedisConnection:
    """A replication group or serverless cache, and as whom to log in."""

    replication_group_id: str
    """The serverless cache's name, where it is one."""
    host: str
    """Configuration endpoint, which knows every shard."""
    port: int
    tls: bool
    user: str
    """Of the persona that the process acts as."""
    authentication: str
    """`iam`: a token signed with the AWS credentials."""
    serverless: bool = False
    """Tokens are signed for a serverless cache, which has copies in several zones but no replica to wait for."""


@dataclass(frozen=True, kw_only=True)
class AwsAccess:
    """How AWS is reached. Credentials are found by botocore as every AWS tool finds them."""

    region: str
    endpoint_url: str | None = None
    """Serves every AWS service instead of AWS' own endpoints, as a sandbox does."""
    ca_file: Path | None = None
    """Certificate authorities to trust instead of the usual ones."""
    profile: str | None = None
    """Of the shared AWS configuration."""


def access_by(variables: Mapping[str, str], *, region: str) -> AwsAccess:
    """As `AWS_ENDPOINT_URL`, `AWS_CA_BUNDLE` and `AWS_PROFILE` direct every AWS tool."""
    ca_file = variables.get("AWS_CA_BUNDLE")
    return AwsAccess(
        region=region,
        endpoint_url=variables.get("AWS_ENDPOINT_URL"),
        ca_file=Path(ca_file) if ca_file else None,
        profile=variables.get("AWS_PROFILE"),
    )


@dataclass(frozen=True, kw_only=True)
class Connection(AwsAccess):
    """Everything needed to reach an environment, and no secret but the key that signs cursors."""

    environment: str
    tables: Mapping[str, str]
    """Physical names by the declared ones."""
    buckets: Mapping[str, BucketConnection]
    """By the declared names."""
    redis: RedisConnection
    """The replication group of all key spaces that have none of their own."""
    separate_redis: Mapping[KeySpaceUse, RedisConnection] = field(default_factory=dict)
    """By the use of the key spaces that live there."""
    redis_passwords_file: Path | None = None
    """JSON object of passwords by Redis user, in place of IAM tokens where Redis cannot check them, as in a sandbox."""
    cursor_key: bytes | None = field(default=None, repr=False)
    """Signs cursors; None signs with a key made from the environment's name, which shows mistakes but not forgery."""

    @classmethod
    def parse(
        cls, document: str, *, persona: str | None = None, variables: Mapping[str, str] | None = None
    ) -> Connection:
        """Read a connection document as one persona; the variables, the environment's unless given, may redirect it.

        As whom to log in to Redis, `persona` says, or else `TIERSTORE_PERSONA`, or else it is the application.

        `AWS_ENDPOINT_URL`, `AWS_CA_BUNDLE` and `AWS_PROFILE` mean what they mean to every AWS tool;
        `TIERSTORE_REDIS_PASSWORDS_FILE` names a file of passwords by Redis user, in place of IAM tokens;
        `TIERSTORE_CURSOR_KEY` is any text of at least 32 characters, the same for all processes that share cursors.
        Raises `InvalidError` for a document of another version or one that lacks something, and for a persona that has
        no user of Redis.
        """
        try:
            parsed = json.loads(document)
            given = os.environ if variables is None else variables
            return cls._from_parsed(parsed, persona or given.get("TIERSTORE_PERSONA", APPLICATION), given)
        except (ValueError, TypeError, KeyError) as error:
            raise InvalidError(
                f"the connection document cannot be read: {type(error).__name__}: {error}; deploy the environment again"
            ) from error

    @classmethod
    def _from_parsed(cls, parsed: dict[str, Any], persona: str, variables: Mapping[str, str]) -> Connection:
        if parsed["version"] not in VERSIONS:
            raise InvalidError(
                f"the connection document has version {parsed['version']!r}, this release reads "
                f"{' and '.join(map(str, VERSIONS))}; "
                "use the tierstore release that the environment was deployed with"
            )
        user = _redis_user(parsed, persona)
        redis_passwords_file = variables.get("TIERSTORE_REDIS_PASSWORDS_FILE")
        return cls(
            **asdict(access_by(variables, region=parsed["region"])),
            environment=parsed["environment"],
            tables={name: table["name"] for name, table in parsed["tables"].items()},
            buckets={
                name: BucketConnection(name=bucket["name"], kms_key_arn=bucket.get("kms_key_arn"))
                for name, bucket in parsed["buckets"].items()
            },
            redis=_redis(parsed["redis"], user),
            separate_redis={
                KeySpaceUse(use): _redis(group, user) for use, group in parsed.get("separate_redis", {}).items()
            },
            redis_passwords_file=Path(redis_passwords_file) if redis_passwords_file else None,
            cursor_key=_cursor_key(variables),
        )


def _redis_user(parsed: dict[str, Any], persona: str) -> str:
    # A document that an earlier release wrote knows one user, as whom everybody logs in.
    users: dict[str, str] = parsed.get("redis_users", {persona: parsed["redis"]["user"]})
    if persona not in users:
        raise InvalidError(
            f"persona {persona!r} has no user of Redis; allowed are {', '.join(users)}: give one of them, or none for "
            "a process that uses no Redis"
        )
    return users[persona]


def _redis(parsed: dict[str, Any], user: str) -> RedisConnection:
    optional = {"serverless": parsed.get("serverless", False)}
    needed = RedisConnection.__dataclass_fields__.keys() - optional
    return RedisConnection(**{name: parsed[name] for name in needed} | {"user": user}, **optional)


MINIMUM_CURSOR_KEY_CHARACTERS: Final = 32


def _cursor_key(variables: Mapping[str, str]) -> bytes | None:
    text = variables.get("TIERSTORE_CURSOR_KEY")
    if text is None:
        return None
    if len(text) < MINIMUM_CURSOR_KEY_CHARACTERS:
        raise InvalidError(
            f"TIERSTORE_CURSOR_KEY has {len(text)} characters; give at least {MINIMUM_CURSOR_KEY_CHARACTERS}, "
            "such as the output of `openssl rand -base64 32`"
        )
    return text.encode()
