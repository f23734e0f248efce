"""AWS on a laptop: an emulator for the control plane, a real Redis Cluster for the data plane of ElastiCache."""
