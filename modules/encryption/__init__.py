"""Customer-managed KMS keys."""

from modules.encryption.keys import Key, Keys, ReplicaKey, StandbyKeys, TierKey

__all__ = ["Key", "Keys", "ReplicaKey", "StandbyKeys", "TierKey"]
