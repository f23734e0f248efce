"""What an application needs to know to connect."""

from modules.connection.connection import Connection

__all__ = ["Connection"]
