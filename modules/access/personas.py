"""One role for each persona, with exactly its policy, below a boundary that no policy can cross."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from cdktf_cdktf_provider_aws.iam_instance_profile import IamInstanceProfile
from cdktf_cdktf_provider_aws.iam_role import IamRole
from cdktf_cdktf_provider_aws.iam_role_policy import IamRolePolicy
from constructs import Construct

from environments.declared import OPERATIONS
from environments.schema import Environment, Trust
from modules.access.boundaries import BoundaryArns
from modules.access.operations import Place, render_operations
from modules.access.statements import DataKeys, render_applications
from modules.access.trust import render_trust
from modules.checkov import suppress
from modules.policy import LARGEST_ROLE_POLICIES, Statement, document, limited_document
from tierstore.declaration.model import DataModel

_SECONDS_OF_AN_HOUR = 3600
_OF_THE_ACCOUNT: Final = {"CKV_AWS_61": "The environment names nobody: who takes it is for the account's IAM policies."}


class Personas(Construct):
    """The roles `<prefix>-<environment>-<persona>`: of the data model's personas, and of those who run it."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        environment: Environment,
        model: DataModel,
        keys: DataKeys,
        boundaries: BoundaryArns,
    ) -> None:
        super().__init__(scope, id_)
        self._environment = environment
        self.roles: dict[str, IamRole] = {}
        """By persona."""
        applications = render_applications(environment, model, keys)
        operations = render_operations(Place(environment=environment, model=model, keys=keys))
        descriptions = {persona.name: persona.description for persona in model.personas} | OPERATIONS
        owners = {persona.name: persona.owns for persona in model.personas}
        for policies, boundary in ((applications, boundaries.applications), (operations, boundaries.operations)):
            for persona, statements in _lenders_first(environment, policies).items():
                self._role(persona, descriptions[persona], owners.get(persona), statements, boundary)

    def _role(
        self, persona: str, description: str, owns: str | None, statements: Sequence[Statement], boundary_arn: str
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
            permissions_boundary=boundary_arn,
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


def _lenders_first(
    environment: Environment, policies: Mapping[str, Sequence[Statement]]
) -> dict[str, Sequence[Statement]]:
    """The personas in an order in which each comes after those that lend it."""
    trusts = environment.access.personas
    return dict(sorted(policies.items(), key=lambda each: len(trusts[each[0]].personas) if each[0] in trusts else 0))
