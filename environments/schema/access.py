"""Who may take the roles of an environment."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from environments.schema.values import ExternalId, Repository, TrustedArn
from environments.settings import Section, Settings

Service = Literal["ec2", "ecs-tasks", "lambda"]


class Trust(Section):
    """Who may take the role of one persona; where nobody is named, the IAM policies of the account decide."""

    principals: tuple[TrustedArn, ...] = ()
    """Roles and users, one by one."""
    external_id: ExternalId | None = None
    """What the principals have to state; needed where one is of another account, which might act for a third."""
    services: tuple[Service, ...] = ()
    """What runs applications in this account: EC2 instances, ECS tasks, Lambda functions."""
    personas: tuple[str, ...] = ()
    """Personas whose roles may take this one, such as the application, which lends a user the uploader's."""

    @property
    def names_nobody(self) -> bool:
        """Whether the account's IAM policies decide who takes the role."""
        return not (self.principals or self.services or self.personas)


class GitHubSettings(Settings):
    """GitHub Actions of one repository, which plan and deploy without long-lived keys."""

    repository: Repository
    """Whose workflows may take the roles `plan` and `deploy`, each in the GitHub environment of its name."""
    provider: Literal["create", "existing"] = "create"
    """GitHub as an identity provider: an account has one, so that only one environment of an account creates it."""


class AccessSettings(Section):
    """Who may take which role."""

    personas: dict[str, Trust] = Field(default_factory=dict)
    """By persona; a persona that is not named is taken by whoever the IAM policies of the account let."""
    session_hours: Annotated[int, Field(ge=1, le=12)] = 1
    """How long somebody keeps a role before taking it anew."""
    github: GitHubSettings | None = None
    """Where the workflows run; null makes no roles for them."""
