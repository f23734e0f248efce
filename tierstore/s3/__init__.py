"""Objects in S3: sent and received in verified parts, signed requests for others, versions."""
