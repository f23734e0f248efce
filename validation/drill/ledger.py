"""Which writes were acknowledged, one bit each, in the layout of a Redis bitmap."""

from __future__ import annotations


class Ledger:
    """The sequence numbers that one writer saw acknowledged; a day at 100 a second takes one megabyte.

    Bit `n`, counted from the most significant bit of the first byte as SETBIT does, stands for write `n`. Used by one
    thread at a time.
    """

    def __init__(self) -> None:
        self._bits = bytearray()

    def record(self, sequence: int) -> None:
        """Note that write `sequence` was acknowledged."""
        byte, bit = divmod(sequence, 8)
        if byte >= len(self._bits):
            self._bits.extend(bytes(byte + 1 - len(self._bits)))
        self._bits[byte] |= 0x80 >> bit

    @property
    def count(self) -> int:
        """Number of acknowledged writes."""
        return int.from_bytes(self._bits, "big").bit_count()

    def missing_from(self, stored: bytes) -> int:
        """Number of acknowledged writes that the bitmap `stored` in Redis does not hold."""
        length = max(len(self._bits), len(stored))
        acknowledged = int.from_bytes(bytes(self._bits).ljust(length, b"\0"), "big")
        return (acknowledged & ~int.from_bytes(stored.ljust(length, b"\0"), "big")).bit_count()
