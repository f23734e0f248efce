"""A process of its own that sends a file, receives it again, and prints the most memory it ever held, in bytes.

Takes the file as argument and a pickled `Connection` on its standard input.
"""

from __future__ import annotations

import pickle
import re
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tierstore.aws import Aws
from tierstore.connection import Connection
from tierstore.core.retries import Backoff, RetryBudget, RetryPolicy
from tierstore.core.runners import SyncRunner
from tierstore.model.buckets import ASSETS
from tierstore.s3.bucket import LiveBucket
from tierstore.s3.checksums import digest
from tierstore.s3.download import download
from tierstore.s3.progress import Progress
from tierstore.s3.transport import S3Transport
from tierstore.s3.upload import Sending, upload


def main(path: Path, connection: Connection) -> None:
    once = Backoff(attempts=1, base_seconds=0, cap_seconds=0)
    retries = RetryPolicy(failed=once, throttled=once, budget=RetryBudget(), random=lambda: 0.0)
    bucket = LiveBucket.of(ASSETS, connection, retries)
    with ThreadPoolExecutor(8) as threads:
        run = SyncRunner(S3Transport(Aws(connection)).carry_out, lambda: threads).run
        file = digest(path)
        progress = Progress(file.size, None)
        sending = Sending(bucket=bucket, key=path.name, file=file, content_type="text/plain", progress=progress)
        stored = run(upload(sending))
        run(download(bucket, stored, path.with_suffix(".received"), sha256=file.sha256, progress=progress))
    print(most_memory())


def most_memory() -> int:
    """The most resident memory of this program; `getrusage` would count what its parent held when it was forked."""
    found = re.search(r"^VmHWM:\s+(\d+) kB$", Path("/proc/self/status").read_text(), re.MULTILINE)
    assert found
    return int(found[1]) * 1024


if __name__ == "__main__":
    main(Path(sys.argv[1]), pickle.load(sys.stdin.buffer))
