"""The data plane of a replication group: a real Redis Cluster, each node at a loopback address of its own."""
