"""What the workflows may do that plan and deploy an environment."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from environments import arns
from environments.schema import Environment
from modules.access.statements import allow
from modules.policy import Statement

_RESOURCES: Final[Mapping[str, Sequence[str]]] = {
    "backup": ("backup-plan:*", "backup-vault:{name}-*", "framework:*", "report-plan:*", "restore-testing-plan:*"),
    "cloudtrail": ("trail/{name}-*",),
    "cloudwatch": ("alarm:{name}-*", "insight-rule/{name}-*"),
    "dynamodb": ("table/{name}-*",),
    "elasticache": ("*:{name}", "*:{name}-*"),
    "events": ("rule/{name}-*",),
    "kinesis": ("stream/{name}-*",),
    "logs": ("log-group:{path}/*", "log-group:{path}-replica/*"),
    "sns": ("{name}-*",),
    "ssm": ("parameter{path}/*",),
}
"""By service, what belongs to an environment in each of its regions: known by its name, as far as names are ours."""
_GLOBAL_RESOURCES: Final[Mapping[str, Sequence[str]]] = {
    "budgets": ("budget/{name}-*",),
    "ce": ("anomalymonitor/*", "anomalysubscription/*"),
    "cloudwatch": ("dashboard/{name}*",),
    # Each region puts letters of its own before the name.
    "elasticache": ("globalreplicationgroup:*-{name}", "globalreplicationgroup:*-{name}-*"),
    "iam": ("instance-profile/{name}-*", "policy/{name}-*", "role/{name}-*"),
}
"""The same of services whose ARNs name no region."""

_READS: Final[Mapping[str, Sequence[str]]] = {
    "budgets": ("Describe*", "List*", "ViewBudget"),
    "elasticache": ("Describe*", "List*"),
    "events": ("Describe*", "List*"),
    "iam": ("Get*", "List*"),
    "sns": ("Get*", "List*"),
    # Settings, never items, objects, log lines or records of a stream.
    "dynamodb": ("Describe*", "GetResourcePolicy", "List*"),
    "kinesis": ("Describe*", "List*"),
    "logs": ("Describe*", "List*"),
}
_READS_OF_OTHERS: Final = ("Describe*", "Get*", "List*")
_BUCKET_READS: Final = ("Get*Configuration", "GetAccessPoint*", "GetBucket*", "ListBucket*")
_KEY_READS: Final = ("kms:DescribeKey", "kms:Get*", "kms:List*")

_UNSCOPED_READS: Final = (
    "application-autoscaling:Describe*",
    "cloudtrail:DescribeTrails",
    "cloudwatch:ListMetrics",
    "config:DescribeConfigurationRecorder*",
    "ec2:Describe*",
    "kms:ListAliases",
    "logs:DescribeLogGroups",
    "s3:GetAccountPublicAccessBlock",
    "ssm:DescribeParameters",
)
"""Reads of what is described all at once, or has no name of ours."""
_CHANGES_OF_NETWORK: Final = (
    "ec2:Allocate*",
    "ec2:Associate*",
    "ec2:Authorize*",
    "ec2:Create*",
    "ec2:Delete*",
    "ec2:Disassociate*",
    "ec2:Modify*",
    "ec2:Revoke*",
    "ec2:Update*",
)

_DEPENDENT_ACTIONS: Final = (
    "backup-storage:MountCapsule",
    "logs:CreateLogDelivery",
    "logs:DeleteLogDelivery",
    "logs:DescribeResourcePolicies",
    "logs:GetLogDelivery",
    "logs:ListLogDeliveries",
    "logs:PutResourcePolicy",
    "logs:UpdateLogDelivery",
)
"""What AWS asks for besides where a vault is made (AWS Backup Developer Guide, "Create a backup vault"), or Redis is to
write logs (ElastiCache User Guide, "Log delivery"); IAM can't limit it to resources."""

WORKFLOWS: Final = "workflows"
"""The group of the workflows' own roles, as boundaries are named."""

_RIGHTS_OF_ROLES: Final = (
    "AttachRolePolicy",
    "CreateRole",
    "DeleteRolePolicy",
    "DetachRolePolicy",
    "PutRolePermissionsBoundary",
    "PutRolePolicy",
)
"""What IAM lets depend on the boundary of the role."""
_ROLES: Final = (
    "DeleteRole",
    "Get*",
    "List*",
    "SimulatePrincipalPolicy",
    "TagRole",
    "UntagRole",
    "UpdateAssumeRolePolicy",
    "UpdateRole*",
)
_CHANGES_OF_POLICIES: Final = ("CreatePolicy*", "DeletePolicy*", "SetDefaultPolicyVersion")
_POLICIES: Final = (*_CHANGES_OF_POLICIES, "Get*", "List*", "TagPolicy", "UntagPolicy")
_SERVICES: Final = (
    "backup.amazonaws.com",
    "budgets.amazonaws.com",
    "cloudtrail.amazonaws.com",
    "ec2.amazonaws.com",
    "s3.amazonaws.com",
    "vpc-flow-logs.amazonaws.com",
)
"""Those that work for an environment by a role of it; EC2 takes the role of a persona by its instance profile."""

