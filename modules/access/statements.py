"""The policy of a persona, from what its access patterns need."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from environments import arns
from environments.schema import Environment
from environments.standby import with_standby
from modules.policy import Statement, service_host
from tierstore.declaration.model import DataModel
from tierstore.declaration.permissions import (
    ItemPermission,
    ListingPermission,
    LoginPermission,
    ObjectPermission,
    Permission,
    permissions_of,
)

LEADING_KEYS: Final = "dynamodb:LeadingKeys"
"""The partition keys that a request names."""
_ENCRYPTING: Final = "s3:PutObject"


@dataclass(frozen=True, kw_only=True)
class DataKeys:
    """ARNs of the KMS keys that data is read and written with."""

    dynamodb: str
    s3: str
    s3_replica: str | None = None
    """Of the copies in the disaster-recovery region; None where there are none."""


def render_applications(environment: Environment, model: DataModel, keys: DataKeys) -> dict[str, list[Statement]]:
    """By persona of the data model, its policy."""
    return {
        persona.name: [
            *render_persona(permissions_of(persona), environment, keys),
            *_render_lending(environment, persona.name),
        ]
        for persona in model.personas
    }


def render_persona(permissions: Iterable[Permission], environment: Environment, keys: DataKeys) -> list[Statement]:
    """Everything that the permissions need: the data, its keys, and the document that tells where all of it is."""
    ordered = sorted(permissions, key=str)
    items = [each for each in ordered if isinstance(each, ItemPermission)]
    objects = [each for each in ordered if isinstance(each, ObjectPermission)]
    listings = [each for each in ordered if isinstance(each, ListingPermission)]
    statements = [*_on_items(items, environment), *_on_objects(objects, environment), *_on_lists(listings, environment)]
    if items:
        tables = {permission.table for permission in items}
        statements.append(render_items_key(environment, keys.dynamodb, tables))
    if objects:
        buckets = {permission.bucket for permission in objects}
        encrypts = any(permission.action == _ENCRYPTING for permission in objects)
        statements.append(render_objects_key(environment, keys.s3, buckets, encrypts=encrypts))
    logins = [render_login(environment, each.persona) for each in ordered if isinstance(each, LoginPermission)]
    return [*statements, *logins, render_connection_document(environment)]


def render_login(environment: Environment, persona: str) -> Statement:
    """Log in to Redis as the persona's own user, and where it stands by."""
    places = list(with_standby(environment))
    return allow(
        "RedisLogin",
        ["elasticache:Connect"],
        [arn for place in places for arn in (*arns.cache_arns(place), arns.cache_user_arn(place, persona))],
    )


def render_connection_document(environment: Environment) -> Statement:
    """Read where the tiers are, by the document of each region that has one."""
    return allow("ConnectionDocument", ["ssm:GetParameter"], arns.parameter_arns(environment))


def render_items_key(environment: Environment, key: str, tables: Iterable[str]) -> Statement:
    """DynamoDB may decrypt these tables on the persona's behalf; nothing else can be decrypted with the key."""
    context = {
        "kms:ViaService": service_host("dynamodb", environment),
        "kms:EncryptionContext:aws:dynamodb:tableName": sorted(environment.physical_name(table) for table in tables),
    }
    return allow("KeyOfItems", ["kms:Decrypt"], [key]) | {"Condition": {"StringEquals": context}}


def render_objects_key(environment: Environment, key: str, buckets: Iterable[str], *, encrypts: bool) -> Statement:
    """S3 may decrypt, and encrypt, objects of these buckets on the persona's behalf.

    What is encrypted with a bucket key names the bucket, what was before there was one names the object.
    """
    names = [arns.bucket_arn(environment, bucket) for bucket in sorted(buckets)]
    return allow("KeyOfObjects", ["kms:Decrypt", *(["kms:GenerateDataKey"] if encrypts else [])], [key]) | {
        "Condition": {
            "StringEquals": {"kms:ViaService": service_host("s3", environment)},
            "StringLike": {"kms:EncryptionContext:aws:s3:arn": [*names, *(f"{name}/*" for name in names)]},
        }
    }


def allow(sid: str, actions: Iterable[str], resources: Iterable[str]) -> Statement:
    """A statement that allows."""
    return {"Sid": sid, "Effect": "Allow", "Action": list(actions), "Resource": list(resources)}


def _on_items(permissions: Iterable[ItemPermission], environment: Environment) -> Iterator[Statement]:
    """One statement for all actions that the same partitions of a table or index are open to."""
    partitions: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for permission in permissions:
        partitions[permission.table, permission.index, permission.action].append(permission.partitions)
    actions: dict[tuple[str, str, tuple[str, ...]], list[str]] = defaultdict(list)
    for (table, index, action), found in partitions.items():
        actions[table, index, tuple(found)].append(action)
    for (table, index, keys), names in actions.items():
        verbs = "".join(name.removeprefix("dynamodb:").removesuffix("Item") for name in names)
        operator = "StringLike" if any("*" in key for key in keys) else "StringEquals"
        yield allow(f"{_word(table)}{_word(index)}{verbs}", names, [arns.table_arn(environment, table, index)]) | {
            "Condition": {
                f"ForAllValues:{operator}": {LEADING_KEYS: list(keys)},
                # A request without any partition key would meet a condition on all of them.
                "Null": {LEADING_KEYS: "false"},
            }
        }


def _on_objects(permissions: Iterable[ObjectPermission], environment: Environment) -> Iterator[Statement]:
    actions: dict[tuple[str, str], list[str]] = defaultdict(list)
    for permission in permissions:
        actions[permission.bucket, permission.keys].append(permission.action)
    for (bucket, keys), names in actions.items():
        yield allow(f"{_word(bucket)}Objects", names, [f"{arns.bucket_arn(environment, bucket)}/{keys}"])


def _on_lists(permissions: Iterable[ListingPermission], environment: Environment) -> Iterator[Statement]:
    actions: dict[tuple[str, str], list[str]] = defaultdict(list)
    for permission in permissions:
        actions[permission.bucket, permission.keys].append(permission.action)
    for (bucket, keys), names in actions.items():
        part = "All" if keys == "*" else ""
        statement = allow(f"{_word(bucket)}List{part}", names, [arns.bucket_arn(environment, bucket)])
        yield statement | _limited_to(keys)


def _limited_to(keys: str) -> Statement:
    if keys == "*":
        return {}
    # Looking at an object that does not exist counts as listing without a prefix. Who owns but a part of the bucket
    # must not list without one, and is told that such an object is forbidden.
    operator = "StringLike" if "${" in keys else "StringLikeIfExists"
    return {"Condition": {operator: {"s3:prefix": keys}}}


def _word(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("_"))


def _render_lending(environment: Environment, persona: str) -> list[Statement]:
    """A persona may take the roles that it lends to others."""
    lent = [
        arns.role_arn(environment, name)
        for name, trust in sorted(environment.access.personas.items())
        if persona in trust.personas
    ]
    return [allow("LentRoles", ["sts:AssumeRole", "sts:TagSession"], lent)] if lent else []
