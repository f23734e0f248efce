"""What can go wrong in words that a user can act on."""

from __future__ import annotations


class SandboxError(Exception):
    """Says in one line what was found, what is needed and what to do next; ends a command with exit code 2."""
