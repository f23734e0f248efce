"""Settings of the KMS keys."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from environments.schema.values import PrincipalArn
from environments.settings import Section


class EncryptionSettings(Section):
    """The customer-managed KMS keys, one per tier."""

    deletion_window_days: Annotated[int, Field(ge=7, le=30)] = 30
    """Days until a key that was scheduled for deletion is gone."""
    rotation_period_days: Annotated[int, Field(ge=90, le=2560)] = 365
    """Days between two rotations of the key material."""
    administrators: tuple[PrincipalArn, ...] = ()
    """Who may administer the keys, whoever deploys among them; the account's IAM policies decide where empty."""
