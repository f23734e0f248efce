"""What a storage tells of its work: events, metrics, logs and spans; never a key or a value."""
