"""A process of its own that sends a file as an upload, and prints the bytes that are done.

Takes the file, the user and the upload's id as arguments, and a pickled `Connection` on its standard input.
"""

from __future__ import annotations

import pickle
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from tests.tierstore.live_aws import retries
from tierstore.api.uploads import Uploads
from tierstore.aws import Aws
from tierstore.connection import Connection
from tierstore.core.context import Context
from tierstore.core.operation import Sync
from tierstore.core.runners import SyncRunner
from tierstore.core.transports import Transport, Transports
from tierstore.dynamodb.boto3_transport import Boto3Transport
from tierstore.dynamodb.effects import DynamoDBRequest
from tierstore.dynamodb.repository import Repository
from tierstore.model.buckets import UPLOADS
from tierstore.s3.bucket import LiveBucket
from tierstore.s3.effects import DiskWork, S3Request
from tierstore.s3.transport import S3Transport


def main(path: Path, user_id: str, upload_id: str, connection: Connection) -> None:
    aws = Aws(connection)
    s3 = S3Transport(aws)
    dynamodb = Boto3Transport(aws)

    def make_s3() -> Transport:
        return s3

    transports: Transports[Transport] = Transports(
        {S3Request: make_s3, DiskWork: make_s3, DynamoDBRequest: lambda: dynamodb}
    )
    items = Repository(Context(connection=connection), retries())
    with ThreadPoolExecutor(4) as threads:
        runner = SyncRunner(transports.carry_out, lambda: threads)
        group: Uploads[Sync] = Uploads(runner, items, LiveBucket.of(UPLOADS, connection, retries()))
        group.send(path, user_id=user_id, upload_id=upload_id, progress=lambda done, _: print(done, flush=True))


if __name__ == "__main__":
    arguments: list[Any] = sys.argv[1:]
    main(Path(arguments[0]), arguments[1], arguments[2], pickle.load(sys.stdin.buffer))
