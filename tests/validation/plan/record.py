"""Records plans of the deployed environment `local`, made by Terraform and the real provider, for `test_recorded.py`.

  python -m tests.validation.plan.record

deploys `local` to a sandbox of its own, plans every variant of its stack below, and renews `recorded/`. It takes some
minutes; run it when the provider or Terraform gets a new version.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Callable, Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any

from tests.support.deployed import Deployed, deploy, running_sandbox
from validation.clients import connect
from validation.plan.redaction import redacted

RECORDED = Path(__file__).with_name("recorded")

Stack = dict[str, Any]
Values = dict[str, Any]


def find(stack: Stack, type_: str, part: str) -> str:
    """The name of the one resource of a type whose name contains `part`."""
    (name,) = (name for name in stack["resource"][type_] if part in name)
    return str(name)


def resource(stack: Stack, type_: str, part: str) -> Values:
    """The settings of a resource, to be changed."""
    values: Values = stack["resource"][type_][find(stack, type_, part)]
    return values


def tagged(stack: Stack) -> None:
    resource(stack, "aws_dynamodb_table", "core")["tags"]["Team"] = "storage"


def another_key(stack: Stack) -> None:
    table = resource(stack, "aws_dynamodb_table", "state")
    table["attribute"] = [each for each in table["attribute"] if each["name"] != table["hash_key"]]
    table["attribute"].append({"name": "id", "type": "S"})
    table["hash_key"] = "id"


def rename(stack: Stack, type_: str, part: str) -> str:
    """Give a resource the name `renamed` wherever it is mentioned; returns its old address."""
    old = f"{type_}.{find(stack, type_, part)}"
    text = json.dumps(stack).replace(old, f"{type_}.renamed")
    text = text.replace(f'"{old.partition(".")[2]}": {{"//"', '"renamed": {"//"')
    stack |= json.loads(text)
    return old


def renamed(stack: Stack) -> None:
    rename(stack, "aws_dynamodb_table", "core")


def renamed_with_moved_block(stack: Stack) -> None:
    old = rename(stack, "aws_dynamodb_table", "core")
    stack["moved"] = [{"from": old, "to": "aws_dynamodb_table.renamed"}]


def bucket_vanished(stack: Stack) -> None:
    resource(stack, "aws_ssm_parameter", "connection")["insecure_value"] = "{}"
    del stack["output"]
    for type_, named in stack["resource"].items():
        if type_.startswith("aws_s3_bucket"):
            stack["resource"][type_] = {name: values for name, values in named.items() if "assets" not in name}


def versioning_vanished(stack: Stack) -> None:
    versioning = find(stack, "aws_s3_bucket_versioning", "uploads")
    del stack["resource"]["aws_s3_bucket_versioning"][versioning]
    for named in stack["resource"].values():
        for values in named.values():
            references = values.get("depends_on", [])
            values["depends_on"] = [each for each in references if versioning not in each]


def forgotten(stack: Stack) -> None:
    old = rename(stack, "aws_kms_key", "logs")
    stack["removed"] = [{"from": old, "lifecycle": {"destroy": False}}]


def unprotected(stack: Stack) -> None:
    resource(stack, "aws_dynamodb_table", "core")["point_in_time_recovery"] = {"enabled": False}
    resource(stack, "aws_s3_bucket_versioning", "uploads")["versioning_configuration"]["status"] = "Suspended"
    group = resource(stack, "aws_elasticache_replication_group", "group")
    group |= {"multi_az_enabled": False, "replicas_per_node_group": 0, "automatic_failover_enabled": True}


def deny_removed(stack: Stack) -> None:
    policy = resource(stack, "aws_s3_bucket_policy", "uploads")
    document = json.loads(policy["policy"])
    document["Statement"] = [each for each in document["Statement"] if each["Sid"] != "DenyInsecureTransport"]
    policy["policy"] = json.dumps(document)


def opened(stack: Stack) -> None:
    rule = resource(stack, "aws_vpc_security_group_ingress_rule", "redis")
    rule.pop("referenced_security_group_id")
    rule["cidr_ipv4"] = "0.0.0.0/0"


def another_key_of_encryption(stack: Stack) -> None:
    stack["resource"]["aws_kms_key"]["new"] = {"description": "new"}
    table = resource(stack, "aws_dynamodb_table", "core")
    table["server_side_encryption"]["kms_key_arn"] = "${aws_kms_key.new.arn}"


def valkey(stack: Stack) -> None:
    group = resource(stack, "aws_elasticache_replication_group", "group")
    group |= {"engine": "valkey", "engine_version": "8.2"}
    resource(stack, "aws_elasticache_parameter_group", "parameters")["family"] = "valkey8"


VARIANTS: Mapping[str, Callable[[Stack], None]] = {
    function.__name__: function
    for function in (
        tagged,
        another_key,
        renamed,
        renamed_with_moved_block,
        bucket_vanished,
        versioning_vanished,
        forgotten,
        unprotected,
        deny_removed,
        opened,
        another_key_of_encryption,
        valkey,
    )
}


def main() -> None:
    """Deploy `local` and record every variant, and then drift."""
    with tempfile.TemporaryDirectory() as folder, running_sandbox(Path(folder) / "sandbox") as sandbox:
        deployed = deploy("local", sandbox_directory=sandbox, output=Path(folder) / "cdktf")
        record_all(deployed)


def record_all(deployed: Deployed) -> None:
    """Renew `recorded/` from a deployed `local`, which is left as it was, but for its drift."""
    file = deployed.stack_directory / "cdk.tf.json"
    original = file.read_text()
    try:
        for name, change in VARIANTS.items():
            stack = deepcopy(json.loads(original))
            change(stack)
            file.write_text(json.dumps(stack, indent=1))
            record(deployed, name, "-refresh=false")
    finally:
        file.write_text(original)
    table = deployed.load().environment.physical_name("core")
    connect(deployed.load()).dynamodb.update_continuous_backups(
        TableName=table, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": False}
    )
    record(deployed, "drift")


def record(deployed: Deployed, name: str, *options: str) -> None:
    """Plan the stack as it stands now, and keep the parts of the plan that a review reads."""
    print(name, flush=True)
    planned = deployed.terraform("plan", "-input=false", "-lock=false", "-out=recorded.plan", *options)
    shown = deployed.terraform("show", "-json", "recorded.plan")
    if planned.returncode != 0 or shown.returncode != 0:
        sys.exit(f"{name}: {(planned.stderr or shown.stderr)[:2000]}")
    RECORDED.mkdir(exist_ok=True)
    text = json.dumps(trimmed(redacted(json.loads(shown.stdout))), indent=1, sort_keys=True)
    (RECORDED / f"{name}.json").write_text(text + "\n")


def trimmed(document: dict[str, Any]) -> dict[str, Any]:
    """The plan without what stays as it is, and without the paths of this machine."""
    changes = [entry for entry in document["resource_changes"] if entry["change"]["actions"] != ["no-op"]]
    drift = document.get("resource_drift", [])
    concerned = {entry["address"] for entry in [*changes, *drift]} | {
        entry.get("previous_address") for entry in changes
    }
    moved = [entry for entry in document["resource_changes"] if "previous_address" in entry and entry not in changes]
    resources = document["configuration"]["root_module"]["resources"]
    kept = [each for each in resources if each["address"] in concerned]
    return {
        "format_version": document["format_version"],
        "terraform_version": document["terraform_version"],
        "resource_changes": [*changes, *moved],
        "resource_drift": drift,
        "configuration": {"root_module": {"resources": kept}},
        "complete": document["complete"],
        "errored": document["errored"],
    }


if __name__ == "__main__":
    main()
