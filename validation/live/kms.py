"""What KMS says of a key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from validation.clients import Clients
from validation.framework.result import Unmet

if TYPE_CHECKING:
    from mypy_boto3_kms.type_defs import GetKeyRotationStatusResponseTypeDef, KeyMetadataTypeDef


def key(clients: Clients, alias: str) -> KeyMetadataTypeDef:
    """The key behind an alias; raises `Unmet` where there is none."""
    try:
        return clients.kms.describe_key(KeyId=alias)["KeyMetadata"]
    except clients.kms.exceptions.NotFoundException:
        raise Unmet(f"key {alias}", expected="exists", found="does not exist") from None


def rotation(clients: Clients, key_id: str) -> GetKeyRotationStatusResponseTypeDef:
    """How often the key's material changes."""
    return clients.kms.get_key_rotation_status(KeyId=key_id)
