from __future__ import annotations

from typing import Any

import pytest

from environments import Environment
from modules.access.access_points import AccessPoints, render_access
from tests.modules.template import Template, statements, synthesized
from tierstore.declaration.permissions import ItemPermission, ListingPermission, ObjectPermission
from tierstore.model import DATA_MODEL

POINT = "arn:aws:s3:eu-central-1:123456789012:accesspoint/reader-photos"


@pytest.fixture(scope="module")
def points(environment: Environment) -> Template:
    return synthesized(
        lambda stack: AccessPoints(
            stack,
            "access-points",
            environment=environment,
            model=DATA_MODEL,
            buckets={bucket.name: f"id-of-{bucket.name}" for bucket in DATA_MODEL.buckets},
            roles={persona.name: f"arn:role/{persona.name}" for persona in DATA_MODEL.personas},
            vpc_id="vpc-1",
        )
    )


def test_each_persona_has_one_for_each_bucket_that_it_uses(points: Template) -> None:
    assert {(point["name"], point["bucket"]) for point in points.all("aws_s3_access_point")} == {
        ("tierstore-test-application-assets", "id-of-assets"),
        ("tierstore-test-application-uploads", "id-of-uploads"),
        ("tierstore-test-data-protection-uploads", "id-of-uploads"),
        ("tierstore-test-publisher-assets", "id-of-assets"),
        ("tierstore-test-uploader-uploads", "id-of-uploads"),
    }


def test_who_lives_in_the_vpc_comes_from_there_only(points: Template) -> None:
    inside = points.one("aws_s3_access_point", name="tierstore-test-application-uploads")
    outside = points.one("aws_s3_access_point", name="tierstore-test-publisher-assets")

    assert inside["vpc_configuration"] == {"vpc_id": "vpc-1"}
    assert "vpc_configuration" not in outside


def test_none_can_be_public(points: Template) -> None:
    for point in points.all("aws_s3_access_point"):
        assert set(point["public_access_block_configuration"].values()) == {True}


def test_only_its_own_persona_comes_through(points: Template) -> None:
    point = points.one("aws_s3_access_point", name="tierstore-test-uploader-uploads")

    assert {statement["Principal"]["AWS"] for statement in statements(point["policy"]).values()} == {
        "arn:role/uploader"
    }


def rendered(*permissions: Any) -> list[dict[str, Any]]:
    return render_access(permissions, role="arn:role", access_point=POINT)


def test_objects_are_named_by_the_access_point() -> None:
    (statement,) = rendered(
        ObjectPermission(action="s3:GetObject", bucket="photos", keys="album/*"),
        ObjectPermission(action="s3:PutObject", bucket="photos", keys="album/*"),
    )

    assert statement["Action"] == ["s3:GetObject", "s3:PutObject"]
    assert statement["Resource"] == f"{POINT}/object/album/*"


def test_lists_are_limited_to_the_keys_of_the_persona() -> None:
    (statement,) = rendered(ListingPermission(action="s3:ListBucket", bucket="photos", keys="album/*"))

    assert statement["Resource"] == POINT
    assert statement["Condition"] == {"StringLike": {"s3:prefix": "album/*"}}


def test_whoever_lists_everything_is_not_limited() -> None:
    (statement,) = rendered(ListingPermission(action="s3:ListBucket", bucket="photos", keys="*"))

    assert "Condition" not in statement


def test_permissions_on_tables_are_no_business_of_an_access_point() -> None:
    assert rendered(ItemPermission(action="dynamodb:GetItem", table="core", partitions="*")) == []
