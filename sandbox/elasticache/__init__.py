"""ElastiCache's replication groups, users, events and test failovers, in front of the emulator's own ElastiCache."""
