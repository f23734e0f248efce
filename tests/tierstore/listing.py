"""Reads so many items of an endless list, and prints the most memory that its process ever had, in bytes.

`python listing.py <count>`, with the connection pickled on the standard input.
"""

from __future__ import annotations

import pickle
import sys
from itertools import islice

from tests.tierstore.s3.transfer import most_memory
from tierstore import Storage


def main() -> None:
    """Read the items."""
    wanted = int(sys.argv[1])
    with Storage(pickle.loads(sys.stdin.buffer.read())) as storage:
        listing = storage.contents.by_author.every("ada", limit=1000)
        read = sum(1 for _ in islice(listing, wanted))
    assert read == wanted
    print(most_memory())


if __name__ == "__main__":
    main()
