"""What S3 buckets cost."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from validation.cost.assumptions import Assumptions, number
from validation.cost.inventory import Inventory, Resource
from validation.cost.model import Line, NotIncluded
from validation.plan.values import blocks

INTELLIGENT_TIERING: Final = "INTELLIGENT_TIERING"


def bucket(resource: Resource, inventory: Inventory, assumed: Assumptions) -> Iterator[Line | NotIncluded]:
    """Storage and requests of a bucket; with Intelligent-Tiering, the cold share of it at the infrequent price."""
    usage = assumed.bucket(resource.get("bucket"))
    stored, cold = number(usage.storage_gb), number(usage.cold_share)
    classes = storage_classes(resource, inventory)
    if INTELLIGENT_TIERING in classes:
        yield assumed.line(resource, "storage, warm", stored * (1 - cold), "s3.intelligent_tiering.frequent")
        yield assumed.line(resource, "storage, cold", stored * cold, "s3.intelligent_tiering.infrequent")
        watched = usage.objects_thousands
        yield assumed.line(resource, "monitoring of objects", watched, "s3.intelligent_tiering.monitoring")
    else:
        yield assumed.line(resource, "storage", stored, "s3.standard")
    for other in sorted(classes - {INTELLIGENT_TIERING}):
        yield NotIncluded(address=resource.address, what=f"storage class {other}", why="priced as if it stayed warm")
    yield assumed.line(resource, "PUT requests", usage.put_thousands, "s3.put")
    yield assumed.line(resource, "GET requests", usage.get_thousands, "s3.get")
    yield NotIncluded(address=resource.address, what="data transfer", why="no price is known")


def storage_classes(resource: Resource, inventory: Inventory) -> frozenset[str]:
    """The classes that the bucket's lifecycle moves objects to."""
    return frozenset(
        str(transition.get("storage_class"))
        for lifecycle in inventory.settings_of(resource, "aws_s3_bucket_lifecycle_configuration", by="bucket")
        for rule in blocks(lifecycle.values, "rule")
        for transition in blocks(rule, "transition")
    )
