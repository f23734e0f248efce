"""What became of the reads of one entity's cache."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class CacheCounts:
    """Counted since the process began; threads share them, so a count may be a few short under load.

    Readers that join another reader of this process are not counted.
    """

    local_hits: int = 0
    """Answered by the process itself."""
    hits: int = 0
    """Answered by a fresh copy in Redis."""
    misses: int = 0
    """Found no fresh copy."""
    waits: int = 0
    """Misses that another process answered by loading the copy."""
    loads: int = 0
    """Reads of the table."""
    refreshes: int = 0
    """Loads in the background, before a copy expired."""
    stale: int = 0
    """Answered by an expired copy, since the table could not be read."""
    unreachable: int = 0
    """Answered by the table, since Redis could not be reached."""
    refused: int = 0
    """Copies that were loaded but not stored, since a write came between."""

    @property
    def hit_ratio(self) -> float:
        """Share of reads that a copy answered, from 0 to 1; 0 before the first read."""
        answered = self.local_hits + self.hits
        reads = answered + self.misses + self.unreachable
        return answered / reads if reads else 0.0
