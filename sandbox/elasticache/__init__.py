"""ElastiCache's replication groups, serverless caches, users, events and test failovers, before the emulator's own."""