_LINKED_SERVICES: Final = (
    "backup.amazonaws.com",
    "contributorinsights.dynamodb.amazonaws.com",
    "dynamodb.application-autoscaling.amazonaws.com",
    "elasticache.amazonaws.com",
    "elasticache.application-autoscaling.amazonaws.com",
    "kinesisreplication.dynamodb.amazonaws.com",
    "replication.dynamodb.amazonaws.com",
    "reports.backup.amazonaws.com",
    "restore-testing.backup.amazonaws.com",
)
"""Those that have a role of their own in an account, made for whoever uses them first."""


def render_plan(environment: Environment, *, state_bucket: str, state_key: str) -> list[Statement]:
    """Read every setting of the environment, no data, and take the lock of its state."""
    reads = [
        allow(_sid(service), _named(service, _READS.get(service, _READS_OF_OTHERS)), resources)
        for service, resources in _resources(environment).items()
    ]
    return [
        *reads,
        allow("Scaling", ["application-autoscaling:ListTagsForResource"], _scaling(environment)),
        allow("Buckets", _named("s3", _BUCKET_READS), _buckets(environment)),
        allow("Keys", _KEY_READS, _keys(environment)),
        *_render_overviews(environment),
        *_state(environment, state_bucket, state_key, writes=("tfstate.tflock",)),
    ]


def render_deploy(
    environment: Environment, *, state_bucket: str, state_key: str, boundaries: Sequence[str]
) -> list[Statement]:
    """Change everything of the environment, and try it afterwards; but nobody's rights beyond the `boundaries`.

    Roles are made and given rights only below one of them; neither they nor the workflows' own roles are changed, and
    roles are passed to the services only that work for the environment.
    """
    changes = [
        allow(_sid(service), [f"{service}:*"], resources)
        for service, resources in _resources(environment).items()
        if service != "iam"
    ]
    ours = {f"aws:ResourceTag/{key}": value for key, value in _tags(environment).items()}
    return [
        *changes,
        allow("Buckets", ["s3:*"], _buckets(environment)),
        allow("Network", _CHANGES_OF_NETWORK, [f"{_global(environment, 'ec2', region='*')}:*"]),
        allow("Keys", ["kms:*"], _keys(environment)) | {"Condition": {"StringEquals": ours}},
        allow("NewKeys", ["kms:CreateKey"], ["*"])
        | {"Condition": {"StringEquals": {key.replace("Resource", "Request"): value for key, value in ours.items()}}},
        allow("KeyAliases", ["kms:CreateAlias", "kms:DeleteAlias", "kms:UpdateAlias"], _aliases(environment)),
        allow("Scaling", ["application-autoscaling:*"], _scaling(environment)),
        *_render_overviews(environment),
        *_render_dependent(environment),
        *_render_roles(environment, boundaries),
        *_state(environment, state_bucket, state_key, writes=("tfstate", "tfstate.tflock")),
    ]


def render_bounds(environment: Environment, *, boundaries: Sequence[str]) -> list[Statement]:
    """The most that a workflow can be given: the services of an environment, in its account, and no more over roles.

    Which part of them is the environment's own is said by the policies of the workflows.
    """
    services = sorted({"application-autoscaling", "ec2", "kms", *_RESOURCES, *_GLOBAL_RESOURCES} - {"iam"})
    buckets = f"arn:{environment.partition}:s3:::{environment.prefix}-*"
    return [
        allow(
            "Services",
            [f"{service}:*" for service in services],
            [f"{_global(environment, service, '*')}:*" for service in services],
        ),
        allow("Buckets", ["s3:*"], [buckets, f"{_global(environment, 's3', '*')}:accesspoint/*"]),
        *_render_overviews(environment),
        allow("NewKeys", ["kms:CreateKey"], ["*"]),
        *_render_dependent(environment),
        *_render_roles(environment, boundaries),
    ]


def _render_overviews(environment: Environment) -> list[Statement]:
    """Reads of no resource, or of AWS's own: the addresses behind its gateway endpoints."""
    prefix_lists = f"arn:{environment.partition}:ec2:*:*:prefix-list/*"
    return [
        allow("Overviews", _UNSCOPED_READS, ["*"]),
        allow("PrefixLists", ["ec2:GetManagedPrefixListEntries"], [prefix_lists]),
    ]


