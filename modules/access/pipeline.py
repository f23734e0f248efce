"""What the workflows may do that plan and deploy an environment."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

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
    "logs": ("log-group:{path}/*",),
    "sns": ("{name}-*",),
    "ssm": ("parameter{path}/*",),
}
"""By service, what belongs to an environment in each of its regions: known by its name, as far as names are ours."""
_GLOBAL_RESOURCES: Final[Mapping[str, Sequence[str]]] = {
    "budgets": ("budget/{name}-*",),
    "ce": ("anomalymonitor/*", "anomalysubscription/*"),
    "cloudwatch": ("dashboard/{name}*",),
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
        allow("Overviews", _UNSCOPED_READS, ["*"]),
        *_state(environment, state_bucket, state_key, writes=("tfstate.tflock",)),
    ]


def render_deploy(environment: Environment, *, state_bucket: str, state_key: str) -> list[Statement]:
    """Change everything of the environment but the roles of the workflows themselves, and try it afterwards."""
    changes = [
        allow(_sid(service), [f"{service}:*"], resources) for service, resources in _resources(environment).items()
    ]
    ours = {f"aws:ResourceTag/{key}": value for key, value in _tags(environment).items()}
    own_roles = [f"{_global(environment, 'iam')}:role/{environment.role_name(name)}" for name in ("deploy", "plan")]
    return [
        *changes,
        allow("Buckets", ["s3:*"], _buckets(environment)),
        allow("Network", _CHANGES_OF_NETWORK, [f"{_global(environment, 'ec2', region='*')}:*"]),
        allow("Keys", ["kms:*"], _keys(environment)) | {"Condition": {"StringEquals": ours}},
        allow("NewKeys", ["kms:CreateKey"], ["*"])
        | {"Condition": {"StringEquals": {key.replace("Resource", "Request"): value for key, value in ours.items()}}},
        allow("KeyAliases", ["kms:CreateAlias", "kms:DeleteAlias", "kms:UpdateAlias"], _aliases(environment)),
        allow("Scaling", ["application-autoscaling:*"], _scaling(environment)),
        allow("Overviews", _UNSCOPED_READS, ["*"]),
        {"Sid": "OwnRoles", "Effect": "Deny", "Action": "iam:*", "Resource": own_roles},
        *_state(environment, state_bucket, state_key, writes=("tfstate", "tfstate.tflock")),
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
