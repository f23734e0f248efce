"""The roles that the workflows of a repository take, without any long-lived key."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple

from cdktf_cdktf_provider_aws.iam_openid_connect_provider import IamOpenidConnectProvider
from cdktf_cdktf_provider_aws.iam_policy import IamPolicy
from cdktf_cdktf_provider_aws.iam_role import IamRole
from cdktf_cdktf_provider_aws.iam_role_policy import IamRolePolicy
from constructs import Construct

from environments.schema import Environment, GitHubSettings
from modules.access.boundaries import BoundaryArns
from modules.access.pipeline import WORKFLOWS, render_bounds, render_deploy, render_plan
from modules.access.trust import GITHUB, render_github_trust
from modules.policy import LARGEST_MANAGED_POLICY, LARGEST_ROLE_POLICIES, Statement, document, limited_document


class Workflows(Construct):
    """`<prefix>-<environment>-plan` for the GitHub environment `<environment>-plan`, `…-deploy` for `<environment>`.

    They are made before everything else, since nothing can be deployed without them.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        environment: Environment,
        settings: GitHubSettings,
        state_bucket: str,
        state_key_arn: str,
        boundaries: BoundaryArns,
    ) -> None:
        super().__init__(scope, id_)
        self._environment = environment
        self._repository = settings.repository
        self._provider_arn = f"arn:{environment.partition}:iam::{environment.account}:oidc-provider/{GITHUB}"
        if settings.provider == "create":
            provider = IamOpenidConnectProvider(
                self, "github", url=f"https://{GITHUB}", client_id_list=["sts.amazonaws.com"]
            )
            self._provider_arn = provider.arn
        state = {"state_bucket": state_bucket, "state_key": state_key_arn}
        plan = render_plan(environment, **state)
        deploy = render_deploy(environment, **state, boundaries=astuple(boundaries))
        self._boundary_arn = self._boundary(render_bounds(environment, boundaries=astuple(boundaries)))
        self._role("plan", "Reads what a plan compares", f"{environment.name}-plan", plan)
        self._role("deploy", "Deploys the environment", environment.name, deploy)

    def _boundary(self, statements: Sequence[Statement]) -> str:
        name = self._environment.boundary_name(WORKFLOWS)
        policy = IamPolicy(
            self,
            "boundary",
            name=name,
            description="The most that a workflow can be given",
            policy=limited_document(statements, of=name, limit=LARGEST_MANAGED_POLICY),
        )
        arn: str = policy.arn
        return arn

    def _role(self, name: str, description: str, github_environment: str, statements: Sequence[Statement]) -> None:
        environment = self._environment
        role_name = environment.role_name(name)
        trust = render_github_trust(
            self._provider_arn, repository=self._repository, github_environment=github_environment
        )
        role = IamRole(
            self,
            name,
            name=role_name,
            description=f"{description}, for workflows of {self._repository}",
            assume_role_policy=document(trust),
            permissions_boundary=self._boundary_arn,
            max_session_duration=_SECONDS_OF_A_ROLLOUT,
            tags={"Name": role_name},
        )
        IamRolePolicy(
            self,
            f"{name}-policy",
            name=role_name,
            role=role.id,
            policy=limited_document(statements, of=role_name, limit=LARGEST_ROLE_POLICIES),
        )


_SECONDS_OF_A_ROLLOUT = 2 * 3600
"""The time that the workflow gives to a deployment."""