def _render_dependent(environment: Environment) -> list[Statement]:
    """What AWS asks for besides; an endpoint under a service's usual name has a zone of AWS's in the VPC."""
    zones = f"arn:{environment.partition}:route53:::hostedzone/*"
    return [
        allow("DependentActions", _DEPENDENT_ACTIONS, ["*"]),
        allow(
            "UsualNames", ["route53:AssociateVPCWithHostedZone"], [zones, f"{_global(environment, 'ec2', '*')}:vpc/*"]
        ),
    ]


def _render_roles(environment: Environment, boundaries: Sequence[str]) -> list[Statement]:
    iam = _global(environment, "iam")
    name = environment.physical_name("*")
    roles, profiles = [f"{iam}:role/{name}"], [f"{iam}:instance-profile/{name}"]
    own_roles = [f"{iam}:role/{environment.role_name(each)}" for each in ("deploy", "plan")]
    fixed = [*boundaries, arns.boundary_arn(environment, WORKFLOWS)]
    return [
        allow("BoundedRoles", _named("iam", _RIGHTS_OF_ROLES), roles)
        | {"Condition": {"ArnEquals": {"iam:PermissionsBoundary": list(boundaries)}}},
        allow("Roles", _named("iam", _ROLES), roles),
        allow("PassedRoles", ["iam:PassRole"], roles)
        | {"Condition": {"StringEquals": {"iam:PassedToService": list(_SERVICES)}}},
        allow("ServiceLinkedRoles", ["iam:CreateServiceLinkedRole"], [f"{iam}:role/aws-service-role/*"])
        | {"Condition": {"StringEquals": {"iam:AWSServiceName": list(_LINKED_SERVICES)}}},
        allow("Policies", _named("iam", _POLICIES), [f"{iam}:policy/{name}"]),
        allow("InstanceProfiles", _named("iam", ("*InstanceProfile*", "Get*", "List*")), profiles),
        {"Sid": "OwnRoles", "Effect": "Deny", "Action": "iam:*", "Resource": own_roles},
        {"Sid": "Boundaries", "Effect": "Deny", "Action": _named("iam", _CHANGES_OF_POLICIES), "Resource": fixed},
    ]


def _resources(environment: Environment) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for service, patterns in _RESOURCES.items():
        found[service] = [f"{_global(environment, service, '*')}:{_filled(environment, each)}" for each in patterns]
    for service, patterns in _GLOBAL_RESOURCES.items():
        arns = [f"{_global(environment, service)}:{_filled(environment, each)}" for each in patterns]
        found.setdefault(service, []).extend(arns)
    return found


def _filled(environment: Environment, pattern: str) -> str:
    name = f"{environment.prefix}-{environment.name}"
    return pattern.format(name=name, path=f"/{environment.prefix}/{environment.name}")


def _global(environment: Environment, service: str, region: str = "") -> str:
    return f"arn:{environment.partition}:{service}:{region}:{environment.account}"


def _buckets(environment: Environment) -> list[str]:
    name = environment.physical_name("*")
    return [f"arn:{environment.partition}:s3:::{name}", f"{_global(environment, 's3', '*')}:accesspoint/{name}"]


def _scaling(environment: Environment) -> list[str]:
    return [f"{_global(environment, 'application-autoscaling', '*')}:scalable-target/*"]


def _keys(environment: Environment) -> list[str]:
    return [f"{_global(environment, 'kms', '*')}:key/*"]


def _aliases(environment: Environment) -> list[str]:
    return [f"{_global(environment, 'kms', '*')}:alias/{environment.physical_name('*')}", *_keys(environment)]


def _tags(environment: Environment) -> dict[str, str]:
    return {"Project": environment.prefix, "Environment": environment.name} | {
        key: value for key, value in environment.tags.items() if key in ("Project", "Environment")
    }


def _state(environment: Environment, bucket: str, key: str, *, writes: Iterable[str]) -> list[Statement]:
    objects = f"arn:{environment.partition}:s3:::{bucket}/{environment.name}"
    return [
        allow("State", ["s3:GetObject"], [f"{objects}.tfstate"]),
        allow(
            "StateChanges",
            ["s3:DeleteObject", "s3:GetObject", "s3:PutObject"],
            [f"{objects}.{each}" for each in writes],
        ),
        allow("StateKey", ["kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey"], [key]),
    ]


def _named(service: str, verbs: Iterable[str]) -> list[str]:
    return [f"{service}:{verb}" for verb in verbs]


def _sid(service: str) -> str:
    return service.capitalize()
