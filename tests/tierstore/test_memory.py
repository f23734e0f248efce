"""However long a list is, it passes through little memory: measured at two lengths, and drawn on."""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.tierstore import listing
from tests.tierstore.dynamodb.conftest import CONNECTION
from tierstore.connection import Connection
from tierstore.dynamodb.items.codec import codec_of
from tierstore.model.contents import Content
from toolchain.paths import ROOT

SHORT, LONG, WANTED = 20_000, 80_000, 1_000_000
ALLOWED = 150 * 2**20
PAGE = 200


@pytest.fixture
def endless(tmp_path: Path) -> Iterator[Connection]:
    """Tables that answer every query with the same page, after which there is more."""
    codec = codec_of(Content)
    items = [
        codec.encode(Content(id=f"{number:026}", author_id="ada", title="t", body="b" * 500, category="c", version=1))
        for number in range(PAGE)
    ]
    last = {name: items[-1][name] for name in ("pk", "sk", "gsi1pk", "gsi1sk")}
    answers = tmp_path / "answers.json"
    answers.write_text(json.dumps({"Query": {"Items": items, "LastEvaluatedKey": last}}))
    command = [sys.executable, "-m", "benchmarks.canned_dynamodb", str(answers)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        port = int(server.stdout.readline())
        yield replace(CONNECTION, endpoint_url=f"http://127.0.0.1:{port}")
        server.stdin.close()


def memory_of_listing(count: int, connection: Connection) -> int:
    done = subprocess.run(
        [sys.executable, listing.__file__, str(count)],
        input=pickle.dumps(connection),
        env=os.environ | {"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret"},
        capture_output=True,
        check=True,
    )
    return int(done.stdout)


@pytest.mark.slow
def test_a_million_items_would_pass_through_less_than_150_mib(endless: Connection) -> None:
    short = memory_of_listing(SHORT, endless)
    long = memory_of_listing(LONG, endless)

    slope = max(0.0, (long - short) / (LONG - SHORT))
    print(f"{short:,} bytes for {SHORT:,} items, {long:,} for {LONG:,}, {slope:.2f} an item")
    assert long + slope * (WANTED - LONG) < ALLOWED
