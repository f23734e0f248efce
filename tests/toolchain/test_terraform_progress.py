from __future__ import annotations

import pytest

from toolchain.terraform_progress import Progress


@pytest.fixture
def progress() -> Progress:
    """The progress of a plan of twelve changes, none of them done."""
    started = Progress()
    started.show("      \x1b[1mPlan:\x1b[0m 10 to add, 1 to change, 1 to destroy.")
    return started


def test_the_plan_is_told(progress: Progress) -> None:
    assert progress.show("\x1b[1mPlan:\x1b[0m 3 to add, 0 to change, 0 to destroy.") == (
        "      Plan: 3 to add, 0 to change, 0 to destroy"
    )


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (
            "local  \x1b[0m\x1b[1maws_s3_bucket.buckets_flow-logs_9E17CD03: Creation complete after 1s [id=x]\x1b[0m",
            "       1/12 created aws_s3_bucket buckets_flow-logs (1s)",
        ),
        (
            "       aws_dynamodb_table.core: Modifications complete after 1m2s [id=core]",
            "       1/12 changed aws_dynamodb_table core (1m2s)",
        ),
        ("aws_vpc.vpc_BDAB4594: Destruction complete after 0s", "       1/12 destroyed aws_vpc vpc (0s)"),
    ],
)
def test_each_finished_resource_is_counted(progress: Progress, line: str, told: str) -> None:
    assert progress.show(line) == told


@pytest.mark.parametrize("elapsed", ["30s", "1m0s", "12m30s", "02m00s"])
def test_what_takes_long_is_told_every_half_minute(progress: Progress, elapsed: str) -> None:
    line = f"aws_elasticache_replication_group.redis_57A55350: Still creating... [{elapsed} elapsed]"
    assert progress.show(line) == f"       0/12 still creating aws_elasticache_replication_group redis ({elapsed})"


@pytest.mark.parametrize("elapsed", ["10s", "31s", "1m10s", "2m50s"])
def test_in_between_nothing_is_told(progress: Progress, elapsed: str) -> None:
    assert progress.show(f"local  aws_vpc.vpc: Still destroying... [id=vpc-1 {elapsed} elapsed]") is None


@pytest.mark.parametrize(
    "line", ["  arn = (known after apply)", "", "local  aws_vpc.vpc: Refreshing state... [id=vpc-1]"]
)
def test_the_rest_is_not_told(progress: Progress, line: str) -> None:
    assert progress.show(line) is None


def test_an_error_is_told_in_full(progress: Progress) -> None:
    lines = [
        "local  ╷",
        "       │ Error: creating S3 Bucket: AccessDenied",
        "       │   with aws_s3_bucket.logs",
        "       ╵",
    ]
    assert [progress.show(line) for line in lines] == [f"      {line[7:]}" for line in lines]


@pytest.mark.parametrize(
    "line",
    [
        "SIGINT: Terraform finishes what it began and saves its state …",
        "the sandbox is not running (build/sandbox/sandbox.json: No such file or directory)",
        "Invoking Terraform CLI failed with exit code 1",
        "cdktf: cdktf is running in this checkout already (process 1).",
    ],
)
def test_what_cdktf_and_its_launcher_say_themselves_is_told(progress: Progress, line: str) -> None:
    assert progress.show(f"{line}\n") == f"      {line}"


@pytest.mark.parametrize(
    "line", ["local  Terraform used the selected providers", "local  ", "1 Stack deploying     0 Stacks done"]
)
def test_the_name_of_the_stack_is_not_enough(progress: Progress, line: str) -> None:
    assert progress.show(line) is None
