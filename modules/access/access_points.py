"""A door of its own into each bucket for each persona that uses it, through which nobody else comes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from cdktf_cdktf_provider_aws.s3_access_point import (
    S3AccessPoint,
    S3AccessPointPublicAccessBlockConfiguration,
    S3AccessPointVpcConfiguration,
)
from constructs import Construct

from environments import arns
from environments.schema import Environment
from modules.policy import Statement, document
from tierstore.declaration.model import DataModel
from tierstore.declaration.permissions import (
    ListingPermission,
    LoginPermission,
    ObjectPermission,
    Permission,
    permissions_of,
)


class AccessPoints(Construct):
    """One access point for each persona and bucket that its access patterns use.

    A persona that logs in to Redis lives in the VPC, since nobody else reaches Redis; its access points take requests
    from there only. `buckets` are ids and `roles` ARNs, by declared name.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        environment: Environment,
        model: DataModel,
        buckets: Mapping[str, str],
        roles: Mapping[str, str],
        vpc_id: str,
    ) -> None:
        super().__init__(scope, id_)
        for persona in model.personas:
            permissions = permissions_of(persona)
            lives_in_vpc = any(isinstance(permission, LoginPermission) for permission in permissions)
            for bucket in used_buckets(permissions):
                statements = render_access(
                    [each for each in permissions if getattr(each, "bucket", None) == bucket],
                    role=roles[persona.name],
                    access_point=arns.access_point_arn(environment, persona.name, bucket),
                )
                S3AccessPoint(
                    self,
                    f"{persona.name}-{bucket}",
                    name=environment.access_point_name(persona.name, bucket),
                    bucket=buckets[bucket],
                    vpc_configuration=S3AccessPointVpcConfiguration(vpc_id=vpc_id) if lives_in_vpc else None,
                    public_access_block_configuration=S3AccessPointPublicAccessBlockConfiguration(
                        block_public_acls=True,
                        block_public_policy=True,
                        ignore_public_acls=True,
                        restrict_public_buckets=True,
                    ),
                    policy=document(statements),
                )


def used_buckets(permissions: Iterable[Permission]) -> list[str]:
    """The buckets whose objects the permissions are about."""
    return sorted({permission.bucket for permission in permissions if isinstance(permission, ObjectPermission)})


def render_access(permissions: Iterable[Permission], *, role: str, access_point: str) -> list[Statement]:
    """What a role (an ARN) may do through an access point (an ARN): what the permissions on its bucket say."""
    objects: dict[str, list[str]] = defaultdict(list)
    lists: dict[str, list[str]] = defaultdict(list)
    for permission in sorted(permissions, key=str):
        match permission:
            case ObjectPermission(action=action, keys=keys):
                objects[keys].append(action)
            case ListingPermission(action=action, keys=keys):
                lists[keys].append(action)
            case _:
                continue
    statements = [
        _allow("Objects", role, actions, f"{access_point}/object/{keys}") for keys, actions in objects.items()
    ]
    for keys, actions in lists.items():
        condition = {} if keys == "*" else {"Condition": {"StringLike": {"s3:prefix": keys}}}
        statements.append(_allow("List", role, actions, access_point) | condition)
    return [statement | {"Sid": f"{statement['Sid']}{number}"} for number, statement in enumerate(statements, start=1)]


def _allow(sid: str, role: str, actions: list[str], resource: str) -> Statement:
    return {"Sid": sid, "Effect": "Allow", "Principal": {"AWS": role}, "Action": actions, "Resource": resource}
