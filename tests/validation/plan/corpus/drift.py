"""What somebody changed beside Terraform."""

from __future__ import annotations

from tests.validation.plan import objects as o
from tests.validation.plan.builder import created, destroyed, plan, unchanged, updated
from tests.validation.plan.corpus.addresses import BUCKET, COPY, TABLE
from tests.validation.plan.corpus.case import Case

CASES = (
    Case(
        "drift only",
        plan(
            unchanged(TABLE, o.TABLE),
            drift=[updated(TABLE, o.TABLE, tags={"Name": "core", "Touched": "yes"})],
        ),
    ),
    Case(
        "somebody switched recovery off, the plan switches it on",
        plan(
            updated(
                TABLE,
                {**o.TABLE, "point_in_time_recovery": o.recovery(enabled=False)},
                point_in_time_recovery=o.recovery(),
            ),
            drift=[updated(TABLE, o.TABLE, point_in_time_recovery=o.recovery(enabled=False))],
        ),
        notices=(TABLE,),
    ),
    Case(
        "somebody deleted the table, the plan creates it",
        plan(created(TABLE, o.TABLE), drift=[destroyed(TABLE, o.TABLE, because="")], regions=["us-east-1"]),
        notices=(TABLE,),
    ),
    Case(
        "copies are sought in another region than they are in",
        plan(
            created(COPY, o.TABLE),
            drift=[destroyed(COPY, {"arn": "arn:aws:dynamodb:us-west-2:111111111111:table/core"}, because="")],
            regions=["us-east-1", "eu-west-1"],
        ),
        blocked=(("destroy", COPY),),
    ),
    Case(
        "a bucket, whose ARN tells no region, is sought in another one",
        plan(
            drift=[destroyed(BUCKET, {"arn": "arn:aws:s3:::uploads", "region": "us-west-2"}, because="")],
            regions=["us-east-1"],
        ),
        blocked=(("destroy", BUCKET),),
    ),
    Case(
        "drift and a destroy of something else",
        plan(
            destroyed(BUCKET, o.BUCKET),
            unchanged(TABLE, o.TABLE),
            drift=[updated(TABLE, o.TABLE, tags={})],
        ),
        blocked=(("destroy", BUCKET),),
    ),
    Case(
        "somebody deleted the table, and the code does not say in plain text where it looks",
        plan(drift=[destroyed(COPY, {"arn": "arn:aws:dynamodb:us-west-2:111111111111:table/core"}, because="")]),
        notices=(COPY,),
    ),
)
