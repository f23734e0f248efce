"""The most that a role of an environment can be given, whoever writes its policies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

from cdktf_cdktf_provider_aws.iam_policy import IamPolicy
from constructs import Construct

from environments import arns
from environments.schema import Environment
from modules.access.boundary import SCANS, render_boundary
from modules.access.operations import Place, render_operations
from modules.access.services import render_services
from modules.access.statements import DataKeys, render_applications
from modules.policy import LARGEST_MANAGED_POLICY, Statement, limited_document
from tierstore.declaration.model import DataModel


@dataclass(frozen=True, kw_only=True)
class BoundaryArns:
    """ARNs of the boundaries, by who has a role below each."""

    applications: str
    """The personas of the data model."""
    operations: str
    """Those who run the environment."""
    services: str
    """Services of AWS that work for it: copies, backups, logs."""

    @classmethod
    def of(cls, environment: Environment) -> BoundaryArns:
        """Known before they exist."""
        return cls(**{group.name: arns.boundary_arn(environment, group.name) for group in fields(cls)})


class Boundaries(Construct):
    """The policies `<prefix>-<environment>-boundary-<group>`.

    They belong to the stack that comes first, so that whoever deploys the environment can't change them.
    """

    def __init__(self, scope: Construct, id_: str, *, environment: Environment, model: DataModel) -> None:
        super().__init__(scope, id_)
        made = {}
        for group, statements in render_boundaries(environment, model).items():
            name = environment.boundary_name(group)
            policy = IamPolicy(
                self,
                group,
                name=name,
                description=f"The most that a role of the {group} can be given",
                policy=limited_document(statements, of=name, limit=LARGEST_MANAGED_POLICY),
            )
            made[group] = policy.arn
        self.arns = BoundaryArns(**made)


def render_boundaries(environment: Environment, model: DataModel) -> Mapping[str, Sequence[Statement]]:
    """By group, the statements of its boundary."""
    every_key = arns.every_key_arn(environment)
    keys = DataKeys(dynamodb=every_key, s3=every_key, s3_replica=every_key)
    applications = render_applications(environment, model, keys)
    operations = render_operations(Place(environment=environment, model=model, keys=keys))
    return {
        "applications": render_boundary(applications.values(), environment, denied=SCANS),
        "operations": render_boundary(operations.values(), environment),
        "services": render_services(environment),
    }
