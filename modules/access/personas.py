"""One role for each persona, with exactly its policy, below a boundary that no policy can cross."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from cdktf_cdktf_provider_aws.iam_instance_profile import IamInstanceProfile
from cdktf_cdktf_provider_aws.iam_policy import IamPolicy
from cdktf_cdktf_provider_aws.iam_role import IamRole
from cdktf_cdktf_provider_aws.iam_role_policy import IamRolePolicy
from constructs import Construct

from environments import arns
from environments.declared import OPERATIONS
from environments.schema import Environment, Trust
from modules.access.boundary import SCANS, render_boundary
from modules.access.operations import Place, render_operations
from modules.access.statements import DataKeys, allow, render_persona
from modules.access.trust import render_trust
from modules.checkov import suppress
from modules.policy import LARGEST_MANAGED_POLICY, LARGEST_ROLE_POLICIES, Statement, document, limited_document
from tierstore.declaration.model import DataModel
from tierstore.declaration.permissions import permissions_of

_SECONDS_OF_AN_HOUR = 3600
_OF_THE_ACCOUNT: Final = {"CKV_AWS_61": "The environment names nobody: who takes it is for the account's IAM policies."}


class Personas(Construct):
    """The roles `<prefix>-<environment>-<persona>`: of the data model's personas, and of those who run it."""

    def __init__(
        self, scope: Construct, id_: str, *, environment: Environment, model: DataModel, keys: DataKeys
    ) -> None:
        super().__init__(scope, id_)
        self._environment = environment
        self.roles: dict[str, IamRole] = {}
        """By persona."""
        applications = {
            persona.name: [
                *render_persona(permissions_of(persona), environment, keys),
                *_render_lending(environment, persona.name),
            ]
            for persona in model.personas
        }
        place = Place(environment=environment, model=model, keys=keys)
        operations = render_operations(place)
        descriptions = {persona.name: persona.description for persona in model.personas} | OPERATIONS
        owners = {persona.name: persona.owns for persona in model.personas}
        for group, policies, denied in (("applications", applications, SCANS), ("operations", operations, ())):
            boundary = self._boundary(group, policies, denied)
            for persona, statements in _lenders_first(environment, policies).items():
                self._role(persona, descriptions[persona], owners.get(persona), statements, boundary)

    def _boundary(self, group: str, policies: Mapping[str, Sequence[Statement]], denied: Sequence[str]) -> IamPolicy:
        name = self._environment.physical_name(f"{group}-boundary")
        return IamPolicy(
            self,
            f"{group}-boundary",
            name=name,
            description=f"The most that a role of the {group} can be given",
            policy=limited_document(
                render_boundary(policies.values(), self._environment, denied=denied),
                of=name,
                limit=LARGEST_MANAGED_POLICY,
            ),
        )

    def _role(
        self, persona: str, description: str, owns: str | None, statements: Sequence[Statement], boundary: IamPolicy
    ) -> None:
        environment = self._environment
        trust = environment.access.personas.get(persona, Trust())
        # Named by attribute, so that a role is there before another one trusts it.
        lenders = [self.roles[lender].arn for lender in trust.personas]
        name = environment.role_name(persona)
        role = IamRole(
            self,
            persona,
            name=name,
            description=description,
            assume_role_policy=document(render_trust(environment, trust, lenders=lenders, owns=owns)),
            permissions_boundary=boundary.arn,
            max_session_duration=environment.access.session_hours * _SECONDS_OF_AN_HOUR,
            tags={"Name": name},
        )
        if trust.names_nobody:
            suppress(role, _OF_THE_ACCOUNT)
        IamRolePolicy(
            self,
            f"{persona}-policy",
            name=name,
            role=role.id,
            policy=limited_document(statements, of=name, limit=LARGEST_ROLE_POLICIES),
        )
        if "ec2" in trust.services:
            IamInstanceProfile(self, f"{persona}-instances", name=name, role=role.name)
        self.roles[persona] = role


def _render_lending(environment: Environment, persona: str) -> list[Statement]:
    """A persona may take the roles that it lends to others."""
    lent = [
        arns.role_arn(environment, name)
        for name, trust in sorted(environment.access.personas.items())
        if persona in trust.personas
    ]
    return [allow("LentRoles", ["sts:AssumeRole", "sts:TagSession"], lent)] if lent else []


def _lenders_first(
    environment: Environment, policies: Mapping[str, Sequence[Statement]]
) -> dict[str, Sequence[Statement]]:
    """The personas in an order in which each comes after those that lend it."""
    trusts = environment.access.personas
    return dict(sorted(policies.items(), key=lambda each: len(trusts[each[0]].personas) if each[0] in trusts else 0))
