"""Customer-managed KMS keys."""

from modules.encryption.keys import Key, Keys, ReplicaKey, TierKey

__all__ = ["Key", "Keys", "ReplicaKey", "TierKey"]
