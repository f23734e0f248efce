"""Where Redis lives and who can reach it."""

from modules.network.network import Network

__all__ = ["Network"]
