"""Whatever a user calls a file, its key is harmless."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tierstore.s3.names import LONGEST_NAME, attachment, safe_file_name


@pytest.mark.parametrize(
    ("given_name", "safe"),
    [
        ("report.pdf", "report.pdf"),
        ("Résumé final (2).PDF", "Resume-final-2.PDF"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\ada\\photo.jpg", "photo.jpg"),
        (".htaccess", "file.htaccess"),
        ("", "file"),
        ("..", "file"),
        ("文件.txt", "file.txt"),
        ("a\r\nSet-Cookie: b.txt", "a-Set-Cookie-b.txt"),
        ("NUL.txt", "file-NUL.txt"),
        ("archive.tar.gz", "archive.tar.gz"),
    ],
)
def test_a_name_keeps_what_is_harmless(given_name: str, safe: str) -> None:
    assert safe_file_name(given_name) == safe


@given(st.text() | st.text(alphabet="ab.-/\\ é"))
def test_a_safe_name_is_harmless_and_stays_as_it_is(name: str) -> None:
    safe = safe_file_name(name)

    assert re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9._-]*", safe)
    assert ".." not in safe
    assert len(safe) <= LONGEST_NAME
    assert safe_file_name(safe) == safe


@given(st.from_regex(r"[a-z]{1,300}", fullmatch=True), st.from_regex(r"[a-z0-9]{1,10}", fullmatch=True))
def test_a_long_name_keeps_its_extension(stem: str, extension: str) -> None:
    assert safe_file_name(f"{stem}.{extension}").endswith(f".{extension}")


def test_a_download_is_saved_under_the_users_own_name() -> None:
    assert attachment("Résumé\n.pdf") == "attachment; filename=\"Resume.pdf\"; filename*=UTF-8''R%C3%A9sum%C3%A9.pdf"
