"""The data plane of a replication group: a real Redis Cluster, one redis-server a node, each at a loopback address of its own."""
