"""What an application needs to know to connect."""

from modules.connection.connection import Connection, PublishedDocument

__all__ = ["Connection", "PublishedDocument"]
