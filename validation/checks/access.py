"""Roles: each persona may do what its access patterns need, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import Any, Final

from environments import arns
from environments.declared import APPLICATIONS, OPERATIONS
from environments.schema import Environment
from tierstore.declaration.permissions import (
    ItemPermission,
    ListingPermission,
    LoginPermission,
    ObjectPermission,
    Permission,
    owner_variable,
    permissions_of,
)
from tierstore.declaration.personas import Persona
from validation.context import Context
from validation.framework.check import check
from validation.framework.result import Finding, Severity, compare
from validation.live import iam
from validation.resource_policy import allows_anybody

OWNER: Final = "validation-owner"
"""Whose id a role is taken with that is bound to one."""
SOMETHING: Final = "validation"
"""In the place of whatever a key may have there."""
SECONDS_OF_AN_HOUR: Final = 3600

ON_TABLES: Final[Mapping[str, Sequence[str]]] = {
    "operator": ["dynamodb:GetItem", "dynamodb:Scan"],
    "auditor": [],
    "backup": [],
    "validator": ["dynamodb:DeleteItem", "dynamodb:GetItem", "dynamodb:PutItem"],
}
"""What those who run an environment may do with items."""
_ACTIONS_ON_TABLES: Final = (
    "dynamodb:BatchWriteItem",
    "dynamodb:DeleteItem",
    "dynamodb:DeleteTable",
    "dynamodb:GetItem",
    "dynamodb:PutItem",
    "dynamodb:Scan",
    "dynamodb:UpdateItem",
)


def _everybody(_context: Context) -> Sequence[str]:
    return (*APPLICATIONS, *OPERATIONS)


def _applications(_context: Context) -> Sequence[str]:
    return APPLICATIONS


def _operations(_context: Context) -> Sequence[str]:
    return tuple(OPERATIONS)


@check("access.roles", "Roles are bounded and taken by those who are named", severity=Severity.HIGH, each=_everybody)
def roles(context: Context, persona: str) -> Iterator[Finding]:
    """The boundary that no attached policy can cross, the length of a session, and who takes the role."""
    environment = context.environment
    found = context.ask(iam.role, environment.role_name(persona))
    group = "operations" if persona in OPERATIONS else "applications"
    yield compare(
        "boundary",
        expected=arns.boundary_arn(environment, group),
        found=found.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn"),
    )
    yield compare(
        "longest session in seconds",
        expected=environment.access.session_hours * SECONDS_OF_AN_HOUR,
        found=found["MaxSessionDuration"],
    )
    # boto3 has parsed the document already, whatever its types say.
    trust: Any = found["AssumeRolePolicyDocument"]
    yield compare("taken by anybody", expected=[], found=list(allows_anybody(json.dumps(trust))))
    yield compare("principals", expected=_trusted(environment, persona), found=sorted(_principals(trust)))


def _trusted(environment: Environment, persona: str) -> list[str]:
    trust = environment.access.personas.get(persona)
    if trust is None:
        return [arns.account_arn(environment)]
    lenders = [arns.role_arn(environment, lender) for lender in trust.personas]
    services = [f"{service}.amazonaws.com" for service in trust.services]
    return sorted([*trust.principals, *lenders, *services]) or [arns.account_arn(environment)]


def _principals(trust: Mapping[str, Any]) -> Iterator[str]:
    for statement in trust["Statement"]:
        for names in statement["Principal"].values():
            yield from [names] if isinstance(names, str) else names


@check(
    "access.permissions",
    "Personas may do what they declare, and nothing else",
    severity=Severity.CRITICAL,
    each=_applications,
)
def permissions(context: Context, persona: str) -> Iterator[Finding]:
    """IAM simulates each action that any persona declares, on each part of the storage, with the persona's role.

    Too little breaks the application, too much opens data to those who have no business with it.
    """
    role_arn = _role_arn(context, persona)
    declared = context.model.persona(persona)
    own = permissions_of(declared)
    everything = {permission for each in context.model.personas for permission in permissions_of(each)}
    for trial in sorted(_trials(context.environment, everything), key=str):
        actions = [*trial.actions(everything), *trial.never]
        yield compare(
            trial.title,
            expected=trial.actions(_as_owner(own, declared)),
            found=context.ask(
                iam.allowed,
                role_arn,
                tuple(actions),
                trial.resources,
                trial.conditions(declared),
            ),
        )


@check(
    "access.operations",
    "Those who run the environment keep to their task",
    severity=Severity.CRITICAL,
    each=_operations,
)
def operations(context: Context, persona: str) -> Iterator[Finding]:
    """What IAM would let the operator, the auditor, the backup and the validator do with the items of each table."""
    role_arn = _role_arn(context, persona)
    for table in context.model.tables:
        yield compare(
            table.name,
            expected=list(ON_TABLES[persona]),
            found=context.ask(
                iam.allowed,
                role_arn,
                _ACTIONS_ON_TABLES,
                (arns.table_arn(context.environment, table.name),),
                (),
            ),
        )


def _role_arn(context: Context, persona: str) -> str:
    # A role that is not there would seem to be kept from everything.
    return context.ask(iam.role, context.environment.role_name(persona))["Arn"]


@dataclass(frozen=True, kw_only=True)
class Trial:
    """One part of the storage, as a request would name it."""

    title: str
    part: tuple[str, ...]
    """Kind, and names as permissions have them."""
    key: str
    """The partition key or object that a request would name."""
    resources: tuple[str, ...]
    condition: str = ""
    """The condition key that tells of `key`, if there is one."""
    never: tuple[str, ...] = ()
    """Actions that no persona declares."""

    def actions(self, permissions: set[Permission] | frozenset[Permission]) -> list[str]:
        """What the permissions allow here, sorted."""
        return sorted(
            {
                permission.action
                for permission in permissions
                if _part(permission) == self.part and fnmatchcase(self.key, _key(permission))
            }
        )

    def conditions(self, persona: Persona) -> tuple[tuple[str, str], ...]:
        """What a request of the persona would carry."""
        owner = [(f"aws:PrincipalTag/{persona.owns}", OWNER)] if persona.owns else []
        return (*owner, *([(self.condition, self.key)] if self.condition else []))


def _part(permission: Permission) -> tuple[str, ...]:
    match permission:
        case ItemPermission():
            return "items", permission.table, permission.index
        case ObjectPermission():
            return "objects", permission.bucket
        case ListingPermission():
            return "list", permission.bucket
        case LoginPermission():
            return "login", permission.persona


def _key(permission: Permission) -> str:
    match permission:
        case ItemPermission():
            return permission.partitions
        case ObjectPermission() | ListingPermission():
            return permission.keys
        case LoginPermission():
            return "*"


def _as_owner(permissions: frozenset[Permission], persona: Persona) -> frozenset[Permission]:
    """The permissions of somebody whose role was taken for the owner `OWNER`."""
    if persona.owns is None:
        return permissions
    variable = owner_variable(persona.owns)
    return frozenset(_replaced(permission, variable) for permission in permissions)


def _replaced(permission: Permission, variable: str) -> Permission:
    match permission:
        case ItemPermission():
            return replace(permission, partitions=permission.partitions.replace(variable, OWNER))
        case ObjectPermission() | ListingPermission():
            return replace(permission, keys=permission.keys.replace(variable, OWNER))
        case LoginPermission():
            return permission


def _trials(environment: Environment, everything: set[Permission]) -> set[Trial]:
    """Every part of the storage that a permission is about: the owner's own, and that of somebody else."""
    return {_trial(environment, permission, key) for permission in everything for key in _samples(_key(permission))}


