from __future__ import annotations

import pytest

from tests.sandbox.conftest import Sandbox

pytestmark = pytest.mark.integration

GROUP = "arn:aws:logs:us-east-1:000000000000:log-group:/gaps/trail:*"


def test_a_trail_has_the_log_group_and_the_tags_that_it_was_created_with(sandbox: Sandbox) -> None:
    cloudtrail = sandbox.client("cloudtrail")
    arn = cloudtrail.create_trail(
        Name="gaps",
        S3BucketName="logs",
        CloudWatchLogsLogGroupArn=GROUP,
        CloudWatchLogsRoleArn="arn:aws:iam::000000000000:role/trail",
        TagsList=[{"Key": "Environment", "Value": "test"}],
    )["TrailARN"]
    try:
        (trail,) = cloudtrail.describe_trails(trailNameList=["gaps"])["trailList"]
        (tagged,) = cloudtrail.list_tags(ResourceIdList=[arn])["ResourceTagList"]

        assert trail["CloudWatchLogsLogGroupArn"] == GROUP
        assert tagged["TagsList"] == [{"Key": "Environment", "Value": "test"}]
    finally:
        cloudtrail.delete_trail(Name="gaps")
