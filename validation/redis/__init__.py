"""The nodes of Redis as clients meet them: how they are reached, what they answer, which shards they form."""
