"""A process of an application that works until it is killed, or until it has done its share.

Takes a folder for its journals, a seed and a number of operations as arguments, and a pickled `Connection` on its
standard input.
"""

from __future__ import annotations

import pickle
import random
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

from tests.tierstore.resilience.workload import Application, Journal
from tierstore import Storage
from tierstore.aws_json import client
from tierstore.connection import Connection
from tierstore.errors import StorageError

THREADS = 4
READ_SECONDS = 0.5
"""Of a service that falls silent; ten times less than an application waits."""


def main(folder: Path, seed: int, operations: int, connection: Connection) -> None:
    vars(client)["READ_SECONDS"] = READ_SECONDS
    folder.mkdir()
    with Storage(connection) as storage, ThreadPoolExecutor(THREADS) as threads:

        def work(number: int) -> None:
            application = Application(storage, random.Random(seed * 100 + number), Journal(folder / f"{number}.jsonl"))
            with (folder / f"{number}.steps").open("ab", buffering=0) as steps:
                for _ in range(operations // THREADS):
                    with suppress(StorageError):
                        application.step()
                    steps.write(b".")

        for done in [threads.submit(work, number) for number in range(THREADS)]:
            done.result()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), pickle.load(sys.stdin.buffer))
