"""Customer-managed KMS keys."""

from modules.encryption.keys import Key, Keys

__all__ = ["Key", "Keys"]
