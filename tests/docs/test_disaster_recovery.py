"""The commands of the disaster recovery page, as an engineer would paste them, after the loss that each is for."""

from __future__ import annotations

import json
import math
import os
import re
import shlex
import subprocess
import time
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sandbox.connection import render_variables
from tests.support.deployed import Deployed
from toolchain.paths import ROOT, VENV_BIN
from validation.clients import Clients, connect

PAGE = (ROOT / "docs" / "disaster-recovery.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL))


def blocks(section: str, language: str) -> list[str]:
    """The blocks of a section in one language, in order."""
    return re.findall(rf"^```{language}\n(.*?)^```$", SECTIONS[section], re.MULTILINE | re.DOTALL)


@pytest.fixture
def variables(deployed_local: Deployed, tmp_path: Path) -> dict[str, str]:
    """The environment variables of a shell that works on the deployed `local`."""
    sandbox = deployed_local.load().sandbox
    assert sandbox is not None
    return {
        "PATH": f"{VENV_BIN}:{os.environ['PATH']}",
        "HOME": str(tmp_path),
        "PYTHONPATH": str(ROOT),
        "ENVIRONMENT": "local",
        **deployed_local.variables,
        **render_variables(sandbox),
    }


@pytest.fixture
def clients(deployed_local: Deployed) -> Clients:
    """Clients of the sandbox that `local` is deployed on."""
    return connect(deployed_local.load())


def paste(section: str, variables: dict[str, str], directory: Path, *, only: int | None = None, **values: str) -> str:
    """Run the section's `bash` blocks, or the one of them, after those of "Names"; returns what they print."""
    chosen = blocks(section, "bash") if only is None else [blocks(section, "bash")[only]]
    script = "\n".join(["set -euo pipefail", *blocks("Names", "bash"), *chosen])
    ran = subprocess.run(
        ["bash", "-c", script],
        cwd=directory,
        env=variables | values,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, f"{ran.stdout}\n{ran.stderr}"
    return ran.stdout


def next_second() -> str:
    """The second that begins next, once it has begun."""
    then = math.floor(time.time()) + 1
    while (left := then - time.time()) > 0:
        time.sleep(left)
    return datetime.fromtimestamp(then, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@pytest.mark.integration
def test_an_item_that_was_deleted_is_put_back(
    variables: dict[str, str], clients: Clients, deployed_local: Deployed, tmp_path: Path
) -> None:
    table = deployed_local.load().environment.physical_name("core")
    key: dict[str, Any] = {"pk": {"S": f"validation#{uuid.uuid4()}"}, "sk": {"S": "page"}}
    item = {**key, "note": {"S": "as it was"}}
    clients.dynamodb.put_item(TableName=table, Item=item)
    point = next_second()
    clients.dynamodb.delete_item(TableName=table, Key=key)
    try:
        paste("Items were overwritten or deleted", variables, tmp_path, TABLE="core", POINT=point, KEY=json.dumps(key))

        assert clients.dynamodb.get_item(TableName=table, Key=key, ConsistentRead=True)["Item"] == item
        assert f"{table}-restored" not in clients.dynamodb.list_tables()["TableNames"]
    finally:
        clients.dynamodb.delete_item(TableName=table, Key=key)


@pytest.fixture
def bucket(clients: Clients) -> Iterator[str]:
    """A versioned bucket, emptied of every version at the end."""
    name = f"page-{uuid.uuid4().hex[:8]}"
    clients.s3.create_bucket(Bucket=name)
    clients.s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    yield name
    listed = clients.s3.list_object_versions(Bucket=name)
    for version in (*listed.get("Versions", []), *listed.get("DeleteMarkers", [])):
        clients.s3.delete_object(Bucket=name, Key=version["Key"], VersionId=version["VersionId"])
    clients.s3.delete_bucket(Bucket=name)


def put(clients: Clients, bucket: str, **objects: str) -> None:
    for key, body in objects.items():
        clients.s3.put_object(Bucket=bucket, Key=key, Body=body.encode())


def contents(clients: Clients, bucket: str) -> dict[str, str]:
    keys = [each["Key"] for each in clients.s3.list_objects_v2(Bucket=bucket).get("Contents", [])]
    return {key: clients.s3.get_object(Bucket=bucket, Key=key)["Body"].read().decode() for key in keys}


@pytest.mark.integration
def test_a_bucket_that_was_emptied_is_full_again(
    variables: dict[str, str], clients: Clients, bucket: str, tmp_path: Path
) -> None:
    put(clients, bucket, old="deleted on purpose", first="1", second="2")
    clients.s3.delete_object(Bucket=bucket, Key="old")
    point = next_second()
    for key in ("first", "second"):
        clients.s3.delete_object(Bucket=bucket, Key=key)

    paste("A bucket was emptied", variables, tmp_path, only=0, BUCKET=bucket, POINT=point)

    assert contents(clients, bucket) == {"first": "1", "second": "2"}


@pytest.mark.integration
def test_a_bucket_without_delete_markers_is_left_alone(
    variables: dict[str, str], clients: Clients, bucket: str, tmp_path: Path
) -> None:
    put(clients, bucket, first="1")

    paste("A bucket was emptied", variables, tmp_path, only=0, BUCKET=bucket, POINT="2026-01-01T00:00:00Z")

    assert contents(clients, bucket) == {"first": "1"}


@pytest.mark.integration
def test_an_object_that_was_overwritten_is_as_before(
    variables: dict[str, str], clients: Clients, bucket: str, tmp_path: Path
) -> None:
    put(clients, bucket, picture="good")
    put(clients, bucket, picture="bad")

    paste("A bucket was emptied", variables, tmp_path, only=1, BUCKET=bucket, OBJECT="picture")

    assert contents(clients, bucket) == {"picture": "good"}


@pytest.mark.integration
def test_a_state_that_was_deleted_is_back(
    variables: dict[str, str], clients: Clients, bucket: str, tmp_path: Path
) -> None:
    put(clients, bucket, **{"local.tfstate": '{"serial": 7}'})
    clients.s3.delete_object(Bucket=bucket, Key="local.tfstate")

    listed = paste("The Terraform state is lost", variables, tmp_path, STATE=bucket)

    assert contents(clients, bucket) == {"local.tfstate": '{"serial": 7}'}
    assert len(listed.splitlines()) == 1


@pytest.mark.integration
def test_a_snapshot_of_redis_is_exported_shard_by_shard(variables: dict[str, str], tmp_path: Path) -> None:
    files = paste("Redis is lost", variables, tmp_path).split()

    assert [name.rpartition("-")[2] for name in files] == ["0001.rdb", "0002.rdb", "0003.rdb"]


@pytest.mark.integration
def test_a_bucket_that_takes_no_exports_refuses_them(clients: Clients, deployed_local: Deployed) -> None:
    environment, name = deployed_local.load().environment, f"page-{uuid.uuid4().hex[:8]}"
    clients.elasticache.create_snapshot(ReplicationGroupId=environment.replication_group_id, SnapshotName=name)

    with pytest.raises(ClientError, match="has not been granted"):
        clients.elasticache.copy_snapshot(
            SourceSnapshotName=name, TargetSnapshotName=name, TargetBucket=environment.bucket_name("uploads")
        )

    clients.elasticache.delete_snapshot(SnapshotName=name)


@pytest.mark.integration
def test_the_other_region_has_a_locked_vault_and_its_key(variables: dict[str, str], tmp_path: Path) -> None:
    vault, state = paste("The region is lost", variables, tmp_path).splitlines()

    assert vault.startswith("arn:aws:backup:us-west-2:000000000000:backup-vault:tierstore-local-backup\tTrue\t")
    assert state == "Enabled"


@pytest.mark.integration
@pytest.mark.parametrize(
    ("section", "said"),
    [
        ("Before the first deployment", ""),
        ("Credentials or the account are compromised", " 0 failed"),
        ("Rehearse", "items missing from the restored table"),
    ],
)
def test_the_commands_of_a_section_succeed(variables: dict[str, str], tmp_path: Path, section: str, said: str) -> None:
    assert said in paste(section, variables, tmp_path)


def commands(section: str) -> Iterator[list[str]]:
    """The commands of the blocks that are not run, with something as long as an ARN in place of each variable."""
    for block in blocks(section, "sh"):
        for command in block.replace("\\\n", " ").split("\n"):
            if command.strip():
                yield shlex.split(re.sub(r"\$\w+", "x" * 40, command))


NOT_RUN = [command for section in SECTIONS for command in commands(section)]


@pytest.mark.slow
@pytest.mark.parametrize("command", NOT_RUN, ids=lambda command: " ".join(command[1:3]))
def test_the_aws_cli_knows_each_command_that_is_not_run(command: list[str], tmp_path: Path) -> None:
    """It checks the names and types of all parameters before it looks for the service, which is not there."""
    (tmp_path / "deny-everything.json").write_text('{"Version": "2012-10-17", "Statement": []}')
    environment = {
        "PATH": f"{VENV_BIN}:{os.environ['PATH']}",
        "HOME": str(tmp_path),
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_MAX_ATTEMPTS": "1",
    }

    sent = subprocess.run(
        [*command, "--no-sign-request", "--endpoint-url", "http://127.0.0.1:9"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert "Could not connect to the endpoint URL" in sent.stderr
