"""Files are digested as S3 digests them."""

from __future__ import annotations

import hashlib
from base64 import b64decode, b64encode
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tierstore.s3.checksums import composite_sha256, digest, sha256_of, sha256_of_file
from tierstore.s3.parts import USUAL_PART


@given(content=st.binary(max_size=3000))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_file_of_one_part_has_the_digest_of_its_content(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)

    digested = digest(path)

    assert digested.size == len(content)
    assert b64decode(digested.sha256) == hashlib.sha256(content).digest()
    assert digested.s3_sha256 == digested.sha256 == sha256_of(content) == sha256_of_file(path)


def test_a_file_of_several_parts_has_the_digest_of_their_digests(tmp_path: Path) -> None:
    content = bytes(USUAL_PART) + b"the rest"
    path = tmp_path / "file"
    path.write_bytes(content)

    digested = digest(path)

    parts = hashlib.sha256(bytes(USUAL_PART)).digest() + hashlib.sha256(b"the rest").digest()
    assert digested.is_in_parts
    assert digested.sha256 == sha256_of(content)
    assert digested.s3_sha256 == f"{b64encode(hashlib.sha256(parts).digest()).decode()}-2"


@given(st.lists(st.binary(min_size=1), min_size=1))
def test_a_composite_tells_the_number_of_parts(parts: list[bytes]) -> None:
    assert composite_sha256(sha256_of(part) for part in parts).endswith(f"-{len(parts)}")


def test_a_file_that_is_not_there_cannot_be_digested(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        digest(tmp_path / "missing")
