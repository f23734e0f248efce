"""A user's data across all tiers, as the declaration tells whose it is: found, exported, erased."""
