"""Typed access to DynamoDB, S3 and Redis by declared access patterns."""
