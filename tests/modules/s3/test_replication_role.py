from __future__ import annotations

from typing import Any

import pytest

from modules.policy import Statement
from modules.s3.replication_role import Side, render_permissions, render_trust

SOURCE = Side(arn="arn:aws:s3:::photos", key_arn="arn:key", s3_host="s3.eu-central-1.amazonaws.com")
COPY = Side(arn="arn:aws:s3:::photos-copy", key_arn="arn:replica-key", s3_host="s3.eu-west-1.amazonaws.com")
LOGS = Side(arn="arn:aws:s3:::logs", key_arn=None, s3_host="s3.eu-central-1.amazonaws.com")


def permissions(source: Side = SOURCE, *, changes_owner: bool = False, with_locks: bool = False) -> dict[str, Any]:
    """The statements by their Sid."""
    statements = render_permissions(source, COPY, changes_owner=changes_owner, with_locks=with_locks)
    return {statement["Sid"]: statement for statement in statements}


def test_only_s3_takes_the_role_on() -> None:
    (statement,) = render_trust()

    assert statement["Principal"] == {"Service": "s3.amazonaws.com"}


def test_the_source_is_only_read_and_the_copy_only_written() -> None:
    allowed = permissions()

    assert {action for sid in ("ReadConfiguration", "ReadVersions") for action in allowed[sid]["Action"]} == {
        "s3:GetReplicationConfiguration",
        "s3:ListBucket",
        "s3:GetObjectVersionAcl",
        "s3:GetObjectVersionForReplication",
        "s3:GetObjectVersionTagging",
    }
    assert allowed["ReadVersions"]["Resource"] == "arn:aws:s3:::photos/*"
    assert allowed["WriteCopies"]["Action"] == ["s3:ReplicateDelete", "s3:ReplicateObject", "s3:ReplicateTags"]
    assert allowed["WriteCopies"]["Resource"] == "arn:aws:s3:::photos-copy/*"


@pytest.mark.parametrize(
    ("sid", "side", "actions"),
    [
        ("DecryptVersions", SOURCE, ["kms:Decrypt"]),
        ("EncryptCopies", COPY, ["kms:Encrypt", "kms:GenerateDataKey"]),
    ],
)
def test_each_key_serves_its_own_bucket_through_s3_in_its_own_region(sid: str, side: Side, actions: list[str]) -> None:
    statement: Statement = permissions()[sid]

    assert (statement["Action"], statement["Resource"]) == (actions, side.key_arn)
    assert statement["Condition"] == {
        "StringEquals": {"kms:ViaService": side.s3_host},
        "StringLike": {"kms:EncryptionContext:aws:s3:arn": [side.arn, f"{side.arn}/*"]},
    }


def test_a_bucket_of_s3s_own_key_needs_no_permission_for_one() -> None:
    assert "DecryptVersions" not in permissions(LOGS)


def test_locks_are_read_only_where_there_are_any() -> None:
    locks = {"s3:GetObjectLegalHold", "s3:GetObjectRetention"}

    assert locks <= set(permissions(with_locks=True)["ReadVersions"]["Action"])
    assert not locks & set(permissions()["ReadVersions"]["Action"])


def test_only_copies_of_another_account_change_their_owner() -> None:
    override = "s3:ObjectOwnerOverrideToBucketOwner"

    assert override in permissions(changes_owner=True)["WriteCopies"]["Action"]
    assert override not in permissions()["WriteCopies"]["Action"]
