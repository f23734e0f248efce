"""DynamoDB tables from the declaration."""

from modules.dynamodb.tables import Tables

__all__ = ["Tables"]
