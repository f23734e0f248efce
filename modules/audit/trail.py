"""A trail of the requests for items and objects."""

from __future__ import annotations

from dataclasses import dataclass

from cdktf import TerraformResource
from cdktf_cdktf_provider_aws.cloudtrail import (
    Cloudtrail,
    CloudtrailAdvancedEventSelector,
    CloudtrailAdvancedEventSelectorFieldSelector,
)
from cdktf_cdktf_provider_aws.cloudwatch_log_group import CloudwatchLogGroup
from cdktf_cdktf_provider_aws.iam_role import IamRole
from cdktf_cdktf_provider_aws.iam_role_policy import IamRolePolicy
from constructs import Construct

from environments.audit import FOLDER, LOG_GROUP, Selector, selectors
from environments.schema import Environment
from modules.audit.policies import render_permissions, render_trust
from modules.checkov import suppress
from modules.policy import document
from modules.s3 import Bucket
from tierstore.declaration.model import DataModel


class Trail(Construct):
    """What CloudTrail records of the tables and buckets: encrypted files in the bucket for logs, and signed digests.

    `key_arn` is the key of logs, which CloudTrail may use for this trail.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        environment: Environment,
        model: DataModel,
        bucket: Bucket,
        key_arn: str,
        boundary_arn: str,
    ) -> None:
        super().__init__(scope, id_)
        delivery = None
        if environment.audit.log_group:
            delivery = _Delivery.to_log_group(self, environment, key_arn=key_arn, boundary_arn=boundary_arn)
        trail = Cloudtrail(
            self,
            "trail",
            name=environment.trail_name,
            s3_bucket_name=bucket.id,
            s3_key_prefix=FOLDER,
            # The copies are in another region; what is named by ARN is recorded once all the same.
            is_multi_region_trail=True,
            enable_log_file_validation=True,
            kms_key_id=key_arn,
            cloud_watch_logs_group_arn=delivery.group_arn if delivery else None,
            cloud_watch_logs_role_arn=delivery.role_arn if delivery else None,
            advanced_event_selector=[_event_selector(each) for each in selectors(environment, model)],
            tags={"Name": environment.trail_name},
            # CloudTrail writes a file of its own to see that it may.
            depends_on=[bucket.policy, *([delivery.permissions] if delivery else [])],
        )
        suppress(trail, suppressions(environment))


def suppressions(environment: Environment) -> dict[str, str]:
    """What Checkov finds of a trail and is meant to be so."""
    no_topic = "Nobody reads a message for each file; what has to be seen at once goes to a log group."
    no_group = "The setting audit.log_group decides it, since a log group is paid for by what it takes in."
    return {"CKV_AWS_252": no_topic, **({} if environment.audit.log_group else {"CKV2_AWS_10": no_group})}


@dataclass(frozen=True, kw_only=True)
class _Delivery:
    """How events reach a log group."""

    group_arn: str
    """As CloudTrail wants it, with all its streams."""
    role_arn: str
    permissions: TerraformResource

    @classmethod
    def to_log_group(cls, scope: Construct, environment: Environment, *, key_arn: str, boundary_arn: str) -> _Delivery:
        group = CloudwatchLogGroup(
            scope,
            "group",
            name=environment.log_group_name(LOG_GROUP),
            retention_in_days=environment.logs.retention_days,
            kms_key_id=key_arn,
        )
        role = IamRole(
            scope,
            "role",
            name=environment.trail_name,
            description="Lets CloudTrail write data events to their log group",
            assume_role_policy=document([render_trust(environment)]),
            permissions_boundary=boundary_arn,
        )
        permissions = IamRolePolicy(scope, "permissions", role=role.id, policy=document(render_permissions(group.arn)))
        return cls(group_arn=f"{group.arn}:*", role_arn=role.arn, permissions=permissions)


def _event_selector(selector: Selector) -> CloudtrailAdvancedEventSelector:
    fields = [
        CloudtrailAdvancedEventSelectorFieldSelector(
            field=field,
            equal_to=list(values) if operator == "equals" else None,
            starts_with=list(values) if operator == "starts_with" else None,
        )
        for field, operator, values in selector.fields
    ]
    return CloudtrailAdvancedEventSelector(name=selector.name, field_selector=fields)
