"""What lives in Redis alone, or until it is flushed to a table: limits, leaderboards, counts, changes."""