def _samples(pattern: str) -> set[str]:
    start, variable, rest = pattern.partition("${")
    owners = (OWNER, SOMETHING) if variable else ("",)
    end = rest.partition("}")[2]
    return {f"{start}{owner}{end}".replace("*", SOMETHING) for owner in owners}


def _trial(environment: Environment, permission: Permission, key: str) -> Trial:
    part = _part(permission)
    match permission:
        case ItemPermission(table=table, index=index):
            return Trial(
                title=f"{table} {index} {key}".replace("  ", " "),
                part=part,
                key=key,
                resources=(arns.table_arn(environment, table, index),),
                condition="dynamodb:LeadingKeys",
                never=("dynamodb:Scan",),
            )
        case ObjectPermission(bucket=bucket):
            name = f"{arns.bucket_arn(environment, bucket)}/{key}"
            return Trial(title=f"{bucket}/{key}", part=part, key=key, resources=(name,), never=("s3:PutObjectAcl",))
        case ListingPermission(bucket=bucket):
            return Trial(
                title=f"list {bucket}/{key}",
                part=part,
                key=key,
                resources=(arns.bucket_arn(environment, bucket),),
                condition="s3:prefix",
                never=("s3:PutBucketPolicy",),
            )
        case LoginPermission(persona=user):
            both = (*arns.cache_arns(environment), arns.cache_user_arn(environment, user))
            return Trial(title=f"Redis as {user}", part=part, key=key, resources=both)
