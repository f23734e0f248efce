"""Proves a deployed environment: live settings against the declaration, the data plane, and failover."""
