"""Acknowledged writes against what Redis still has."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from validation.drill.ledger import Ledger

sequences = st.sets(st.integers(min_value=0, max_value=500))


def bitmap(bits: set[int]) -> bytes:
    """What Redis holds after SETBIT of each of `bits`."""
    stored = bytearray(max(bits, default=-1) // 8 + 1)
    for bit in bits:
        stored[bit // 8] |= 1 << (7 - bit % 8)
    return bytes(stored)


@given(acknowledged=sequences, stored=sequences)
def test_missing_is_what_was_acknowledged_and_is_not_stored(acknowledged: set[int], stored: set[int]) -> None:
    ledger = Ledger()
    for sequence in acknowledged:
        ledger.record(sequence)

    assert ledger.count == len(acknowledged)
    assert ledger.missing_from(bitmap(stored)) == len(acknowledged - stored)


def test_takes_one_bit_for_a_write() -> None:
    ledger = Ledger()
    ledger.record(800_000)

    assert len(ledger._bits) == 100_001
