"""Redis: requests for a cluster, the nodes that they go to, the connections that carry them."""
