"""The estimate of a whole inventory: every resource is priced, known to be free, or said not to be included."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final, TypeAlias

from validation.cost import dynamodb, redis, s3, serverless_redis, surroundings, unpriced
from validation.cost.assumptions import Assumptions
from validation.cost.inventory import Inventory, Resource
from validation.cost.model import Estimate, Line, NotIncluded

Estimator: TypeAlias = Callable[[Resource, Inventory, Assumptions], Iterator[Line | NotIncluded]]

ESTIMATORS: Final[dict[str, Estimator]] = {
    "aws_backup_restore_testing_selection": surroundings.restore_test,
    "aws_backup_vault": surroundings.backup_vault,
    "aws_cloudtrail": surroundings.trail,
    "aws_cloudwatch_composite_alarm": surroundings.composite_alarm,
    "aws_cloudwatch_dashboard": surroundings.dashboard,
    "aws_cloudwatch_log_group": surroundings.log_group,
    "aws_cloudwatch_metric_alarm": surroundings.metric_alarm,
    "aws_dynamodb_table": dynamodb.table,
    "aws_elasticache_replication_group": redis.replication_group,
    "aws_elasticache_serverless_cache": serverless_redis.serverless_cache,
    "aws_kms_key": surroundings.kms_key,
    "aws_kms_replica_key": surroundings.kms_key,
    "aws_nat_gateway": surroundings.nat_gateway,
    "aws_s3_bucket": s3.bucket,
    "aws_secretsmanager_secret": surroundings.secret,
    "aws_vpc_endpoint": surroundings.vpc_endpoint,
}

FREE: Final = re.compile(
    r"""aws_(
        appautoscaling_\w+
      | backup_(plan|region_settings|selection|vault_lock_configuration|vault_notifications|vault_policy)
      | ce_\w+
      | cloudwatch_event_(permission|rule|target)
      | cloudwatch_log_(metric_filter|resource_policy)
      | default_(network_acl|route_table|security_group)
      | dynamodb_(resource_policy|tag)
      | elasticache_(parameter_group|subnet_group|user|user_group|user_group_association)
      | flow_log
      | iam_\w+
      | internet_gateway
      | kms_(alias|grant|key_policy)
      | network_acl(_rule)?
      | route(_table)?(_association)?
      | s3_access_point
      | s3_account_public_access_block
      | s3_bucket_(acl|cors_configuration|intelligent_tiering_configuration|lifecycle_configuration|logging
                  |notification|object_lock_configuration|ownership_controls|policy|public_access_block
                  |request_payment_configuration|server_side_encryption_configuration|versioning)
      | s3control_access_point_policy
      | security_group(_rule)?
      | sns_topic(_policy|_subscription)?
      | ssm_parameter
      | subnet
      | vpc
      | vpc_(dhcp_options\w*|endpoint_(policy|route_table_association|subnet_association)
            |security_group_(egress|ingress)_rule)
    )""",
    re.VERBOSE,
)
"""Types that cost nothing by themselves, or are paid for with the resource that they set up.

What some of them make cost elsewhere is told by `unpriced.PARTS`.
"""


def estimate(inventory: Inventory, assumed: Assumptions) -> Estimate:
    """What all the resources cost a month."""
    items = [item for resource in inventory.resources for item in _items(resource, inventory, assumed)]
    return Estimate(
        lines=tuple(item for item in items if isinstance(item, Line)),
        not_included=tuple(item for item in items if isinstance(item, NotIncluded)),
    )


def _items(resource: Resource, inventory: Inventory, assumed: Assumptions) -> Iterator[Line | NotIncluded]:
    if resource.type in ESTIMATORS:
        yield from ESTIMATORS[resource.type](resource, inventory, assumed)
    elif not FREE.fullmatch(resource.type):
        why = unpriced.TYPES.get(resource.type, f"no price of {resource.type} is known")
        yield NotIncluded(address=resource.address, what=resource.type, why=why)
    yield from unpriced.parts(resource)
