"""ElastiCache in front of the emulator's own: replication groups, serverless caches, snapshots, users, failovers."""
